import { formatDuration } from "@/components/format/duration";
import { plural } from "@/components/format/numbers";
import { decimalsOf, formatBand, formatDifference, formatTemperature, type TemperatureUnit } from "@/components/format/temperature";
import { clock, date, weekday } from "@/components/format/time";
import type { StateKind } from "@/components/ui/state";
import { isNearBound } from "@/lib/domain/calibration";
import type { Kept, ShipmentFacts, Unmeasured, ViolationFacts } from "@/lib/domain/verdict";

/** How the reader wants to read: unit, zone and the moment of this rendering. */
export interface Reading {
  readonly unit: TemperatureUnit;
  readonly zone: string;
  readonly now: number;
}

export interface Proof {
  readonly kind: StateKind;
  readonly text: string;
}

/** One half of the verdict in words: the answer with its one fact, then sentences, then what it rests on. */
export interface HalfWords {
  readonly kind: StateKind;
  readonly answer: string;
  readonly sentences: readonly string[];
  readonly proofs: readonly Proof[];
}

/** "Wed 18 Nov", with the year where it is not this year's. */
export const dayWords = (at: number, { zone, now }: Reading): string =>
  date(at, zone).slice(-4) === date(now, zone).slice(-4) ? weekday(at, zone) : date(at, zone);

/** "Wed 18 Nov at 03:10" */
export const momentWords = (at: number, reader: Reading): string => `${dayWords(at, reader)} at ${clock(at, reader.zone)}`;

/** "on Wed 18 Nov from 03:10 to 08:20", over midnight with both days; without an end "since … " */
export function stretchWords(from: number, to: number | null, reader: Reading): string {
  const began = `${dayWords(from, reader)} from ${clock(from, reader.zone)}`;
  if (to === null) return `since ${dayWords(from, reader)} ${clock(from, reader.zone)}`;
  const sameDay = date(from, reader.zone) === date(to, reader.zone);
  return `on ${began} to ${sameDay ? "" : `${dayWords(to, reader)} `}${clock(to, reader.zone)}`;
}

const WAY = { above: "too warm", below: "too cold", both: "out of range" } as const;

function bandWords({ lower, upper }: Pick<ShipmentFacts, "lower" | "upper">, unit: TemperatureUnit): string {
  if (lower !== null && upper !== null) return `between ${formatBand(lower, upper, unit).replace("–", " and ")}`;
  if (upper !== null) return `below ${temperature(upper, unit)}`;
  if (lower !== null) return `above ${temperature(lower, unit)}`;
  return "within no bound at all";
}

/** At the value's own resolution, so that 7.96 °C never reads 8.0 °C. */
const temperature = (value: number, unit: TemperatureUnit): string => formatTemperature(value, { unit, decimals: decimalsOf([value]) });

function violationSentence(it: ViolationFacts, facts: ShipmentFacts, reader: Reading): string {
  const above = it.direction === "above";
  const bound = above ? facts.upper : facts.lower;
  const side = bound === null ? "out of bounds" : `at ${temperature(bound, reader.unit)} or ${above ? "above" : "below"}`;
  const been = it.to === null ? "has been" : "was";
  const peak = `${above ? "highest" : "lowest"} ${temperature(it.peak, reader.unit)}`;
  return `${it.sensor} ${been} ${side} ${stretchWords(it.from, it.to, reader)}, ${peak}.`;
}

/**
 * Where a violation's farthest reading lies within the sensor's uncertainty of the bound, either side is possible. Told as information: the rule
 * judges what the sensor showed.
 */
function uncertainSentence(it: ViolationFacts, facts: ShipmentFacts, { unit }: Reading): string[] {
  const bound = it.direction === "above" ? facts.upper : facts.lower;
  const uncertainty = facts.sensors.find(({ sensor }) => sensor === it.sensor)?.uncertainty ?? null;
  if (bound === null || uncertainty === null || !isNearBound(it.peak, bound, uncertainty)) return [];
  return [
    `That lies within the uncertainty of ${it.sensor} (±${formatDifference(uncertainty, { unit })}), so the true temperature may not have reached the bound; the rule counts what the sensor showed.`,
  ];
}

/** Sensors that never left the band; they say so only of where they measured. */
function keptSensors(facts: ShipmentFacts, violations: readonly ViolationFacts[]): string[] {
  const inside = (value: number) => (facts.upper === null || value < facts.upper) && (facts.lower === null || value > facts.lower);
  return facts.sensors
    .filter((it) => it.lowest && it.highest && inside(it.lowest.value) && inside(it.highest.value))
    .filter((it) => violations.every(({ sensor }) => sensor !== it.sensor))
    .map((it) => it.sensor);
}

export function listWords(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** Stretches that sensors share, to the minute, told once with all their names. */
export function sharedStretches<T extends Unmeasured>(stretches: readonly T[]): (T & { readonly sensors: readonly string[] })[] {
  const minute = (at: number) => Math.floor(at / 60_000);
  const groups = new Map<string, T[]>();
  for (const it of stretches) {
    const key = `${minute(it.from)} ${minute(it.to)} ${it.silent}`;
    groups.set(key, [...(groups.get(key) ?? []), it]);
  }
  return [...groups.values()].flatMap((own) => (own[0] ? [{ ...own[0], sensors: own.map((it) => it.sensor) }] : []));
}

function silenceSentence(kept: Kept, reader: Reading): string[] {
  const silent = sharedStretches(kept.unmeasured.filter((it) => it.silent));
  return silent.map((it) => {
    const have = it.sensors.length > 1 ? "have" : "has";
    return `${listWords(it.sensors)} ${have} brought no reading ${kept.complete ? "from" : "since"} ${momentWords(it.from, reader)}${kept.complete ? " on" : ""}.`;
  });
}

function gapSentences(kept: Kept, reader: Reading): string[] {
  const gaps = sharedStretches(kept.unmeasured.filter((it) => !it.silent));
  const told = gaps.slice(0, 2).map((it) => `${listWords(it.sensors)} took no reading ${stretchWords(it.from, it.to, reader)}.`);
  return gaps.length > 2 ? [...told, `${plural(gaps.length - 2, "more gap")}.`] : told;
}

function throughSentence(kept: Kept, reader: Reading): string[] {
  if (kept.through === null) return [];
  return [`Known through ${momentWords(kept.through, reader)}.`];
}

function violatedWords(kept: Kept, facts: ShipmentFacts, reader: Reading): Pick<HalfWords, "answer" | "sentences"> {
  const way = WAY[kept.direction ?? "both"];
  const long = kept.outOfRange > 0 ? ` for ${formatDuration(kept.outOfRange)}` : " at one reading";
  const told = kept.violations.slice(0, 2).flatMap((it) => [violationSentence(it, facts, reader), ...uncertainSentence(it, facts, reader)]);
  const more = kept.violations.length > 2 ? [`${plural(kept.violations.length - 2, "more violation")}, all in the timeline.`] : [];
  const stayed = keptSensors(facts, kept.violations);
  const others =
    stayed.length > 0
      ? [`${listWords(stayed)} stayed ${bandWords(facts, reader.unit)} wherever ${stayed.length > 1 ? "they" : "it"} measured.`]
      : [];
  return { answer: `No, ${way}${long}${kept.lasting ? " so far" : ""}`, sentences: [...told, ...more, ...others] };
}

function unknownWords(kept: Kept, facts: ShipmentFacts, reader: Reading): Pick<HalfWords, "answer" | "sentences"> {
  if (kept.reason === "no-sensor") return { answer: "Not known, no sensor", sentences: ["No sensor rides with this shipment."] };
  if (kept.reason === "no-reading") {
    const without = facts.sensors.filter((it) => it.readings === 0).map((it) => it.sensor);
    return {
      answer: "Not known yet",
      sentences: [`${listWords(without)} ${without.length > 1 ? "have" : "has"} brought no reading to the ledger.`],
    };
  }
  const stayed = keptSensors(facts, []);
  const rest = stayed.length > 0 ? [`What was measured stayed ${bandWords(facts, reader.unit)}.`] : [];
  return {
    answer: `Not known for ${formatDuration(kept.notMeasured)}`,
    sentences: [...gapSentences(kept, reader), ...silenceSentence(kept, reader), ...rest],
  };
}

function uncertaintyWords(id: string, { sensors }: ShipmentFacts, { unit }: Reading): string {
  const uncertainty = sensors.find(({ sensor }) => sensor === id)?.uncertainty ?? null;
  return uncertainty === null ? "" : `, ±${formatDifference(uncertainty, { unit })},`;
}

function closeWords(kept: Kept, facts: ShipmentFacts, reader: Reading): Pick<HalfWords, "answer" | "sentences"> {
  const { nearest } = kept;
  if (!nearest) return { answer: "Yes, but close", sentences: [] };
  const bound = nearest.bound === "upper" ? facts.upper : facts.lower;
  const value = temperature(nearest.value, reader.unit);
  const side = bound === null ? "a bound" : temperature(bound, reader.unit);
  const what =
    kept.reason === "out-of-bounds"
      ? `passed ${side} (${value} on ${momentWords(nearest.at, reader)}), for less than the rule allows`
      : `came within its own uncertainty${uncertaintyWords(nearest.sensor, facts, reader)} of ${side} (${value} on ${momentWords(nearest.at, reader)})`;
  return { answer: `Yes, but close: ${value}`, sentences: [`${nearest.sensor} ${what}. No violation.`, ...throughSentence(kept, reader)] };
}

function yesWords(kept: Kept, facts: ShipmentFacts, reader: Reading): Pick<HalfWords, "answer" | "sentences"> {
  const all = `Every reading stayed ${bandWords(facts, reader.unit)}, and nothing was left unmeasured.`;
  return { answer: kept.complete ? "Yes" : "Yes, so far", sentences: [all, ...throughSentence(kept, reader)] };
}

function boundProof(side: "above" | "below", bound: number | null, kept: Kept, facts: ShipmentFacts): Proof[] {
  if (bound === null) return [];
  const name = side === "above" ? "Upper bound" : "Lower bound";
  const count = kept.violations.filter((it) => it.direction === side).length;
  if (count > 0) return [{ kind: "violation", text: `${name}: ${plural(count, "violation")}` }];
  if (facts.sensors.every((it) => it.readings === 0)) return [{ kind: "unknown", text: `${name}: no reading` }];
  return [{ kind: "kept", text: `${name} kept` }];
}

const KIND: Readonly<Record<Kept["answer"], StateKind>> = { yes: "kept", close: "warning", no: "violation", unknown: "unknown" };

/** *Kept cold?* in words. */
export function keptWords(kept: Kept, facts: ShipmentFacts, reader: Reading): HalfWords {
  const words = { yes: yesWords, close: closeWords, no: violatedWords, unknown: unknownWords }[kept.answer](kept, facts, reader);
  const measured: Proof =
    kept.notMeasured > 0 ? { kind: "unknown", text: `${formatDuration(kept.notMeasured)} not measured` } : { kind: "kept", text: "No gap" };
  return {
    kind: KIND[kept.answer],
    ...words,
    proofs: [
      ...boundProof("above", facts.upper, kept, facts),
      ...boundProof("below", facts.lower, kept, facts),
      ...(kept.reason === "no-sensor" || kept.reason === "no-reading" ? [] : [measured]),
    ],
  };
}
