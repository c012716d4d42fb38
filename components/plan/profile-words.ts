import { formatDuration } from "@/components/format/duration";
import { formatTemperature, type TemperatureUnit } from "@/components/format/temperature";
import type { Profile, Rule } from "@/lib/domain/profiles";

const severity = { critical: "critical", major: "major", minor: "minor" } as const;

/** "At 8.0 °C or above, at once: critical" */
export function ruleWords({ kind, direction, bound, duration, severity: grave }: Rule, unit: TemperatureUnit): string {
  const where = `At ${formatTemperature(bound, { unit })} or ${direction === "upper" ? "above" : "below"}`;
  const length = {
    instantaneous: "at once",
    consecutive: `for ${formatDuration(duration)} without a break`,
    cumulative: `for ${formatDuration(duration)} in all`,
  }[kind];
  return `${where}, ${length}: ${severity[grave]}`;
}

/** Every rule, then what a gap is. */
export function profileWords({ rules, noData }: Profile, unit: TemperatureUnit): readonly string[] {
  return [
    ...rules.map((rule) => ruleWords(rule, unit)),
    `No reading for more than ${formatDuration(noData)}: a gap, counted neither as good nor as bad`,
  ];
}
