import type { BatchFacts, LostFacts, ReadingFact } from "../../contract/facts";
import { type ExcursionRecord, keys, type ShipmentRecord, type ViolationRecord } from "../../contract/state";
import { EVENTS } from "../../messages/functions";
import { coverageOf, ROLLUP_WIDTHS, rollupOf } from "../rows/rollup";
import type { Context } from "./context";
import { writeExcursion } from "./excursion";
import { writeGaps } from "./gap";
import { writeShipment } from "./shipment";

/** Kinds of audit entries that a batch makes beside the contract's events. */
export const BATCH_AUDIT = {
  violationFound: "ViolationFound",
  violationEnded: "ViolationEnded",
  reopened: "ShipmentReopened",
  excursionReopened: "ExcursionReopened",
} as const;

export function applyBatch(context: Context, facts: BatchFacts): void {
  const { sensor, sequence, readings } = facts;
  const latest = latestOf(readings);
  context.rows.batch.push({
    sensor,
    sequence,
    hash: facts.hash,
    previous: facts.previous,
    kind: facts.kind,
    boot: facts.boot,
    count: readings.length,
    first_at: readings.reduce<number | null>((first, { at }) => (first === null || at < first ? at : first), null),
    last_at: latest?.at ?? null,
    recorded_at: context.at,
    thumbprint: facts.thumbprint,
    calibration_number: facts.calibrationNumber,
    transaction: context.id,
    block: context.block,
  });
  for (const reading of readings) writeReading(context, sensor, sequence, reading);
  const last = latest && { at: latest.at, temperature: latest.temperature, humidity: latest.humidity };
  context.rows.head({ sensor, sequence, hash: facts.hash, lost: 0, lastSeen: context.at, last });
  for (const violation of facts.violations) writeViolation(context, violation);
  for (const excursion of facts.excursions) writeExcursionOf(context, excursion);
  context.rows.settleGaps(sensor, facts.after);
  writeGaps(context, facts.gaps);
  for (const shipment of facts.shipments) writeReopened(context, shipment, sensor);
}

/** Batches that the sensor declared lost; the declaration itself takes the number `to`. */
export function applyLoss(context: Context, facts: LostFacts): void {
  const { sensor, from, to, reason, hash } = facts;
  context.rows.batch.push({
    sensor,
    sequence: to,
    hash,
    previous: facts.previous,
    kind: "lost",
    boot: facts.boot,
    count: 0,
    first_at: null,
    last_at: null,
    recorded_at: context.at,
    thumbprint: facts.thumbprint,
    calibration_number: "",
    transaction: context.id,
    block: context.block,
  });
  context.rows.loss.push({ sensor, from, to, reason, recorded_at: context.at, transaction: context.id });
  context.rows.head({ sensor, sequence: to, hash, lost: to - from + 1, lastSeen: context.at, last: null });
  context.audit(EVENTS.batchesLost, { sensor }, { from, to, reason });
  for (const shipment of facts.shipments) writeReopened(context, shipment, sensor);
}

/** A late violation or a loss reopens a decided shipment, once. */
function writeReopened(context: Context, shipment: ShipmentRecord, sensor: string): void {
  const before = context.before(keys.shipment(shipment.shipment)) as ShipmentRecord | undefined;
  const reopened = shipment.status === "reopened" && before?.status !== "reopened";
  writeShipment(context, shipment, reopened ? { decided_at: null } : {});
  if (reopened) context.audit(BATCH_AUDIT.reopened, { shipment: shipment.shipment, sensor }, {});
}

/** Opened with the violation, whose own entry says so; led back to open by late readings, which has an entry of its own. */
function writeExcursionOf(context: Context, excursion: ExcursionRecord): void {
  writeExcursion(context, excursion);
  if (excursion.reopened === 0) return;
  const { shipment, sensor, rule, number, reopened } = excursion;
  context.audit(BATCH_AUDIT.excursionReopened, { shipment, sensor }, { rule, number, reopened });
}

function writeReading({ rows }: Context, sensor: string, sequence: number, reading: ReadingFact): void {
  const { index, at, standing, temperature, humidity, calibration, shipment, calibrationNumber } = reading;
  rows.reading.push({
    sensor,
    sequence,
    index,
    at,
    standing,
    temperature,
    humidity,
    calibration,
    calibration_number: calibrationNumber,
    shipment,
  });
  rows.coverage(coverageOf(sensor, reading));
  for (const width of ROLLUP_WIDTHS) rows.rollup(rollupOf(sensor, reading, width));
}

function writeViolation(context: Context, violation: ViolationRecord): void {
  const { shipment, sensor, rule, number, severity, from, found, to, readings, peak, transaction } = violation;
  context.rows.violation({ shipment, sensor, rule, number, severity, from, found, to, readings, peak, transaction });
  const detail = { rule, number, severity, from, found, to, readings, peak };
  if (transaction === context.id) {
    context.rows.violated(shipment);
    context.audit(BATCH_AUDIT.violationFound, { shipment, sensor }, detail);
  }
  if (to !== null) context.audit(BATCH_AUDIT.violationEnded, { shipment, sensor }, detail);
}

/** The reading with the latest time; of equal ones the later in the batch. */
function latestOf(readings: readonly ReadingFact[]): ReadingFact | null {
  return readings.reduce<ReadingFact | null>((latest, reading) => (latest === null || reading.at >= latest.at ? reading : latest), null);
}
