/** Lanes beneath the chart: what the readings stand on, over the same time axis, with the meaning as words. */
import type { Lane, LaneStretch } from "@/components/charts/model";
import { formatDuration } from "@/components/format/duration";
import { plural } from "@/components/format/numbers";
import { date, day } from "@/components/format/time";
import type { Reading } from "@/components/verdict/kept-words";
import type { SensorFacts, Verdict } from "@/lib/domain/verdict";
import type { InspectionDetail, SealDetail, SensorDetail, ShipmentDetail } from "@/lib/store/shipment-detail";

interface Range {
  readonly from: number;
  readonly to: number;
}

const stretch = (range: Range, tone: LaneStretch["tone"], icon: LaneStretch["icon"], text: string, short = text): LaneStretch => ({
  ...range,
  tone,
  icon,
  text,
  short,
});
const cut = (it: Range, range: Range): Range => ({ from: Math.max(it.from, range.from), to: Math.min(it.to, range.to) });
const isThere = (it: Range): boolean => it.to > it.from;

function calibrationLane({ sensor, calibrations }: SensorDetail, range: Range, { zone }: Reading): Lane {
  const valid = calibrations.map((it) => ({ from: it.validFrom, to: it.validTo })).sort((a, b) => a.from - b.from);
  const stretches: LaneStretch[] = [];
  let at = range.from;
  for (const it of valid) {
    const seen = cut(it, { from: at, to: range.to });
    if (!isThere(seen)) continue;
    if (seen.from > at)
      stretches.push(stretch({ from: at, to: seen.from }, "untrusted", "untrusted", `none before ${day(seen.from, zone)}`));
    const ends = it.to < range.to ? "valid" : `valid to ${date(it.to, zone)}`;
    stretches.push(stretch(seen, "kept", "kept", ends));
    at = seen.to;
  }
  if (at < range.to) {
    const text = valid.length === 0 ? "no calibration known" : `ended ${day(at, zone)}`;
    stretches.push(stretch({ from: at, to: range.to }, "untrusted", "untrusted", text));
  }
  return { name: "Calibration", of: sensor, stretches };
}

/** What is wrong with the numbers, gravest first; null when nothing is. */
function sequenceFault({ status, equivocated, lost }: SensorFacts): string | null {
  if (status === "suspended" || equivocated) return "one number signed twice";
  return lost > 0 ? `${lost} lost` : null;
}

function sequenceLane(facts: SensorFacts, { kept, trust }: Verdict, range: Range): Lane {
  const { sensor, batches, first, last } = facts;
  const silent = trust.silent.find((it) => it.sensor === sensor);
  const gaps = kept.unmeasured.filter((it) => it.sensor === sensor && !it.silent).map((it) => stretch(cut(it, range), "gap", null, "", ""));
  const stretches: LaneStretch[] = [];
  if (first !== null && last !== null) {
    const fault = sequenceFault(facts);
    const failed = fault !== null || facts.inspected?.prefix === "differs";
    const words = `${plural(batches, "batch", "batches")}, ${fault ?? "none missing"}`;
    stretches.push(
      stretch(
        cut({ from: first, to: Math.max(last, first + 1) }, range),
        failed ? "untrusted" : "kept",
        failed ? "untrusted" : "kept",
        words,
      ),
    );
  }
  stretches.push(...gaps.filter(isThere));
  if (silent) {
    const after = cut({ from: silent.since, to: range.to }, range);
    if (isThere(after)) stretches.push(stretch(after, "warning", "clock", `silent ${formatDuration(after.to - after.from)}`, "silent"));
  }
  return { name: "Sequence", of: sensor, stretches };
}

function committedLane({ sensors, facts }: ShipmentDetail, { trust }: Verdict, range: Range): Lane {
  const firsts = facts.sensors.flatMap((it) => (it.first === null ? [] : [it.first]));
  const lasts = facts.sensors.flatMap((it) => (it.last === null ? [] : [it.last]));
  if (firsts.length === 0) return { name: "Committed", of: "on ledger", stretches: [stretch(range, "unknown", "unknown", "nothing yet")] };
  const span = cut({ from: Math.min(...firsts), to: Math.max(...lasts) }, range);
  const late = sensors.flatMap((it) => it.late).sort((a, b) => a.from - b.from);
  const longest = Math.max(0, ...late.map((it) => it.recordedAt - it.from));
  const all = trust.silent.length > 0 ? "all that came" : "all of it";
  const whole = late.some((it) => it.from <= span.from && it.to >= span.to);
  const onTime = whole ? [] : [stretch(span, "kept", "kept", all)];
  const lateWords = `up to ${formatDuration(longest)} late, complete`;
  return {
    name: "Committed",
    of: "on ledger",
    stretches: [
      ...onTime,
      ...late
        .map((it, i) =>
          stretch(
            cut({ from: it.from, to: Math.max(it.to, it.from + 1) }, range),
            "info",
            i === 0 ? "clock" : null,
            i === 0 ? lateWords : "",
            i === 0 ? "late, complete" : "",
          ),
        )
        .filter(isThere),
    ],
  };
}

function sealLane(seal: SealDetail, inspections: readonly InspectionDetail[], range: Range): Lane {
  const own = inspections.filter((it) => it.seal === seal.seal);
  const last = own.at(-1);
  const to = last?.at ?? range.to;
  const span = cut({ from: seal.appliedAt, to }, range);
  const kind = `class ${seal.class}`;
  if (seal.standing === "broken")
    return lane(seal, stretch(span, "untrusted", "untrusted", `${kind}, found broken: contested`, "found broken"));
  if (seal.standing === "intact")
    return lane(seal, stretch(span, "kept", "vouched", `${kind}, intact when inspected: readings vouched`, `${kind}, intact: vouched`));
  return lane(seal, stretch(span, "info", "attested", `${kind}, not inspected yet: readings attested`, `${kind}, not inspected`));
}
const lane = (seal: SealDetail, ...stretches: LaneStretch[]): Lane => ({
  name: "Seal",
  of: seal.seal,
  stretches: stretches.filter(isThere),
});

export function buildLanes(detail: ShipmentDetail, verdict: Verdict, range: Range, reader: Reading): Lane[] {
  const { sensors, facts, seals, inspections } = detail;
  const noSeal: Lane = { name: "Seal", of: "none", stretches: [stretch(range, "unknown", "unknown", "no seal applied")] };
  return [
    ...sensors.map((it) => calibrationLane(it, range, reader)),
    ...facts.sensors.map((it) => sequenceLane(it, verdict, range)),
    committedLane(detail, verdict, range),
    ...(seals.length > 0 ? seals.map((it) => sealLane(it, inspections, range)) : [noSeal]),
  ];
}
