/** Runs cases on one target and holds what was observed against what has to be. */
import { Bench } from "./bench";
import type { Case, Facts } from "./case";
import { expectedFacts, type Mismatch, mismatches } from "./expectations";
import type { Target } from "./target";

export interface Result {
  readonly id: string;
  /** Absent if the case itself failed. */
  readonly observed?: Facts;
  /** Empty = as expected. */
  readonly mismatches: readonly Mismatch[];
  /** Why there are no facts. */
  readonly failure?: string;
}

export async function runCase(item: Case, bench: Bench): Promise<Result> {
  let observed: Facts;
  try {
    observed = await item.run(bench);
  } catch (error) {
    return { id: item.id, mismatches: [], failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  const expected = expectedFacts(item.id, bench.target.name);
  if (expected === undefined) return { id: item.id, observed, mismatches: [], failure: "no facts are recorded for this case" };
  return { id: item.id, observed, mismatches: mismatches(expected, observed) };
}

export const holds = (result: Result): boolean => result.failure === undefined && result.mismatches.length === 0;

/** Runs the cases one after the other; `heard` is told of each as it ends. The caller closes the target. */
export async function runCases(cases: readonly Case[], target: Target, heard: (result: Result) => void): Promise<Result[]> {
  const bench = await Bench.open(target);
  try {
    const results: Result[] = [];
    for (const item of cases) {
      const result = await runCase(item, bench);
      heard(result);
      results.push(result);
    }
    return results;
  } finally {
    bench.close();
  }
}
