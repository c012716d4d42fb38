import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "./canonical-json";
import { PROFILES, type Profile, profileById, type Rule } from "./profiles";
import { type Finding, isOut } from "./rule";
import { type Judgement, judge, NO_READINGS, type RulesState, type Sample } from "./rules";

const MINUTE = 60_000;
const fridge = profileById("fridge-2-8/1");

/** Minutes and °C → samples. */
const series = (...rows: readonly (readonly [minute: number, celsius: number])[]): Sample[] =>
  rows.map(([minute, celsius]) => ({ at: minute * MINUTE, elapsed: null, temperature: Math.round(celsius * 1000) }));

const profileOf = (rule: Partial<Rule>, more: Partial<Profile> = {}): Profile => ({
  id: "test/1",
  title: "Test",
  band: { min: null, max: null },
  startIgnore: 0,
  noData: 35 * MINUTE,
  rules: [{ id: "r", kind: "consecutive", direction: "upper", bound: 8000, duration: 0, severity: "major", hysteresis: 0, ...rule }],
  ...more,
});

/** Feeds in portions, the state going through canonical JSON in between as it does on the ledger. */
function judgeInPortions(profile: Profile, samples: readonly Sample[], cuts: readonly number[]): Judgement {
  const findings = new Map<string, Finding>();
  const gaps = [];
  let state: RulesState = NO_READINGS;
  const bounds = [0, ...cuts.map((cut) => cut % (samples.length + 1)).sort((a, b) => a - b), samples.length];
  for (let i = 1; i < bounds.length; i += 1) {
    const portion = judge(profile, 0, state, samples.slice(bounds[i - 1], bounds[i]));
    state = JSON.parse(canonicalJson(portion.state)) as RulesState;
    for (const finding of portion.findings) findings.set(`${finding.rule.id} ${finding.number}`, finding);
    gaps.push(...portion.gaps);
  }
  return { state, findings: [...findings.values()], gaps };
}

/** The rules' definition written out over a whole series, without accumulators (docs/decisions/0022). */
function byDefinition(profile: Profile, all: readonly Sample[]): Finding[] {
  const judged = all.filter(({ at }) => at >= profile.startIgnore);
  const held = judged.map(({ at }, i) => {
    const until = judged[i + 1]?.at ?? at;
    return until - at > profile.noData ? 0 : until - at;
  });
  const sum = (from: number, to: number, counts: (i: number) => boolean) =>
    held.reduce((total, time, i) => (i >= from && i < to && counts(i) ? total + time : total), 0);
  return profile.rules.flatMap((rule) => violationsOf(rule, judged, sum));
}

type Sum = (from: number, to: number, counts: (i: number) => boolean) => number;

/** The stretch from a first reading out of bounds: where it fulfils the rule, and where it ends. */
function stretchFrom(first: number, rule: Rule, out: readonly boolean[], back: readonly boolean[], sum: Sum) {
  const find = (from: number, wanted: (k: number) => boolean) => out.map((_, k) => k).find((k) => k >= from && wanted(k));
  const isBack = (k: number) => back[k] ?? false;
  if (rule.kind === "cumulative") {
    const hit = find(first, (k) => sum(0, k, (m) => out[m] ?? false) >= rule.duration);
    return { hit, end: hit === undefined ? undefined : find(hit, isBack) };
  }
  const end = find(first + 1, isBack);
  return { hit: find(first, (k) => k <= (end ?? k) && sum(first, k, () => true) >= rule.duration), end };
}

function violationsOf(rule: Rule, judged: readonly Sample[], sum: Sum): Finding[] {
  const upper = rule.direction === "upper";
  const inside = upper ? rule.bound - rule.hysteresis : rule.bound + rule.hysteresis;
  const out = judged.map(({ temperature }) => (upper ? temperature >= rule.bound : temperature <= rule.bound));
  const back = judged.map(({ temperature }) => (upper ? temperature < inside : temperature > inside));
  const at = (k: number) => judged[k]?.at ?? Number.NaN;
  const found: Finding[] = [];
  for (let first = out.indexOf(true); first !== -1; ) {
    const { hit, end } = stretchFrom(first, rule, out, back, sum);
    if (hit !== undefined) {
      const part = judged.slice(first, end).flatMap(({ temperature }, k) => (out[first + k] ? [temperature] : []));
      const peak = upper ? Math.max(...part) : Math.min(...part);
      const to = end === undefined ? null : at(end);
      found.push({ rule, number: found.length + 1, from: at(first), found: at(hit), to, readings: part.length, peak });
    }
    if (end === undefined) return found;
    first = out.indexOf(true, end);
  }
  return found;
}

const minutes = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 30 }) },
  { weight: 1, arbitrary: fc.integer({ min: 31, max: 90 }) },
);
const samplesFor = (bound: number): fc.Arbitrary<Sample[]> =>
  fc.array(fc.tuple(minutes, fc.integer({ min: -3, max: 3 })), { maxLength: 60 }).map((rows) => {
    let at = 0;
    return rows.map(([step, off]) => {
      at += step * MINUTE;
      return { at, elapsed: null, temperature: bound + off * 500 };
    });
  });
const rulesOf = fc.record({
  kind: fc.constantFrom("instantaneous", "consecutive", "cumulative") as fc.Arbitrary<Rule["kind"]>,
  direction: fc.constantFrom("upper", "lower") as fc.Arbitrary<Rule["direction"]>,
  duration: fc.integer({ min: 0, max: 120 }).map((m) => m * MINUTE),
  hysteresis: fc.constantFrom(0, 500, 1000),
  startIgnore: fc.constantFrom(0, 10 * MINUTE),
});
const cases = rulesOf.chain(({ startIgnore, ...rule }) =>
  samplesFor(8000).map((samples) => {
    const profile = profileOf(rule.kind === "instantaneous" ? { ...rule, duration: 0 } : rule, { startIgnore });
    return { profile, samples };
  }),
);
const settings = { seed: 22_022, numRuns: 2000 };
const inOrder = (findings: readonly Finding[]) => [...findings].sort((a, b) => a.number - b.number);

describe("judging readings", () => {
  it("counts the bound itself as a violation", () => {
    expect(isOut(fridge.rules[0] as Rule, 8000)).toBe(true);
    expect(judge(fridge, 0, NO_READINGS, series([0, 7.999], [10, 8])).findings).toMatchObject([
      { rule: { id: "upper" }, from: 10 * MINUTE },
    ]);
    expect(judge(fridge, 0, NO_READINGS, series([0, 2.001], [10, 2])).findings).toMatchObject([{ rule: { id: "lower" }, peak: 2000 }]);
    expect(judge(fridge, 0, NO_READINGS, series([0, 7.999], [10, 2.001])).findings).toEqual([]);
  });

  it("agrees with the definition written out over the whole series", () => {
    let violations = 0;
    fc.assert(
      fc.property(cases, ({ profile, samples }) => {
        const { findings } = judge(profile, 0, NO_READINGS, samples);
        violations += findings.length;
        expect(inOrder(findings)).toEqual(byDefinition(profile, samples));
      }),
      settings,
    );
    expect(violations).toBeGreaterThan(500);
  });

  it("finds the same, however the series is split into batches", () => {
    fc.assert(
      fc.property(cases, fc.array(fc.nat(), { maxLength: 8 }), ({ profile, samples }, cuts) => {
        const whole = judge(profile, 0, NO_READINGS, samples);
        const portions = judgeInPortions(profile, samples, cuts);
        expect(inOrder(portions.findings)).toEqual(inOrder(whole.findings));
        expect(portions.gaps).toEqual(whole.gaps);
        expect(portions.state).toEqual(whole.state);
      }),
      settings,
    );
  });

  it("resets a consecutive timer on return to range, and holds a reading until the next", () => {
    const profile = profileOf({ kind: "consecutive", duration: 60 * MINUTE });
    const broken = series([0, 9], [30, 9], [59, 7], [60, 9], [90, 9], [119, 9]);
    expect(judge(profile, 0, NO_READINGS, broken).findings).toEqual([]);
    const longer = [...broken, ...series([120, 7])];
    expect(judge(profile, 0, NO_READINGS, longer).findings).toMatchObject([
      { from: 60 * MINUTE, found: 120 * MINUTE, to: 120 * MINUTE, readings: 3 },
    ]);
  });

  it("never resets a cumulative timer: once spent, every later heat is a violation at once", () => {
    const profile = profileOf({ kind: "cumulative", duration: 60 * MINUTE });
    const rows = series([0, 9], [30, 7], [60, 9], [90, 9], [100, 7], [110, 9], [120, 7]);
    expect(judge(profile, 0, NO_READINGS, rows).findings).toMatchObject([
      { number: 1, from: 0, found: 90 * MINUTE, to: 100 * MINUTE, readings: 3 },
      { number: 2, from: 110 * MINUTE, found: 110 * MINUTE, to: 120 * MINUTE, readings: 1 },
    ]);
  });

  it("counts a gap neither as good nor as bad: it is named, adds no time and resets nothing", () => {
    const profile = profileOf({ kind: "consecutive", duration: 60 * MINUTE });
    const rows = series([0, 9], [30, 9], [130, 9], [159, 9], [160, 9]);
    const { findings, gaps } = judge(profile, 0, NO_READINGS, rows);
    expect(gaps).toEqual([{ from: 30 * MINUTE, to: 130 * MINUTE }]);
    expect(findings).toMatchObject([{ from: 0, found: 160 * MINUTE }]);
    expect(judge(profile, 0, NO_READINGS, rows.slice(0, 4)).findings).toEqual([]);
  });

  it("names a late first reading as a gap from the assignment's start", () => {
    expect(judge(fridge, 0, NO_READINGS, series([36, 5])).gaps).toEqual([{ from: 0, to: 36 * MINUTE }]);
    expect(judge(fridge, 0, NO_READINGS, series([35, 5])).gaps).toEqual([]);
  });

  it("keeps a violation open inside the hysteresis, and counts only readings out of bounds", () => {
    const profile = profileOf({ duration: 0, hysteresis: 500 });
    const rows = series([0, 8], [10, 7.6], [20, 8.2], [30, 7.5], [40, 7.4]);
    expect(judge(profile, 0, NO_READINGS, rows).findings).toMatchObject([{ readings: 2, peak: 8200, to: 40 * MINUTE }]);
  });

  it("does not judge what was measured while the probe settled", () => {
    const profile = profileOf({ duration: 0 }, { startIgnore: 10 * MINUTE });
    expect(judge(profile, 0, NO_READINGS, series([0, 20], [9, 12], [10, 5])).findings).toEqual([]);
  });

  it("measures durations by ticks where it has them, so that a shifted clock cannot shorten heat", () => {
    const profile = profileOf({ duration: 60 * MINUTE });
    const ticks = [0, 30, 60].map((minute) => ({ at: 0, elapsed: minute === 0 ? null : 30 * MINUTE, temperature: 9000 }));
    expect(judge(profile, 0, NO_READINGS, ticks).findings).toHaveLength(1);
  });

  const item7 = fileURLToPath(new URL("../../../shared/data/foodsafety/item7.csv", import.meta.url));
  const item7Near = [item7, fileURLToPath(new URL("../../../../shared/data/foodsafety/item7.csv", import.meta.url))].find((file) =>
    existsSync(file),
  );
  it.skipIf(item7Near === undefined)("finds what the kitchen file item7 is known for", () => {
    const rows = readFileSync(item7Near ?? "", "utf8")
      .trim()
      .split("\n")
      .slice(1);
    const samples = rows.map((row) => {
      const [date, celsius] = row.split(",");
      return { at: Date.parse(date ?? ""), elapsed: null, temperature: Math.round(Number(celsius) * 1000) };
    });
    const { findings } = judge(fridge, samples[0]?.at ?? 0, NO_READINGS, samples);
    expect(samples).toHaveLength(252);
    expect(findings.filter(({ rule }) => rule.id === "upper")).toMatchObject([
      { from: Date.parse("2016-02-11T14:25:21Z"), found: Date.parse("2016-02-11T14:25:21Z"), to: null, readings: 218 },
    ]);
  });
});

describe("profiles", () => {
  it("have rules that the keys of the ledger can name, each once", () => {
    for (const { id, rules } of PROFILES) {
      expect(id).toMatch(/^[a-z0-9-]+\/[1-9][0-9]*$/);
      expect(new Set(rules.map((rule) => rule.id)).size).toBe(rules.length);
      for (const rule of rules) {
        expect(rule.id).toMatch(/^[a-z0-9-]+$/);
        expect(rule.duration > 0).toBe(rule.kind !== "instantaneous");
      }
    }
  });

  it("hold WHO's figures for the 30-day recorder and both shipping indicators", () => {
    const table = (id: string) =>
      profileById(id).rules.map(({ kind, direction, bound, duration }) => [kind, direction, bound, duration / 3_600_000]);
    expect(table("pqs-30-day/1")).toEqual([
      ["consecutive", "upper", 8000, 10],
      ["consecutive", "lower", -500, 1],
    ]);
    expect(table("indicator-1/1")).toEqual([
      ["consecutive", "upper", 45_000, 1],
      ["cumulative", "upper", 30_000, 10],
      ["consecutive", "lower", -500, 1],
    ]);
    expect(table("indicator-2/1")).toEqual([
      ["consecutive", "upper", 45_000, 1],
      ["cumulative", "upper", 30_000, 10],
      ["cumulative", "upper", 10_000, 20],
    ]);
  });

  it("stand in the documentation as they are in the code", () => {
    const text = readFileSync(fileURLToPath(new URL("../../docs/profiles.md", import.meta.url)), "utf8");
    for (const line of PROFILES.flatMap(rowsOf)) expect(text).toContain(line);
  });
});

const celsius = (milli: number) => `${(milli / 1000).toFixed(1).replace("-", "−")} °C`;
const hours = (ms: number) => (ms === 0 ? "at once" : ms % 3_600_000 === 0 ? `${ms / 3_600_000} h` : `${ms / MINUTE} min`);

/** One line of docs/profiles.md per rule. */
function rowsOf({ id, rules }: Profile): string[] {
  return rules.map(
    ({ id: rule, kind, direction, bound, duration, severity, hysteresis }) =>
      `| ${id} | ${rule} | ${direction === "upper" ? "≥" : "≤"} ${celsius(bound)} | ${kind} | ${hours(duration)} | ${severity} | ${(hysteresis / 1000).toFixed(1)} |`,
  );
}
