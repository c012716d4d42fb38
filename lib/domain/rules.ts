/** The rules of one assignment: feeds a sensor's readings in chain order to every rule of the profile, and finds gaps. */
import type { Profile } from "./profiles";
import { type Finding, REST, type RuleState, step } from "./rule";

export interface Sample {
  /** ms UTC, never before the sample before it */
  readonly at: number;
  /** ms since the sensor's reading before, by ticks, or null when only times tell */
  readonly elapsed: number | null;
  /** milli-°C, raw */
  readonly temperature: number;
}

/** Accumulators; canonical JSON can carry it. Rules at rest are left out. */
export type RulesState = {
  /** Time of the assignment's last reading, or null. */
  readonly at: number | null;
  readonly rules: { readonly [rule: string]: RuleState };
};

export const NO_READINGS: RulesState = { at: null, rules: {} };

export interface Gap {
  readonly from: number;
  readonly to: number;
}

export interface Judgement {
  readonly state: RulesState;
  /** Every violation that was opened, extended or closed, once, as it stands after the last sample; in the order found. */
  readonly findings: readonly Finding[];
  readonly gaps: readonly Gap[];
}

/** The stretch since the last reading (or the assignment's start), when it is longer than the profile allows. */
export function gapUntil(profile: Profile, start: number, last: number | null, until: number): Gap | null {
  const from = last ?? start;
  return until - from > profile.noData ? { from, to: until } : null;
}

/**
 * Splitting a series into any batches gives the same violations and gaps.
 * @param start the assignment's start, ms UTC
 * @param samples in chain order, all inside the assignment
 */
export function judge(profile: Profile, start: number, before: RulesState, samples: readonly Sample[]): Judgement {
  const gaps: Gap[] = [];
  const judging: Judging = { profile, rules: { ...before.rules }, findings: new Map() };
  let last = before.at;
  for (const sample of samples) {
    const passed = last === null ? null : (sample.elapsed ?? sample.at - last);
    const isGap = (passed ?? sample.at - start) > profile.noData;
    if (isGap) gaps.push({ from: last ?? start, to: sample.at });
    last = sample.at;
    if (sample.at >= start + profile.startIgnore) feed(judging, sample, isGap ? null : passed);
  }
  return { state: { at: last, rules: withoutRest(judging.rules) }, findings: [...judging.findings.values()], gaps };
}

interface Judging {
  readonly profile: Profile;
  readonly rules: Record<string, RuleState>;
  readonly findings: Map<string, Finding>;
}

function feed({ profile, rules, findings }: Judging, { at, temperature }: Sample, elapsed: number | null): void {
  for (const rule of profile.rules) {
    const { state, finding } = step(rule, rules[rule.id] ?? REST, at, elapsed, temperature);
    rules[rule.id] = state;
    if (finding !== null) findings.set(`${rule.id} ${finding.number}`, finding);
  }
}

function withoutRest(rules: Readonly<Record<string, RuleState>>): Record<string, RuleState> {
  const resting = ({ held, holds, run, count }: RuleState) => held === 0 && !holds && run === null && count === 0;
  return Object.fromEntries(Object.entries(rules).filter(([, state]) => !resting(state)));
}
