import type { ChartGap, ChartMark, ChartModel, ChartViolation } from "@/components/charts/model";
import { formatDuration } from "@/components/format/duration";
import { plural } from "@/components/format/numbers";
import { formatBand, formatDifference, formatTemperature } from "@/components/format/temperature";
import { clock } from "@/components/format/time";
import { dayWords, listWords, momentWords, type Reading, sharedStretches, stretchWords } from "@/components/verdict/kept-words";
import type { Verdict } from "@/lib/domain/verdict";
import type { ShipmentDetail, ViolationDetail } from "@/lib/store/shipment-detail";
import { buildLanes } from "./lanes";
import { ruleLimit, ruleTitle } from "./rule-words";

const HOUR = 3_600_000;
/** A seal that was applied no longer before the trip is shown with it. */
const SEALED_BEFORE = 6 * HOUR;

/** The whole trip: from the first thing that happened to the last that is known, with a little room at both ends. */
export function tripRange(
  { head, facts, sensors, seals, inspections, decisions }: ShipmentDetail,
  now: number,
): { from: number; to: number } {
  const firsts = facts.sensors.flatMap((it) => (it.first === null ? [] : [it.first]));
  const starts = [...sensors.map((it) => it.start), ...firsts, ...(head.startedAt === null ? [] : [head.startedAt])];
  const lasts = facts.sensors.flatMap((it) => (it.last === null ? [] : [it.last]));
  const events = [...lasts, ...inspections.map((it) => it.at), ...decisions.map((it) => it.at)];
  const first = Math.min(...(starts.length > 0 ? starts : [head.createdAt]));
  const sealed = seals.map((it) => it.appliedAt).filter((at) => at > first - SEALED_BEFORE);
  const from = Math.min(first, ...sealed);
  // A sensor that is to measure still and does not shows as an empty end: silence is drawn, not cut off.
  const asked = facts.closed === null && facts.sensors.some((it) => it.rides.some((ride) => ride.to === null));
  const to = Math.max(from + HOUR, ...events, ...(asked && isLate(lasts, facts.noData, now) ? [now] : []));
  const room = Math.max(5 * 60_000, (to - from) * 0.01);
  return { from: from - room, to: to + room };
}

const isLate = (lasts: readonly number[], noData: number, now: number): boolean => lasts.length > 0 && now - Math.min(...lasts) > noData;

function violationsOf({ violations, profile, facts }: ShipmentDetail, { unit, zone }: Reading): ChartViolation[] {
  return violations.map((it: ViolationDetail) => {
    const rule = profile.rules.find(({ id }) => id === it.rule);
    const last = facts.sensors.find(({ sensor }) => sensor === it.sensor)?.last ?? it.found;
    const end = it.to === null ? "not ended" : `ended ${clock(it.to, zone)}`;
    return {
      sensor: it.sensor,
      direction: rule?.direction === "lower" ? "below" : "above",
      bound: rule?.bound ?? 0,
      from: it.from,
      found: it.found,
      to: it.to ?? Math.max(it.found, last),
      title: `Violation, ${ruleTitle(it.rule)}`,
      lines: [
        rule ? ruleLimit(rule, unit) : "",
        `${it.sensor}: began ${clock(it.from, zone)}, found ${clock(it.found, zone)}, ${end}`,
      ].filter(Boolean),
    };
  });
}

/** Each sensor's own gap; the words of a gap that several share stand with the first of them. */
function gapsOf({ kept }: Verdict): ChartGap[] {
  const told = new Map(sharedStretches(kept.unmeasured).map((it) => [`${it.sensor} ${it.from}`, it.sensors]));
  return kept.unmeasured.map((it) => {
    const sensors = told.get(`${it.sensor} ${it.from}`);
    const long = formatDuration(it.to - it.from);
    const own = { sensor: it.sensor, from: it.from, to: it.to };
    return sensors
      ? { ...own, words: [`${sensors.join(", ")}: no reading`, `for ${long}`], short: `no reading, ${long}` }
      : { ...own, words: [], short: "" };
  });
}

function marksOf({ seals, handovers, inspections, decisions }: ShipmentDetail, reader: Reading): ChartMark[] {
  const at = (time: number) => momentWords(time, reader);
  return [
    ...seals.map((it): ChartMark => ({ at: it.appliedAt, icon: "seal", name: `Seal ${it.seal} applied, ${at(it.appliedAt)}` })),
    ...handovers.map((it): ChartMark => ({ at: it.at, icon: "handover", name: `Handover in ${it.place}, ${at(it.at)}` })),
    ...inspections.map(
      (it): ChartMark => ({ at: it.at, icon: "inspection", name: `Seal ${it.seal} inspected: ${it.result}, ${at(it.at)}` }),
    ),
    ...decisions.map(
      (it): ChartMark => ({
        at: it.at,
        icon: it.decision === "accepted" ? "check" : "cross",
        name: `${it.decision === "accepted" ? "Accepted" : "Rejected"}, ${at(it.at)}`,
      }),
    ),
  ].sort((a, b) => a.at - b.at);
}

function summaryOf(detail: ShipmentDetail, verdict: Verdict, reader: Reading): string {
  const { facts, violations } = detail;
  const sensors = listWords(facts.sensors.map((it) => it.sensor));
  const range = tripRange(detail, reader.now);
  const found = violations.map(
    (it) =>
      `${it.sensor}, ${ruleTitle(it.rule)}, ${stretchWords(it.from, it.to, reader)}, peak ${formatTemperature(it.peak, { unit: reader.unit })}`,
  );
  const gaps = verdict.kept.unmeasured.map((it) => `${it.sensor} took no reading ${stretchWords(it.from, it.to, reader)}`);
  return [
    `Temperature and humidity of ${sensors || "no sensor"} from ${dayWords(range.from, reader)} to ${dayWords(range.to, reader)}.`,
    found.length > 0 ? `${plural(found.length, "violation")}: ${found.join("; ")}.` : "No violation.",
    gaps.length > 0 ? `${plural(gaps.length, "gap")}: ${gaps.join("; ")}.` : "No gap.",
  ].join(" ");
}

/** Uncertainties in a few words: one figure when the sensors share it, else the largest. */
function uncertaintyWords({ sensors }: ShipmentDetail, { unit }: Reading): string {
  const known = [...new Set(sensors.flatMap((it) => it.calibrations.at(-1)?.uncertainty ?? []))];
  if (known.length === 0) return "";
  const largest = formatDifference(Math.max(...known), { unit }).replace(/\s.*$/, "");
  return `${known.length > 1 ? "up to " : ""}±${largest} (k = 2)`;
}

/**
 * All that the chart draws beside the readings, words included.
 * @param guest address of the readings for a guest, who has no account; null for everybody else
 */
export function chartModel(
  detail: ShipmentDetail,
  verdict: Verdict,
  reader: Reading,
  guest: string | null = null,
): ChartModel & { readonly revision: string } {
  const { head, profile, facts } = detail;
  const range = tripRange(detail, reader.now);
  const { lower, upper } = facts;
  const band = lower !== null && upper !== null ? formatBand(lower, upper, reader.unit) : (profile.title.split(",")[1]?.trim() ?? "");
  return {
    shipment: head.id,
    source: guest ?? `/api/shipments/${head.id}/readings`,
    guest: guest !== null,
    ...range,
    noData: profile.noData,
    bounds: [...new Set(profile.rules.map((it) => it.bound))].filter((it) => nearEnough(it, detail)),
    upper,
    lower,
    band,
    extremes: facts.sensors.flatMap((it) => [it.lowest?.value ?? [], it.highest?.value ?? []].flat()),
    uncertainty: uncertaintyWords(detail, reader),
    sensors: detail.sensors.map((it, series) => ({ id: it.sensor, place: it.place, series })),
    violations: violationsOf(detail, reader),
    gaps: gapsOf(verdict),
    marks: marksOf(detail, reader),
    lanes: buildLanes(detail, verdict, range, reader),
    summary: summaryOf(detail, verdict, reader),
    revision: `${facts.sensors.map((it) => `${it.readings}.${it.last ?? 0}`).join("-")}`,
  };
}

/** A bound far from all that was measured would flatten the lines; the tightest two always stay. */
function nearEnough(bound: number, { facts }: ShipmentDetail): boolean {
  if (bound === facts.upper || bound === facts.lower) return true;
  const values = facts.sensors.flatMap((it) => [it.lowest?.value, it.highest?.value]).filter((it) => it !== undefined);
  const near = [...values, facts.upper, facts.lower].filter((it) => it !== null);
  return near.length > 0 && bound < Math.max(...near) + 6_000 && bound > Math.min(...near) - 6_000;
}
