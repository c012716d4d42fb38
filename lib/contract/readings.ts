/** Readings: timed, held against the calibration in force, given to the shipment that they belong to by time, and judged by its rules. */
import type { ImportedBatch, ReadingsBatch } from "../domain/batch";
import { bytesToHex } from "../domain/bytes";
import { calibrationAt, calibrationStanding } from "../domain/calibration";
import type { Sample } from "../domain/rules";
import { timesOf } from "../domain/time";
import { EVENTS } from "../messages/functions";
import { IMPORT_MODEL } from "../messages/names";
import { type Arrival, writeBatch } from "./batch";
import { type Handled, refuse } from "./call";
import type { BatchFacts, ReadingFact } from "./facts";
import { judgeRides, type Ride } from "./rides";
import { calibrationOf } from "./signer";
import type { HeadRecord, SensorAssignment, TimeStanding } from "./state";

/** A reading with its time, before it belongs to anything. */
interface Timed extends Sample {
  readonly standing: TimeStanding;
  readonly humidity: number | null;
}

function timeTicks({ call, head, batch, moment }: Arrival<ReadingsBatch>): Timed[] {
  const boot = bytesToHex(batch.boot);
  const signing = { boot: bytesToHex(moment.boot), tick: moment.tick, timestamp: call.timestamp };
  const ticks = batch.readings.map(({ tick }) => tick);
  const steps = boot === head.boot ? [head.tick, ...ticks] : ticks;
  if (boot === signing.boot) steps.push(moment.tick);
  if (steps.some((tick, index) => index > 0 && tick < (steps[index - 1] ?? 0)))
    refuse("TICKS_BACKWARDS", undefined, { sequence: batch.sequence });
  const times = timesOf(boot, ticks, batch.clock, signing, head);
  let last = boot === head.boot ? head.tick : null;
  return batch.readings.map(({ tick, temperature, humidity }, index) => {
    const elapsed = last === null ? null : tick - last;
    last = tick;
    const { at, standing } = times[index] ?? { at: call.timestamp, standing: "unknown" as const };
    return { at, standing, elapsed, temperature, humidity };
  });
}

/** A file's own times are kept as they are, so they must fit the chain by themselves. */
function timeImported({ call, head, batch }: Arrival<ImportedBatch>): Timed[] {
  let last = head.at ?? Number.NEGATIVE_INFINITY;
  for (const { at } of batch.readings) {
    if (at < last) refuse("TICKS_BACKWARDS", "imported times run backwards", { sequence: batch.sequence, at });
    if (at > call.timestamp) refuse("VALUE_RANGE", "an imported reading lies in the future", { sequence: batch.sequence, at });
    last = at;
  }
  return batch.readings.map(({ at, temperature, humidity }) => ({ at, standing: "imported", elapsed: null, temperature, humidity }));
}

/** Index of the assignment that covers a time; assignments never overlap. */
const assignmentAt = (assignments: readonly SensorAssignment[], at: number): SensorAssignment | undefined =>
  assignments.findLast(({ start, end }) => at >= start && (end === null || at < end));

function ridesOf(assignments: readonly SensorAssignment[], readings: readonly Timed[]): Ride[] {
  const rides = new Map<SensorAssignment, Sample[]>();
  for (const reading of readings) {
    const assignment = assignmentAt(assignments, reading.at);
    if (assignment === undefined) continue;
    const samples = rides.get(assignment);
    if (samples === undefined) rides.set(assignment, [reading]);
    else samples.push(reading);
  }
  return [...rides].map(([assignment, samples]) => ({ assignment, samples }));
}

/** Accumulators of rides that are over are dropped: the chain's time never runs back. */
function keepOpen(assignments: readonly SensorAssignment[], states: HeadRecord["assignments"], at: number): HeadRecord["assignments"] {
  const over = new Set(assignments.filter(({ end }) => end !== null && end <= at).map(({ shipment }) => shipment));
  return Object.fromEntries(Object.entries(states).filter(([shipment]) => !over.has(shipment)));
}

function factsOf({ call, sensor }: Arrival, readings: readonly Timed[]): ReadingFact[] {
  const own = calibrationOf(call.creator);
  const registered = sensor.calibrations.map(({ calibration }) => calibration);
  return readings.map(({ at, standing, temperature, humidity }, index) => {
    const calibration = calibrationAt(at, own, registered);
    return {
      index,
      at,
      standing,
      temperature,
      humidity,
      calibration: calibrationStanding(at, temperature, calibration),
      calibrationNumber: calibration.number,
      shipment: assignmentAt(sensor.assignments, at)?.shipment ?? null,
    };
  });
}

/** @throws WintersealError CALIBRATION_MISSING, IMPORT_ONLY, TICKS_BACKWARDS, VALUE_RANGE */
export async function recordReadings(arrival: Arrival<ReadingsBatch | ImportedBatch>): Promise<Omit<Handled, "result">> {
  const { call, sensor, head, batch, hash, previous } = arrival;
  if (sensor.model === IMPORT_MODEL && batch.kind !== "imported") refuse("IMPORT_ONLY", undefined, { sensor: sensor.sensor });
  const readings = batch.kind === "readings" ? timeTicks({ ...arrival, batch }) : timeImported({ ...arrival, batch });
  const facts = factsOf(arrival, readings);
  const judged = await judgeRides(arrival, ridesOf(sensor.assignments, readings));
  const last = readings.at(-1);
  const at = last?.at ?? head.at ?? call.timestamp;
  writeBatch(arrival, readings.length, {
    sequence: batch.sequence,
    hash,
    boot: batch.kind === "readings" ? bytesToHex(batch.boot) : "",
    tick: batch.kind === "readings" ? (batch.readings.at(-1)?.tick ?? 0) : 0,
    at,
    standing: last?.standing ?? head.standing,
    lostBatches: head.lostBatches,
    assignments: keepOpen(sensor.assignments, { ...head.assignments, ...judged.states }, at),
  });
  const { violations, excursions, gaps, shipments } = judged;
  const batchFacts: BatchFacts = {
    type: EVENTS.batchRecorded,
    sensor: sensor.sensor,
    thumbprint: call.creator.thumbprint,
    sequence: batch.sequence,
    hash,
    previous,
    kind: batch.kind,
    boot: bytesToHex(batch.boot),
    calibrationNumber: calibrationOf(call.creator).number,
    after: head.at,
    readings: facts,
    violations,
    excursions,
    gaps,
    shipments,
  };
  const reopened = judged.reopened.length > 0 ? { reopened: judged.reopened } : {};
  const payload = {
    sensor: sensor.sensor,
    sequence: batch.sequence,
    hash,
    kind: batch.kind,
    count: readings.length,
    violations,
    gaps,
    ...reopened,
  };
  return { event: { name: EVENTS.batchRecorded, payload }, facts: batchFacts };
}
