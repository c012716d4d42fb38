/**
 * What each case has to show on each target. `facts.json` is what Fabric 3.1 answered, recorded with `npm run conformance -- --target
 * fabric --release 3.1 --record` and read through; the differences of other targets are declared, with their reason.
 */
import type { Fact, Facts } from "./case";
import { DIFFERENCES } from "./differences";
import recorded from "./facts.json";
import type { TargetName } from "./target";

/** Facts in which one target is known to differ from the reference, and why that is right or accepted. */
export interface Difference {
  readonly id: string;
  readonly target: TargetName;
  readonly reason: string;
  /** The facts that differ, as the target shows them. */
  readonly facts: Facts;
}

const FACTS: Readonly<Record<string, Facts>> = recorded;

/** The facts that a target has to show: the reference's, with its declared differences. undefined = never recorded. */
export function expectedFacts(id: string, target: TargetName): Facts | undefined {
  const reference = FACTS[id];
  const own = DIFFERENCES.filter((difference) => difference.id === id && difference.target === target);
  return reference && Object.assign({}, reference, ...own.map((difference) => difference.facts));
}

export function differencesOf(id: string): readonly Difference[] {
  return DIFFERENCES.filter((difference) => difference.id === id);
}

export interface Mismatch {
  readonly fact: string;
  readonly expected: Fact | undefined;
  readonly observed: Fact | undefined;
}

/** Where observed facts depart from the expected ones; empty = the case holds. A declared difference that vanished shows here too. */
export function mismatches(expected: Facts, observed: Facts): Mismatch[] {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(observed)])];
  return names
    .filter((fact) => JSON.stringify(expected[fact]) !== JSON.stringify(observed[fact]))
    .map((fact) => ({ fact, expected: expected[fact], observed: observed[fact] }));
}
