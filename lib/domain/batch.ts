/**
 * The batch: what a sensor freezes in its journal before its first signature, and the moment, which is signed anew with every
 * proposal (docs/decisions/0020). One value has exactly one encoding; decoding refuses anything that encoding would not write.
 *
 * Layout, version 1: version ‖ kind ‖ sequence ‖ previous(32) ‖ boot(8) ‖ body, numbers as varints.
 * - readings: flags ‖ [clock tick ‖ clock at] ‖ count ‖ ticks ‖ temperatures ‖ [presence bitmap] ‖ humidities
 * - imported: flags ‖ count ‖ times ‖ temperatures ‖ [presence bitmap] ‖ humidities
 * - lost: from ‖ reason length ‖ reason (UTF-8)
 * Ticks and times are written as differences of differences, values as differences: about 3 to 5 bytes a reading.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { ByteReader, ByteWriter } from "./bytes";
import { readPresence, readTimes, readValues, writePresence, writeTimes, writeValues } from "./columns";
import { DomainError } from "./errors";

/** Most readings in one batch. */
export const MAX_READINGS = 1000;
/** Sequence numbers start at 1. */
export const MAX_SEQUENCE = 4_294_967_295;
/** Largest tick, ms: 8,919 years in one boot. */
export const MAX_TICK = 2 ** 48;
/** Absolute zero and the statements' upper end, milli-°C. */
export const MIN_TEMPERATURE = -273_150;
export const MAX_TEMPERATURE = 1_000_000;
/** Tenths of %RH. */
export const MAX_HUMIDITY = 1000;
/** 2000-01-01 and 2100-01-01, ms UTC: catches seconds and microseconds given by mistake. */
export const MIN_TIME = 946_684_800_000;
export const MAX_TIME = 4_102_444_800_000;
/** Bytes of UTF-8. */
export const MAX_REASON = 200;
/** The hash that batch 1 continues. */
export const FIRST_PREVIOUS: Uint8Array = new Uint8Array(32);

const VERSION = 1;
const KINDS = { readings: 1, imported: 2, lost: 3 } as const;
const HAS_CLOCK = 1;
const ALL_HUMID = 2;
const SOME_HUMID = 4;
const HASH_TAG = new TextEncoder().encode("winterseal/batch/1\0");

interface Values {
  /** milli-°C */
  readonly temperature: number;
  /** tenths of %RH */
  readonly humidity: number | null;
}
export interface TickReading extends Values {
  /** ms since this boot began, monotonic */
  readonly tick: number;
}
export interface ImportedReading extends Values {
  /** ms UTC, the file's own time */
  readonly at: number;
}
/** A device's real-time clock, read at a tick of the batch's boot. */
export interface ClockReading {
  readonly tick: number;
  /** ms UTC as the clock says; not believed beyond its bounds (lib/domain/time) */
  readonly at: number;
}

interface Frame {
  readonly sequence: number;
  /** 32 bytes: hash of the batch before, zeros for number 1 */
  readonly previous: Uint8Array;
  /** 8 random bytes, chosen at every start of the device */
  readonly boot: Uint8Array;
}
export type ReadingsBatch = Frame & {
  readonly kind: "readings";
  readonly readings: readonly TickReading[];
  readonly clock: ClockReading | null;
};
export type ImportedBatch = Frame & { readonly kind: "imported"; readonly readings: readonly ImportedReading[] };
/** Declares batches `from`…`to` lost with a journal. Takes the number `to`, so that the sequence jumps. */
export type LostBatch = Frame & { readonly kind: "lost"; readonly from: number; readonly to: number; readonly reason: string };
export type Batch = ReadingsBatch | ImportedBatch | LostBatch;

/** Boot and tick at signing. */
export interface Moment {
  readonly boot: Uint8Array;
  readonly tick: number;
}

const malformed = (what: string) => new DomainError("BATCH_MALFORMED", what);

function checkInteger(value: number, min: number, max: number, what: string): void {
  if (!Number.isSafeInteger(value) || value < min || value > max)
    throw new DomainError("VALUE_RANGE", `${what} is outside ${min} to ${max}`);
}

function checkReadings(readings: readonly Values[]): void {
  if (readings.length === 0) throw malformed("a batch without readings");
  if (readings.length > MAX_READINGS) throw new DomainError("BATCH_TOO_LARGE", `more than ${MAX_READINGS} readings`);
  for (const reading of readings) checkValues(reading);
}

function checkValues({ temperature, humidity }: Values): void {
  checkInteger(temperature, MIN_TEMPERATURE, MAX_TEMPERATURE, "temperature (milli-°C)");
  if (humidity !== null) checkInteger(humidity, 0, MAX_HUMIDITY, "humidity (tenths of %RH)");
}

/** Whether a reading could ever be in a batch. @throws DomainError VALUE_RANGE */
export function checkReading(reading: TickReading): void {
  checkValues(reading);
  checkInteger(reading.tick, 0, MAX_TICK, "tick (ms)");
}

function checkLost(batch: LostBatch): void {
  checkInteger(batch.from, 1, MAX_SEQUENCE, "first lost number");
  if (batch.to !== batch.sequence || batch.from > batch.to) throw malformed("lost numbers do not end at the batch's own");
}

function checkBatch(batch: Batch): void {
  checkInteger(batch.sequence, 1, MAX_SEQUENCE, "sequence");
  if (batch.previous.length !== 32) throw malformed("previous is not 32 bytes");
  if (batch.boot.length !== 8) throw malformed("boot is not 8 bytes");
  if (batch.kind === "lost") {
    checkLost(batch);
    return;
  }
  checkReadings(batch.readings);
  if (batch.kind === "imported") for (const { at } of batch.readings) checkInteger(at, MIN_TIME, MAX_TIME, "time (ms UTC)");
  else checkTicks(batch);
}

function checkTicks({ readings, clock }: ReadingsBatch): void {
  for (const { tick } of readings) checkInteger(tick, 0, MAX_TICK, "tick (ms)");
  if (clock === null) return;
  checkInteger(clock.tick, 0, MAX_TICK, "clock tick (ms)");
  checkInteger(clock.at, 0, MAX_TIME, "clock (ms UTC)");
}

const humidFlag = (readings: readonly Values[], humid: number): number =>
  humid === 0 ? 0 : humid === readings.length ? ALL_HUMID : SOME_HUMID;

function writeReadings(out: ByteWriter, batch: ReadingsBatch | ImportedBatch): void {
  const { readings } = batch;
  const humidities = readings.flatMap(({ humidity }) => (humidity === null ? [] : [humidity]));
  const clock = batch.kind === "readings" ? batch.clock : null;
  const flags = humidFlag(readings, humidities.length) | (clock === null ? 0 : HAS_CLOCK);
  out.byte(flags);
  if (clock !== null) out.unsigned(clock.tick).unsigned(clock.at);
  out.unsigned(readings.length);
  writeTimes(out, batch.kind === "readings" ? batch.readings.map(({ tick }) => tick) : batch.readings.map(({ at }) => at));
  writeValues(
    out,
    readings.map(({ temperature }) => temperature),
  );
  if ((flags & SOME_HUMID) !== 0)
    writePresence(
      out,
      readings.map(({ humidity }) => humidity !== null),
    );
  writeValues(out, humidities);
}

function readReadings(input: ByteReader, frame: Frame, kind: "readings" | "imported"): Batch {
  const flags = input.byte();
  const known = kind === "readings" ? HAS_CLOCK | ALL_HUMID | SOME_HUMID : ALL_HUMID | SOME_HUMID;
  if ((flags & ~known) !== 0 || (flags & (ALL_HUMID | SOME_HUMID)) === (ALL_HUMID | SOME_HUMID)) throw malformed("unknown flags");
  const clock = (flags & HAS_CLOCK) === 0 ? null : { tick: input.unsigned(), at: input.unsigned() };
  const count = input.unsigned();
  if (count > MAX_READINGS) throw new DomainError("BATCH_TOO_LARGE", `more than ${MAX_READINGS} readings`);
  if (count === 0) throw malformed("a batch without readings");
  const times = readTimes(input, count);
  const temperatures = readValues(input, count);
  const present = (flags & SOME_HUMID) === 0 ? times.map(() => (flags & ALL_HUMID) !== 0) : readPresence(input, count);
  const humidities = readValues(input, present.filter(Boolean).length);
  let next = 0;
  const rows = times.map((time, index) => ({
    time,
    temperature: temperatures[index] ?? 0,
    humidity: present[index] ? (humidities[next++] ?? 0) : null,
  }));
  return kind === "readings"
    ? { ...frame, kind, readings: rows.map(({ time, ...values }) => ({ tick: time, ...values })), clock }
    : { ...frame, kind, readings: rows.map(({ time, ...values }) => ({ at: time, ...values })) };
}

/** Controls and marks that turn the reading direction: people read a reason, and databases keep it. */
const UNFIT = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

function reasonBytes(reason: string): Uint8Array {
  const bytes = new TextEncoder().encode(reason);
  const wellFormed = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes) === reason;
  if (reason === "" || !wellFormed || UNFIT.test(reason) || bytes.length > MAX_REASON)
    throw malformed(`the reason is not 1 to ${MAX_REASON} bytes of text`);
  return bytes;
}

function readReason(input: ByteReader): string {
  const bytes = input.raw(input.unsigned());
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed("the reason is not UTF-8");
  }
}

/** @throws DomainError VALUE_RANGE, BATCH_TOO_LARGE or BATCH_MALFORMED for a value that is no batch */
export function encodeBatch(batch: Batch): Uint8Array {
  checkBatch(batch);
  const out = new ByteWriter().byte(VERSION).byte(KINDS[batch.kind]).unsigned(batch.sequence).raw(batch.previous).raw(batch.boot);
  if (batch.kind === "lost") {
    const reason = reasonBytes(batch.reason);
    return out.unsigned(batch.from).unsigned(reason.length).raw(reason).finish();
  }
  writeReadings(out, batch);
  return out.finish();
}

/** @throws DomainError BATCH_VERSION, BATCH_MALFORMED, BATCH_TOO_LARGE or VALUE_RANGE; never anything else */
export function decodeBatch(bytes: Uint8Array): Batch {
  const input = new ByteReader(bytes);
  const version = input.byte();
  if (version !== VERSION) throw new DomainError("BATCH_VERSION", `batch version ${version} is unknown`);
  const kind = input.byte();
  const frame: Frame = { sequence: input.unsigned(), previous: input.raw(32), boot: input.raw(8) };
  const batch = readBody(input, frame, kind);
  input.end();
  checkBatch(batch);
  return batch;
}

function readBody(input: ByteReader, frame: Frame, kind: number): Batch {
  if (kind === KINDS.readings) return readReadings(input, frame, "readings");
  if (kind === KINDS.imported) return readReadings(input, frame, "imported");
  if (kind !== KINDS.lost) throw malformed(`batch kind ${kind} is unknown`);
  const batch: LostBatch = { ...frame, kind: "lost", from: input.unsigned(), to: frame.sequence, reason: readReason(input) };
  reasonBytes(batch.reason);
  return batch;
}

/**
 * SHA-256 over domain tag ‖ sensor ‖ 0 ‖ batch: equal bytes from two sensors are two batches.
 * @param sensor sensor id (SENSOR_ID holds no zero byte)
 */
export function batchHash(sensor: string, bytes: Uint8Array): Uint8Array {
  return sha256
    .create()
    .update(HASH_TAG)
    .update(new TextEncoder().encode(`${sensor}\0`))
    .update(bytes)
    .digest();
}

/** @throws DomainError VALUE_RANGE or BATCH_MALFORMED */
export function encodeMoment({ boot, tick }: Moment): Uint8Array {
  if (boot.length !== 8) throw malformed("boot is not 8 bytes");
  checkInteger(tick, 0, MAX_TICK, "tick (ms)");
  return new ByteWriter().byte(VERSION).raw(boot).unsigned(tick).finish();
}

/** @throws DomainError BATCH_VERSION, VALUE_RANGE or BATCH_MALFORMED */
export function decodeMoment(bytes: Uint8Array): Moment {
  const input = new ByteReader(bytes);
  const version = input.byte();
  if (version !== VERSION) throw new DomainError("BATCH_VERSION", `moment version ${version} is unknown`);
  const moment = { boot: input.raw(8), tick: input.unsigned() };
  input.end();
  checkInteger(moment.tick, 0, MAX_TICK, "tick (ms)");
  return moment;
}
