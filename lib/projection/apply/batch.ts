import type { BatchFacts, LostFacts, ReadingFact } from "../../contract/facts";
import type { ViolationRecord } from "../../contract/state";
import { EVENTS } from "../../messages/functions";
import { coverageOf, ROLLUP_WIDTHS, rollupOf } from "../rows/rollup";
import type { Context } from "./context";
import { writeShipment } from "./shipment";

/** Kinds of audit entries that a batch makes beside the contract's events. */
export const BATCH_AUDIT = {
  violationFound: "ViolationFound",
  violationEnded: "ViolationEnded",
  gapFound: "GapFound",
  reopened: "ShipmentReopened",
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
  for (const gap of facts.gaps) {
    context.rows.gap({ ...gap, open: false, transaction: context.id });
    context.audit(BATCH_AUDIT.gapFound, gap, { from: gap.from, to: gap.to });
  }
  if (facts.reopened) {
    writeShipment(context, facts.reopened, { decided_at: null });
    context.audit(BATCH_AUDIT.reopened, { shipment: facts.reopened.shipment, sensor }, {});
  }
}

/** Batches that the sensor declared lost; the declaration itself takes the number `to`. */
export function applyLoss(context: Context, { sensor, from, to, reason, hash }: LostFacts): void {
  context.rows.batch.push({
    sensor,
    sequence: to,
    hash,
    previous: "",
    kind: "lost",
    boot: "",
    count: 0,
    first_at: null,
    last_at: null,
    recorded_at: context.at,
    thumbprint: context.thumbprint,
    calibration_number: "",
    transaction: context.id,
    block: context.block,
  });
  context.rows.loss.push({ sensor, from, to, reason, recorded_at: context.at, transaction: context.id });
  context.rows.head({ sensor, sequence: to, hash, lost: to - from + 1, lastSeen: context.at, last: null });
  context.audit(EVENTS.batchesLost, { sensor }, { from, to, reason });
}

function writeReading({ rows }: Context, sensor: string, sequence: number, reading: ReadingFact): void {
  const { index, at, standing, temperature, humidity, calibration, shipment } = reading;
  rows.reading.push({ sensor, sequence, index, at, standing, temperature, humidity, calibration, calibration_number: "", shipment });
  rows.coverage(coverageOf(sensor, reading));
  for (const width of ROLLUP_WIDTHS) rows.rollup(rollupOf(sensor, reading, width));
}

function writeViolation(context: Context, violation: ViolationRecord): void {
  const { shipment, sensor, rule, number, severity, from, found, to, readings, peak, transaction } = violation;
  context.rows.violation({ shipment, sensor, rule, number, severity, from, found, to, readings, peak, transaction });
  const detail = { rule, number, severity, from, found, to, readings, peak };
  if (transaction === context.id) context.audit(BATCH_AUDIT.violationFound, { shipment, sensor }, detail);
  if (to !== null) context.audit(BATCH_AUDIT.violationEnded, { shipment, sensor }, detail);
}

/** The reading with the latest time; of equal ones the later in the batch. */
function latestOf(readings: readonly ReadingFact[]): ReadingFact | null {
  return readings.reduce<ReadingFact | null>((latest, reading) => (latest === null || reading.at >= latest.at ? reading : latest), null);
}
