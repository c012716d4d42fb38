/** `batch:Record`: takes the next batch of a sensor's chain, and nothing else. Readings and losses have files of their own. */
import { type Batch, batchHash, decodeBatch, decodeMoment, type Moment } from "../domain/batch";
import { bytesToHex } from "../domain/bytes";
import { WintersealError } from "../messages/errors";
import { type BatchResult, EVENTS } from "../messages/functions";
import { expectArguments, type Handled, type Handler, refuse } from "./call";
import { appendLog, EMPTY_LOG, link } from "./log";
import { recordLost } from "./lost";
import { recordReadings } from "./readings";
import { loadBatch, loadSensor } from "./records";
import { calibrationOf, expectSigner, sensorIdOf } from "./signer";
import { type BatchRecord, type HeadRecord, keys, type SensorRecord } from "./state";
import type { Call } from "./types";
import type { World } from "./world";

/** A decoded batch with all that the ledger knows of its sensor. */
export interface Arrival<B extends Batch = Batch> {
  readonly call: Call;
  readonly world: World;
  readonly sensor: SensorRecord;
  readonly head: HeadRecord;
  readonly batch: B;
  readonly moment: Moment;
  /** Hex. */
  readonly hash: string;
  /** Hex. */
  readonly previous: string;
}

const FIRST_PREVIOUS = "00".repeat(32);
const NO_HEAD: HeadRecord = {
  sequence: 0,
  hash: "",
  boot: "",
  tick: 0,
  at: null,
  standing: null,
  lostBatches: 0,
  log: EMPTY_LOG.head,
  assignments: {},
};

/** @throws WintersealError SEQUENCE_GAP, PREVIOUS_HASH */
function expectNext({ sequence, hash }: HeadRecord, batch: Batch, previous: string): void {
  const first = batch.kind === "lost" ? batch.from : batch.sequence;
  if (first <= sequence) refuse("SEQUENCE_PAST", "recorded batches cannot be declared lost", { from: first, recorded: sequence });
  if (first !== sequence + 1) refuse("SEQUENCE_GAP", undefined, { expected: sequence + 1, got: first });
  if (previous !== (hash === "" ? FIRST_PREVIOUS : hash)) refuse("PREVIOUS_HASH", undefined, { sequence: batch.sequence });
}

/** The same number again: the same content is a success that writes nothing; other content suspends the sensor. */
async function repeat({ call, world, sensor, batch, hash }: Arrival): Promise<Handled> {
  const { sequence } = batch;
  const recorded = await loadBatch(world, sensor.sensor, sequence);
  if (recorded === undefined) return refuse("SEQUENCE_PAST", "this number was declared lost", { sequence });
  if (recorded.hash === hash) {
    return { result: { result: "already-recorded", sensor: sensor.sensor, sequence, hash } satisfies BatchResult };
  }
  const suspended: SensorRecord = {
    ...sensor,
    status: "suspended",
    statusReason: `two contents under number ${sequence}, the second in transaction ${call.transactionId}`,
    log: appendLog(sensor.log, call, { type: EVENTS.sensorSuspended, sequence, hashes: [recorded.hash, hash] }),
  };
  world.put(keys.sensor(sensor.sensor), suspended);
  const hashes = [recorded.hash, hash] as const;
  return {
    result: { result: "equivocation", sensor: sensor.sensor, sequence, hash } satisfies BatchResult,
    event: { name: EVENTS.sensorSuspended, payload: { sensor: sensor.sensor, sequence, hashes } },
    facts: { type: EVENTS.sensorSuspended, sensor: suspended, sequence, hashes },
  };
}

/** Writes the batch's record and the sensor's head after it; both carry the log of transactions one entry longer. */
export function writeBatch(arrival: Arrival, count: number, after: Omit<HeadRecord, "log">): void {
  const { call, world, sensor, head, batch, moment, hash, previous } = arrival;
  const signed = { boot: bytesToHex(moment.boot), tick: moment.tick };
  const log = link(head.log, call, { type: call.name, sequence: batch.sequence, hash, signed });
  const record: BatchRecord = {
    sensor: sensor.sensor,
    sequence: batch.sequence,
    hash,
    previous,
    kind: batch.kind,
    count,
    at: after.at,
    log,
    transaction: call.transactionId,
  };
  world.put(keys.batch(sensor.sensor, batch.sequence), record);
  world.put(keys.head(sensor.sensor), { ...after, log } satisfies HeadRecord);
}

export const record: Handler = async (call, world) => {
  expectArguments(call, 2);
  const [bytes, signing] = call.args;
  if (bytes === undefined || signing === undefined) throw new WintersealError("ARGUMENT_INVALID");
  const id = sensorIdOf(call.creator);
  calibrationOf(call.creator);
  const batch = decodeBatch(bytes);
  const moment = decodeMoment(signing);
  const [sensor, known] = await Promise.all([loadSensor(world, id), world.get<HeadRecord>(keys.head(id))]);
  expectSigner(sensor, call.creator);
  const head = known ?? NO_HEAD;
  const [hash, previous] = [bytesToHex(batchHash(id, bytes)), bytesToHex(batch.previous)];
  const arrival: Arrival = { call, world, sensor, head, batch, moment, hash, previous };
  if (batch.sequence <= head.sequence) return repeat(arrival);
  expectNext(head, batch, previous);
  const result: BatchResult = { result: "recorded", sensor: id, sequence: batch.sequence, hash };
  const handled = batch.kind === "lost" ? await recordLost({ ...arrival, batch }) : await recordReadings({ ...arrival, batch });
  return { result, ...handled };
};
