/** Rows of the store as the read API says them: ISO times, °C. */
import type * as z from "zod";
import type { Verdict } from "@/lib/domain/verdict";
import type * as schemas from "@/lib/exchange/api/schemas";
import type { ExportRow } from "@/lib/store/export";
import type { SensorRow } from "@/lib/store/sensors";
import type { ShipmentDetail } from "@/lib/store/shipment-detail";
import type { ShipmentRow } from "@/lib/store/shipments";

export const iso = (at: number): string => new Date(at).toISOString();
export const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));

type Head = Pick<
  ShipmentRow,
  | "id"
  | "sscc"
  | "title"
  | "origin"
  | "destination"
  | "profile"
  | "shipper"
  | "recipient"
  | "status"
  | "createdAt"
  | "arrivedAt"
  | "decidedAt"
>;

export function shipmentShape(row: Head, lastAt: number | null, { kept, trust }: Verdict): z.input<typeof schemas.shipment> {
  const { id, sscc, title, origin, destination, profile, shipper, recipient, status } = row;
  return {
    ...{ id, sscc, title, origin, destination, profile, shipper, recipient, status },
    createdAt: iso(row.createdAt),
    arrivedAt: isoOrNull(row.arrivedAt),
    decidedAt: isoOrNull(row.decidedAt),
    lastReadingAt: isoOrNull(lastAt),
    keptCold: {
      answer: kept.answer,
      reason: kept.reason,
      through: isoOrNull(kept.through),
      outOfRangeMs: Math.round(kept.outOfRange),
      notMeasuredMs: Math.round(kept.notMeasured),
    },
    trustworthy: {
      answer: trust.answer,
      reasons: trust.reasons.map(({ code, sensor, since, count }) => ({ code, sensor, since: isoOrNull(since), count })),
    },
  };
}

export function detailShape(detail: ShipmentDetail, verdict: Verdict): z.input<typeof schemas.shipmentDetail> {
  const { head, facts, sensors, violations, gaps, seals, block } = detail;
  const lasts = facts.sensors.flatMap(({ last }) => last ?? []);
  return {
    ...shipmentShape(head, lasts.length === 0 ? null : Math.max(...lasts), verdict),
    block,
    sensors: facts.sensors.map(({ sensor, readings, first, last }) => ({
      sensor,
      place: sensors.find((it) => it.sensor === sensor)?.place ?? "",
      readings,
      from: isoOrNull(first),
      to: isoOrNull(last),
    })),
    violations: violations.map(({ sensor, rule, severity, from, found, to, peak, readings, transaction }) => ({
      ...{ sensor, rule, severity, readings, transaction },
      from: iso(from),
      found: iso(found),
      to: isoOrNull(to),
      peakCelsius: peak / 1000,
    })),
    gaps: gaps.map(({ sensor, from, to }) => ({ sensor, from: iso(from), to: iso(to) })),
    seals: seals.map(({ seal, class: kind, standing, appliedAt }) => ({ seal, class: kind, standing, appliedAt: iso(appliedAt) })),
  };
}

export const readingShape = (row: ExportRow): z.input<typeof schemas.reading> => ({
  sensor: row.sensor,
  at: iso(row.at),
  temperatureCelsius: row.temperature / 1000,
  relativeHumidityPercent: row.humidity === null ? null : row.humidity / 10,
  timeStanding: row.standing as z.input<typeof schemas.reading>["timeStanding"],
  calibrationStanding: row.calibration as z.input<typeof schemas.reading>["calibrationStanding"],
  calibrationCertificate: row.calibrationNumber,
  batch: row.sequence,
  placeInBatch: row.index,
  committedAt: iso(row.recordedAt),
  block: row.block,
  transaction: row.transaction,
});

export const sensorShape = (row: SensorRow): z.input<typeof schemas.sensor> => ({
  id: row.id,
  model: row.model,
  owner: row.owner,
  authority: row.authority,
  status: row.status,
  lastReadingAt: isoOrNull(row.lastAt),
  lastTemperatureCelsius: row.lastTemperature === null ? null : row.lastTemperature / 1000,
  calibration: row.calibration && {
    certificate: row.calibration.number,
    laboratory: row.calibration.laboratory,
    validFrom: iso(row.calibration.validFrom),
    validTo: iso(row.calibration.validTo),
    lowestCelsius: row.calibration.min / 1000,
    highestCelsius: row.calibration.max / 1000,
    uncertaintyKelvin: row.calibration.uncertainty / 1000,
  },
});
