import { formatDifference } from "@/components/format/temperature";
import { date, day } from "@/components/format/time";
import { State, type StateKind } from "@/components/ui/state";
import type { Reading } from "@/components/verdict/kept-words";
import type { SensorFacts } from "@/lib/domain/verdict";
import type { CalibrationDetail, SensorDetail, ShipmentDetail } from "@/lib/store/shipment-detail";
import { StepCard } from "./step";

interface Trip {
  readonly from: number;
  readonly to: number;
}

/** Whether a sensor's calibrations cover what it measured here; absence is no. */
export function calibrationWords({ calibration, readings }: SensorFacts, { zone }: Reading): { kind: StateKind; text: string } {
  if (calibration.validTo === null) return { kind: "untrusted", text: "No calibration known" };
  if (calibration.endedFrom !== null) return { kind: "untrusted", text: `Ended on the way, ${day(calibration.endedFrom, zone)}` };
  if (calibration.before > 0) return { kind: "untrusted", text: "Began on the way" };
  if (calibration.outsideRange > 0) return { kind: "untrusted", text: "Measured outside its range" };
  if (readings === 0) return { kind: "unknown", text: "No reading yet" };
  return calibration.covered === readings
    ? { kind: "kept", text: "Covers the trip" }
    : { kind: "untrusted", text: "Does not cover every reading" };
}

export const isCovered = (facts: SensorFacts): boolean =>
  facts.readings > 0 && facts.calibration.covered === facts.readings && facts.calibration.validTo !== null;

/** Calibration as a bar over time, the trip as a mark in it. Positions in percent, so that it fits any width. */
function Bar({ calibration, trip, zone }: { readonly calibration: CalibrationDetail; readonly trip: Trip; readonly zone: string }) {
  const from = Math.min(calibration.validFrom, trip.from);
  const to = Math.max(calibration.validTo, trip.to);
  const room = (to - from) * 0.06;
  const at = (time: number) => `${(((time - from + room) / (to - from + 2 * room)) * 100).toFixed(2)}%`;
  const width = (a: number, b: number) => `${(((b - a) / (to - from + 2 * room)) * 100).toFixed(2)}%`;
  const inside = trip.from >= calibration.validFrom && trip.to <= calibration.validTo;
  const middle = (trip.from + trip.to) / 2;
  const words = `Calibration from ${date(calibration.validFrom, zone)} to ${date(calibration.validTo, zone)}; the trip lies ${inside ? "inside" : "not wholly inside"}`;
  return (
    <div role="img" aria-label={words} className="relative mt-1 h-9">
      <span
        className="absolute top-0 -translate-x-1/2 font-strong text-caption"
        style={{ left: `clamp(1.75rem, ${at(middle)}, calc(100% - 1.75rem))` }}
      >
        this trip
      </span>
      <span className="absolute inset-x-0 top-5 h-2 rounded-small bg-sunken" />
      <span
        className={`absolute top-5 h-2 rounded-small ${inside ? "bg-kept-chart" : "bg-untrusted-chart"}`}
        style={{ left: at(calibration.validFrom), width: width(calibration.validFrom, calibration.validTo) }}
      />
      <span className="absolute top-4 h-4 min-w-0.5 bg-ink" style={{ left: at(trip.from), width: width(trip.from, trip.to) }} />
    </div>
  );
}

function Row({
  sensor,
  facts,
  trip,
  reader,
}: {
  readonly sensor: SensorDetail;
  readonly facts: SensorFacts;
  readonly trip: Trip;
  readonly reader: Reading;
}) {
  const { kind, text } = calibrationWords(facts, reader);
  const latest = sensor.calibrations.at(-1);
  return (
    <div className="border-line border-t py-3 first:border-t-0 last:pb-0">
      <p className="flex justify-between gap-3">
        <b>{sensor.sensor}</b>
        <State kind={kind}>{text}</State>
      </p>
      {latest && (
        <>
          <p className="num flex justify-between gap-3 text-quiet text-small">
            <span>
              {date(latest.validFrom, reader.zone)} to {date(latest.validTo, reader.zone)}
            </span>
            <span>±{formatDifference(latest.uncertainty, { unit: reader.unit })}</span>
          </p>
          <Bar calibration={latest} trip={trip} zone={reader.zone} />
        </>
      )}
    </div>
  );
}

/** Whether every instrument was good for what it measured. */
export function CalibrationStep({
  detail,
  trip,
  reader,
}: {
  readonly detail: ShipmentDetail;
  readonly trip: Trip;
  readonly reader: Reading;
}) {
  const { sensors, facts } = detail;
  const covered = facts.sensors.filter(isCovered).length;
  const all = covered === facts.sensors.length && covered > 0;
  return (
    <StepCard
      id="calibration"
      number={1}
      title="Calibration"
      aside={sensors.length > 0 && <State kind={all ? "kept" : "untrusted"}>{`${covered} of ${sensors.length} cover the trip`}</State>}
    >
      <div>
        {sensors.map((sensor) => {
          const own = facts.sensors.find((it) => it.sensor === sensor.sensor);
          return own && <Row key={sensor.sensor} sensor={sensor} facts={own} trip={trip} reader={reader} />;
        })}
      </div>
      {sensors.length === 0 && <p className="text-second text-small">No sensor rides with this shipment.</p>}
    </StepCard>
  );
}
