/** A behaviour that the product relies on: asked of every target in the same words, answered in facts that can be compared. */
import type { Bench } from "./bench";

/** What was observed. Names, ids, addresses and times are replaced by what they stand for, so that equal behaviour gives equal facts. */
export type Facts = Readonly<Record<string, Fact>>;
export type Fact = string | number | boolean | readonly string[];

export interface Case {
  /** `topic/name`, stable: facts, differences and documents refer to it. */
  readonly id: string;
  /** States the guarantee. */
  readonly title: string;
  /** Why the product needs it. */
  readonly why: string;
  /** Observes one target. An error that it throws is a failure of the case, not a fact. */
  run(bench: Bench): Promise<Facts>;
}
