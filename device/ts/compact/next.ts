/**
 * The batch after a reference: what of it the proxy cannot know. A batch's beginning (version, kind, number, hash of the one before, boot) follows from
 * the reference; so do nonce, tick and time but for small steps.
 */
import { batchHash, decodeBatch, decodeMoment, encodeMoment, type Moment, type TickReading } from "../../../lib/domain/batch";
import { ByteReader, ByteWriter } from "../../../lib/domain/bytes";
import { DomainError } from "../../../lib/domain/errors";
import { concat, equal, utf8 } from "../bytes";
import { type Call, counterOf, withCounter } from "./exchange";

const RECORD = utf8("batch:Record");

/** A call of `batch:Record` with readings, taken apart. */
export interface Recording {
  readonly sequence: number;
  readonly previous: Uint8Array;
  readonly boot: Uint8Array;
  readonly hash: Uint8Array;
  readonly moment: Moment;
  readonly count: number;
  readonly last: TickReading;
  /** Version and kind. */
  readonly form: Uint8Array;
  /** The batch from its flags on. */
  readonly tail: Uint8Array;
}

/** Taken apart once: a call is the next one's reference, and each side of a comparison several times. */
const known = new WeakMap<Call, Recording | null>();

/** Undefined when the call is another function's, or records no readings. */
export function recordingOf(sensor: string, call: Call): Recording | undefined {
  const before = known.get(call);
  if (before !== undefined) return before ?? undefined;
  const recording = takeApart(sensor, call);
  known.set(call, recording ?? null);
  return recording;
}

function takeApart(sensor: string, { args }: Call): Recording | undefined {
  const [name, bytes, signing] = args;
  if (args.length !== 3 || name === undefined || bytes === undefined || signing === undefined || !equal(name, RECORD)) return undefined;
  try {
    const batch = decodeBatch(bytes);
    const last = batch.kind === "readings" ? batch.readings.at(-1) : undefined;
    if (batch.kind !== "readings" || last === undefined) return undefined;
    const input = new ByteReader(bytes);
    const form = input.raw(2);
    const { sequence, previous, boot } = batch;
    input.unsigned();
    input.raw(40);
    const [hash, moment, count] = [batchHash(sensor, bytes), decodeMoment(signing), batch.readings.length];
    return { sequence, previous, boot, hash, moment, count, last, form, tail: input.allBut(0) };
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

/** What is sent of the next batch. */
export interface Step {
  /** Nonces since the reference's. */
  readonly nonces: number;
  /** ms by ticks between the two moments of signing. */
  readonly ticks: number;
  /** ms by which the device's clock was set in between. */
  readonly clock: number;
  readonly tail: Uint8Array;
}

/** The step from one recording to the next; undefined when the next does not follow from it. */
export function stepBetween(sensor: string, reference: Call, next: Call): Step | undefined {
  const [from, to] = [recordingOf(sensor, reference), recordingOf(sensor, next)];
  const [before, after] = [counterOf(reference.nonce), counterOf(next.nonce)];
  if (from === undefined || to === undefined || before === undefined || after === undefined || after <= before) return undefined;
  const ticks = to.moment.tick - from.moment.tick;
  if (ticks < 0) return undefined;
  const step = { nonces: after - before, ticks, clock: next.timestamp - reference.timestamp - ticks, tail: to.tail };
  const rebuilt = stepFrom(sensor, reference, step);
  const same =
    rebuilt !== undefined &&
    rebuilt.timestamp === next.timestamp &&
    equal(rebuilt.nonce, next.nonce) &&
    rebuilt.args.every((arg, index) => equal(arg, next.args[index] ?? arg));
  return same ? step : undefined;
}

/**
 * The next call, rebuilt. Undefined when the reference records no readings or has no counted nonce.
 * @throws DomainError VALUE_RANGE for numbers that no batch can have
 */
export function stepFrom(sensor: string, reference: Call, { nonces, ticks, clock, tail }: Step): Call | undefined {
  const from = recordingOf(sensor, reference);
  const counter = counterOf(reference.nonce);
  if (from === undefined || counter === undefined || nonces < 1 || counter + nonces > 0xffff_ffff) return undefined;
  const timestamp = reference.timestamp + ticks + clock;
  if (!Number.isSafeInteger(timestamp) || timestamp < 0) return undefined;
  const number = new ByteWriter().unsigned(from.sequence + 1).finish();
  const batch = concat(from.form, number, from.hash, from.boot, tail);
  const moment = encodeMoment({ boot: from.moment.boot, tick: from.moment.tick + ticks });
  return { nonce: withCounter(reference.nonce, counter + nonces), timestamp, args: [RECORD, batch, moment] };
}
