/**
 * The verdict on one shipment: two halves that never mix. *Kept cold?* is about temperatures and the profile, *trustworthy?* about
 * identity, calibration, sequence, time and seal. Both cover only what is committed and say through when; a missing fact is never a good one.
 * Codes and facts only: words, units and time zones belong to the page.
 */
import type { ShipmentFacts } from "./verdict-facts";
import { type Kept, keptCold } from "./verdict-kept";
import { type Trust, trustworthy } from "./verdict-trust";

export type { Extreme, Inspected, SealFacts, SensorFacts, ShipmentFacts, ViolationFacts } from "./verdict-facts";
export type { Kept, KeptReason, Unmeasured } from "./verdict-kept";
export type { Check, CheckName, Trust, TrustOpen, TrustReason, TrustReasonCode } from "./verdict-trust";

export interface Verdict {
  readonly kept: Kept;
  readonly trust: Trust;
}

/** @param now the reader's wall clock, ms UTC: silence depends on it and nothing else does. */
export function judge(facts: ShipmentFacts, now: number): Verdict {
  return { kept: keptCold(facts, now), trust: trustworthy(facts, now) };
}
