import { formatDuration } from "@/components/format/duration";
import { formatTemperature, type TemperatureUnit } from "@/components/format/temperature";
import type { Rule } from "@/lib/domain/profiles";

export { ruleTitle } from "@/lib/domain/rule-title";

/** "8.0 °C or above for 60 min, consecutive" */
export function ruleLimit({ kind, direction, bound, duration }: Rule, unit: TemperatureUnit): string {
  const side = `${formatTemperature(bound, { unit })} or ${direction === "upper" ? "above" : "below"}`;
  if (kind === "instantaneous") return `${side}, at once`;
  return `${side} for ${formatDuration(duration)}, ${kind === "consecutive" ? "consecutive" : "in all"}`;
}
