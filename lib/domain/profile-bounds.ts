import type { Profile } from "./profiles";

/** Tightest bounds of a profile's rules, milli-°C; the bound itself is outside. Null where no rule bounds that side. */
export function boundsOf({ rules }: Profile): { readonly upper: number | null; readonly lower: number | null } {
  const bounds = (direction: "upper" | "lower") => rules.filter((rule) => rule.direction === direction).map((rule) => rule.bound);
  const upper = bounds("upper");
  const lower = bounds("lower");
  return { upper: upper.length === 0 ? null : Math.min(...upper), lower: lower.length === 0 ? null : Math.max(...lower) };
}

/** Which way a rule's violation goes; a rule that the profile does not hold cannot have been found by it, so its side is read as above. */
export function directionOf({ rules }: Profile, rule: string): "above" | "below" {
  return rules.find(({ id }) => id === rule)?.direction === "lower" ? "below" : "above";
}

/** Whether a calibrated range holds every bound that the profile judges by, milli-°C: outside it a sensor's word on the bound is not calibrated. */
export function coversProfile({ rules }: Profile, range: { readonly min: number; readonly max: number }): boolean {
  return rules.every(({ bound }) => bound >= range.min && bound <= range.max);
}
