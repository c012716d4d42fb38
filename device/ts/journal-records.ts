/**
 * Records of the journal as bytes: mark ‖ kind ‖ length (u32 LE) ‖ content ‖ CRC-32 over all before. Appended one after the other, so
 * that a power loss can only leave the last one torn.
 */
import type { ClockReading, TickReading } from "../../lib/domain/batch";
import { ByteReader, ByteWriter } from "../../lib/domain/bytes";
import { DomainError } from "../../lib/domain/errors";
import { COMMAND_OUTCOMES, type CommandOutcome } from "../../lib/messages/commands";
import { concat, fromUtf8, utf8 } from "./bytes";
import { crc32 } from "./crc";

/** How a device works by its commands. */
export interface Standing {
  /** Time between readings, ms; null = as it was configured. */
  readonly interval: number | null;
  /** Whose rules it watches; null = as it was configured. */
  readonly profile: string | null;
  readonly measuring: boolean;
}

/** What a device decided about a command, and how it works since. */
export interface Decision extends Standing {
  readonly counter: number;
  readonly outcome: CommandOutcome;
  /** When, in which boot. */
  readonly boot: Uint8Array;
  readonly tick: number;
}

/** A proxy was given a batch's transaction and never got it committed. */
export interface Withheld {
  readonly sequence: number;
  /** Transaction that it was given, 32 bytes. */
  readonly transaction: Uint8Array;
  readonly proxy: string;
  /** Whether it said that it was committed. */
  readonly said: boolean;
  /** When it was given, in which boot. */
  readonly boot: Uint8Array;
  readonly tick: number;
}

export type JournalRecord =
  /** Stands first: whose journal this is. */
  | { readonly kind: "sensor"; readonly sensor: string }
  /** A start of the device; again with the same boot when its clock becomes known. */
  | { readonly kind: "boot"; readonly boot: Uint8Array; readonly clock: ClockReading | null }
  /** Readings of the boot recorded last. */
  | { readonly kind: "readings"; readonly readings: readonly TickReading[] }
  /** A batch with its number for ever; takes the place of that many of the oldest waiting readings. */
  | { readonly kind: "frozen"; readonly consumed: number; readonly bytes: Uint8Array }
  /** Everything through this batch is on the ledger. `at`: that proof's time, ms UTC. */
  | { readonly kind: "proved"; readonly sequence: number; readonly hash: Uint8Array; readonly at: number }
  /** Numbers after the last frozen one may have been used: a jump must come before new content. */
  | { readonly kind: "suspect"; readonly reason: string }
  /** Stands before anything is carried out, so that no command is carried out twice. */
  | ({ readonly kind: "command" } & Decision)
  /** The ledger has the device's word about every command through this one. */
  | { readonly kind: "reported"; readonly counter: number }
  | ({ readonly kind: "withheld" } & Withheld)
  /** The ledger has the device's word about the oldest of those. */
  | { readonly kind: "told" };

const MARK = 0xa7;
const KINDS = ["sensor", "boot", "readings", "frozen", "proved", "suspect", "command", "reported", "withheld", "told"] as const;
const HEAD = 6;
const TAIL = 4;

export function encodeRecord(record: JournalRecord): Uint8Array {
  const content = encodeContent(record);
  const body = new Uint8Array(HEAD + content.length + TAIL);
  const view = new DataView(body.buffer);
  body[0] = MARK;
  body[1] = KINDS.indexOf(record.kind);
  view.setUint32(2, content.length, true);
  body.set(content, HEAD);
  view.setUint32(HEAD + content.length, crc32(body.subarray(0, HEAD + content.length)), true);
  return body;
}

function encodeContent(record: JournalRecord): Uint8Array {
  const out = new ByteWriter();
  switch (record.kind) {
    case "sensor":
      return utf8(record.sensor);
    case "suspect":
      return utf8(record.reason);
    case "boot":
      out.raw(record.boot).byte(record.clock === null ? 0 : 1);
      if (record.clock !== null) out.unsigned(record.clock.tick).unsigned(record.clock.at);
      return out.finish();
    case "readings":
      out.unsigned(record.readings.length);
      for (const { tick, temperature, humidity } of record.readings) {
        out
          .unsigned(tick)
          .signed(temperature)
          .unsigned(humidity === null ? 0 : humidity + 1);
      }
      return out.finish();
    case "frozen":
      return concat(out.unsigned(record.consumed).finish(), record.bytes);
    case "proved":
      return out.unsigned(record.sequence).raw(record.hash).unsigned(record.at).finish();
    case "command":
      return encodeDecision(record);
    case "reported":
      return out.unsigned(record.counter).finish();
    case "withheld":
      return encodeWithheld(record);
    case "told":
      return out.finish();
  }
}

function encodeDecision({ counter, outcome, boot, tick, interval, measuring, profile }: Decision): Uint8Array {
  const out = new ByteWriter().unsigned(counter).byte(COMMAND_OUTCOMES.indexOf(outcome)).raw(boot).unsigned(tick);
  out.unsigned(interval ?? 0).byte(measuring ? 1 : 0);
  return concat(out.finish(), utf8(profile ?? ""));
}

function encodeWithheld({ sequence, transaction, said, boot, tick, proxy }: Withheld): Uint8Array {
  const out = new ByteWriter().unsigned(sequence).raw(transaction);
  out
    .byte(said ? 1 : 0)
    .raw(boot)
    .unsigned(tick);
  return concat(out.finish(), utf8(proxy));
}

function decodeContent(kind: JournalRecord["kind"], content: Uint8Array): JournalRecord {
  const input = new ByteReader(content);
  switch (kind) {
    case "sensor":
      return { kind, sensor: fromUtf8(content) };
    case "suspect":
      return { kind, reason: fromUtf8(content) };
    case "boot": {
      const boot = input.raw(8);
      return { kind, boot, clock: input.byte() === 0 ? null : { tick: input.unsigned(), at: input.unsigned() } };
    }
    case "readings": {
      const count = input.unsigned();
      if (count > content.length) throw new DomainError("BATCH_MALFORMED", "more readings than bytes");
      return { kind, readings: Array.from({ length: count }, () => readReading(input)) };
    }
    case "frozen": {
      const consumed = input.unsigned();
      const used = new ByteWriter().unsigned(consumed).finish().length;
      return { kind, consumed, bytes: content.slice(used) };
    }
    case "proved":
      return { kind, sequence: input.unsigned(), hash: input.raw(32), at: input.unsigned() };
    case "command":
      return { kind, ...readDecision(input) };
    case "reported":
      return { kind, counter: input.unsigned() };
    case "withheld": {
      const [sequence, transaction, said] = [input.unsigned(), input.raw(32), input.byte() === 1];
      return { kind, sequence, transaction, said, boot: input.raw(8), tick: input.unsigned(), proxy: fromUtf8(input.allBut(0)) };
    }
    case "told":
      return { kind };
  }
}

function readDecision(input: ByteReader): Decision {
  const counter = input.unsigned();
  const outcome = COMMAND_OUTCOMES[input.byte()];
  if (outcome === undefined) throw new DomainError("BATCH_MALFORMED", "a command's outcome is none");
  const [boot, tick, interval, measuring] = [input.raw(8), input.unsigned(), input.unsigned(), input.byte() === 1];
  const profile = fromUtf8(input.allBut(0));
  return { counter, outcome, boot, tick, interval: interval === 0 ? null : interval, profile: profile === "" ? null : profile, measuring };
}

function readReading(input: ByteReader): TickReading {
  const tick = input.unsigned();
  const temperature = input.signed();
  const humidity = input.unsigned();
  return { tick, temperature, humidity: humidity === 0 ? null : humidity - 1 };
}

/** The record at an offset and where it ends, or undefined when none stands there whole. */
function recordAt(bytes: Uint8Array, at: number): { record: JournalRecord; end: number } | undefined {
  const kind = KINDS[bytes[at + 1] ?? KINDS.length];
  if (bytes[at] !== MARK || kind === undefined || at + HEAD + TAIL > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const crcAt = at + HEAD + view.getUint32(at + 2, true);
  if (crcAt + TAIL > bytes.length || view.getUint32(crcAt, true) !== crc32(bytes.subarray(at, crcAt))) return undefined;
  try {
    return { record: decodeContent(kind, bytes.subarray(at + HEAD, crcAt)), end: crcAt + TAIL };
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

export interface Scan {
  readonly records: readonly JournalRecord[];
  /** Where the last whole record ends. */
  readonly end: number;
  /**
   * `torn`: bytes that were being written when the power went, so nothing was signed over them. `damaged`: whole records stand behind
   * bytes that are none, so something that was once safe is gone.
   */
  readonly rest: "nothing" | "torn" | "damaged";
}

/** Reads records from the start until one is not whole. */
export function scanRecords(bytes: Uint8Array): Scan {
  const records: JournalRecord[] = [];
  let end = 0;
  for (let next = recordAt(bytes, 0); next !== undefined; next = recordAt(bytes, end)) {
    records.push(next.record);
    end = next.end;
  }
  return { records, end, rest: end === bytes.length ? "nothing" : followed(bytes, end + 1) ? "damaged" : "torn" };
}

function followed(bytes: Uint8Array, from: number): boolean {
  for (let at = bytes.indexOf(MARK, from); at !== -1; at = bytes.indexOf(MARK, at + 1)) if (recordAt(bytes, at) !== undefined) return true;
  return false;
}
