/**
 * The little of protobuf that the light client needs (protobuf.dev, "Encoding"): written in ascending field order with defaults
 * omitted, so that both ends rebuild identical bytes; read with every length checked against what is really there.
 */

import { WintersealError } from "../../lib/messages/errors";
import { concat, fromUtf8, utf8 } from "./bytes";

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;
const MAX_FIELD = 536_870_911;

const malformed = (why: string): WintersealError => new WintersealError("MESSAGE_MALFORMED", why);

function varint(value: number | bigint): Uint8Array {
  // Nearly every tag, length and number: a tenth of the time.
  if (typeof value === "number" && value >= 0 && value < 0x4000) {
    return value < 0x80 ? Uint8Array.of(value) : Uint8Array.of((value & 0x7f) | 0x80, value >> 7);
  }
  let rest = BigInt(value);
  if (rest < 0n || rest > 0xffff_ffff_ffff_ffffn) throw new RangeError(`no unsigned 64-bit integer: ${value}`);
  const bytes: number[] = [];
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

/** Writes one message. Fields must come in ascending order; a repeated field repeats its number. */
export class ProtoWriter {
  readonly #parts: Uint8Array[] = [];
  #last = 0;

  /** Unsigned integer; zero is the default and is left out. */
  uint(field: number, value: number | bigint): this {
    if (value === 0 || value === 0n) return this;
    return this.#push(field, VARINT, varint(value));
  }

  /** Bytes or an embedded message; empty is the default and is left out. */
  bytes(field: number, value: Uint8Array): this {
    return value.length === 0 ? this : this.element(field, value);
  }

  string(field: number, value: string): this {
    return this.bytes(field, utf8(value));
  }

  /** One element of a repeated field, or an embedded message that is present: written even when empty. */
  element(field: number, value: Uint8Array): this {
    return this.#push(field, LENGTH, concat(varint(value.length), value));
  }

  finish(): Uint8Array {
    return concat(...this.#parts);
  }

  #push(field: number, wire: number, content: Uint8Array): this {
    if (field < this.#last) throw new RangeError(`field ${field} after field ${this.#last}`);
    this.#last = field;
    this.#parts.push(varint((field << 3) | wire), content);
    return this;
  }
}

/** Position in bytes that other people wrote. */
class Cursor {
  at = 0;
  constructor(readonly bytes: Uint8Array) {}

  varint(): bigint {
    const first = this.bytes[this.at];
    if (first !== undefined && first < 0x80) {
      this.at += 1;
      return BigInt(first);
    }
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw malformed("a number is cut off");
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (value > 0xffff_ffff_ffff_ffffn) throw malformed("a number exceeds 64 bits");
        return value;
      }
    }
    throw malformed("a number is longer than ten bytes");
  }

  take(length: number): Uint8Array {
    if (length > this.bytes.length - this.at) throw malformed("a field is longer than its message");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

/**
 * One parsed message. Unknown fields are skipped (protobuf's rule for newer senders). A field that is asked for as a single one
 * must not stand twice: parsers differ on which one counts (last, or merged), and a check must see what Fabric sees.
 * Returned byte fields are views into the input.
 */
export class ProtoReader {
  readonly #numbers = new Map<number, bigint[]>();
  readonly #bytes = new Map<number, Uint8Array[]>();

  /** @throws WintersealError MESSAGE_MALFORMED */
  constructor(bytes: Uint8Array) {
    const cursor = new Cursor(bytes);
    while (cursor.at < bytes.length) this.#readField(cursor);
  }

  #readField(cursor: Cursor): void {
    const key = cursor.varint();
    const field = Number(key >> 3n);
    if (field < 1 || field > MAX_FIELD) throw malformed("a field number is out of range");
    switch (Number(key & 7n)) {
      case VARINT:
        append(this.#numbers, field, cursor.varint());
        return;
      case LENGTH: {
        const length = cursor.varint();
        append(this.#bytes, field, cursor.take(length > 0x7fff_ffffn ? 0x7fff_ffff : Number(length)));
        return;
      }
      case FIXED64:
        cursor.take(8);
        return;
      case FIXED32:
        cursor.take(4);
        return;
      default:
        throw malformed("a field has an unknown wire type");
    }
  }

  /** Unsigned integer that fits a JavaScript number; 0 when absent. */
  uint(field: number): number {
    const value = single(field, this.#numbers.get(field)) ?? 0n;
    if (this.#bytes.has(field)) throw malformed(`field ${field} has another type`);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed(`field ${field} is too large`);
    return Number(value);
  }

  /** Empty when absent. */
  bytes(field: number): Uint8Array {
    return this.optional(field) ?? new Uint8Array(0);
  }

  optional(field: number): Uint8Array | undefined {
    if (this.#numbers.has(field)) throw malformed(`field ${field} has another type`);
    return single(field, this.#bytes.get(field));
  }

  string(field: number): string {
    return fromUtf8(this.bytes(field));
  }

  repeated(field: number): readonly Uint8Array[] {
    if (this.#numbers.has(field)) throw malformed(`field ${field} has another type`);
    return this.#bytes.get(field) ?? [];
  }
}

function append<T>(map: Map<number, T[]>, field: number, value: T): void {
  const list = map.get(field);
  if (list === undefined) map.set(field, [value]);
  else list.push(value);
}

function single<T>(field: number, values: readonly T[] | undefined): T | undefined {
  if (values !== undefined && values.length > 1) throw malformed(`field ${field} stands ${values.length} times`);
  return values?.[0];
}
