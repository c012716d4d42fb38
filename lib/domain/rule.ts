/** One rule's accumulator: pure steps from reading to reading (docs/decisions/0022 says how time is weighed). */
import type { Rule } from "./profiles";

/** A stretch out of range, from its first reading out of bounds. A type, not an interface: canonical JSON needs the index signature. */
export type Run = {
  readonly from: number;
  /** Readings out of bounds. */
  readonly readings: number;
  /** Farthest from the bound, milli-°C. */
  readonly peak: number;
  /** Violation number and the time of the reading that fulfilled the rule, once it did. */
  readonly number: number | null;
  readonly found: number | null;
};

export type RuleState = {
  /** Time out of range that counts for the rule, ms. */
  readonly held: number;
  /** The last reading's state holds until the next one. */
  readonly holds: boolean;
  readonly run: Run | null;
  /** Violations found so far. */
  readonly count: number;
};

export const REST: RuleState = { held: 0, holds: false, run: null, count: 0 };

/** A violation as it stands after a reading. */
export interface Finding {
  readonly rule: Rule;
  readonly number: number;
  readonly from: number;
  readonly found: number;
  readonly to: number | null;
  readonly readings: number;
  readonly peak: number;
}

export interface Step {
  readonly state: RuleState;
  readonly finding: Finding | null;
}

/** Whether the reading is at the bound or beyond: the bound itself violates. */
export const isOut = (rule: Rule, temperature: number): boolean =>
  rule.direction === "upper" ? temperature >= rule.bound : temperature <= rule.bound;

const isBack = (rule: Rule, temperature: number): boolean =>
  rule.direction === "upper" ? temperature < rule.bound - rule.hysteresis : temperature > rule.bound + rule.hysteresis;

const farther = (rule: Rule, a: number, b: number): number => (rule.direction === "upper" ? Math.max(a, b) : Math.min(a, b));

function extend(rule: Rule, run: Run | null, at: number, temperature: number): Run {
  if (run === null) return { from: at, readings: 1, peak: temperature, number: null, found: null };
  return { ...run, readings: run.readings + 1, peak: farther(rule, run.peak, temperature) };
}

function findingOf(rule: Rule, run: Run, to: number | null): Finding | null {
  if (run.number === null || run.found === null) return null;
  const { from, found, readings, peak, number } = run;
  return { rule, number, from, found, to, readings, peak };
}

/**
 * Feeds one reading.
 * @param at ms UTC
 * @param elapsed ms since the reading before, or null when that time is not known (first reading, gap): it counts for nothing
 */
export function step(rule: Rule, state: RuleState, at: number, elapsed: number | null, temperature: number): Step {
  const out = isOut(rule, temperature);
  let run = out ? extend(rule, state.run, at, temperature) : state.run;
  if (run === null) return { state, finding: null };
  const held = state.held + (state.holds ? (elapsed ?? 0) : 0);
  let count = state.count;
  if (run.found === null && held >= rule.duration) {
    count += 1;
    run = { ...run, number: count, found: at };
  }
  return rule.kind === "cumulative"
    ? settleCumulative(rule, { held, holds: out, run, count }, at, temperature)
    : settleConsecutive(rule, { held, holds: true, run, count }, at, temperature);
}

type Running = RuleState & { readonly run: Run };

/** A return ends the run and resets the timer. */
function settleConsecutive(rule: Rule, state: Running, at: number, temperature: number): Step {
  if (!isBack(rule, temperature)) return { state, finding: findingOf(rule, state.run, null) };
  return { state: { ...REST, count: state.count }, finding: findingOf(rule, state.run, at) };
}

/** A return ends a violation, never the timer; a run that has found nothing yet goes on. */
function settleCumulative(rule: Rule, state: Running, at: number, temperature: number): Step {
  if (state.run.found === null || !isBack(rule, temperature)) return { state, finding: findingOf(rule, state.run, null) };
  return { state: { ...state, run: null }, finding: findingOf(rule, state.run, at) };
}
