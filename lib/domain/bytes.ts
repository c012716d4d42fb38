/** Byte writer and bounds-checked reader of the batch format: unsigned LEB128 varints, zigzag for signed, shortest form only. */
import { DomainError } from "./errors";

const malformed = (what: string) => new DomainError("BATCH_MALFORMED", what);

/** Varints hold up to 53 bits: what a JavaScript number carries exactly. */
const MAX_VARINT_BYTES = 8;

export const bytesToHex = (bytes: Uint8Array): string => {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
};

/** @throws DomainError ARGUMENT_INVALID on anything but pairs of hex digits */
export function hexToBytes(hex: string): Uint8Array {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(hex)) throw new DomainError("ARGUMENT_INVALID", "not hexadecimal");
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

export class ByteWriter {
  readonly #bytes: number[] = [];

  byte(value: number): this {
    this.#bytes.push(value);
    return this;
  }

  raw(bytes: Uint8Array): this {
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  /**
   * @param value integer from 0 to 2^53 − 1
   * @throws DomainError VALUE_RANGE: NaN would be written as 0 and infinity would never end
   */
  unsigned(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0) throw new DomainError("VALUE_RANGE", `${value} is no number of this format`);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes.push((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes.push(rest);
    return this;
  }

  /** @param value integer, magnitude below 2^52 */
  signed(value: number): this {
    return this.unsigned(value >= 0 ? value * 2 : -value * 2 - 1);
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

/** Every read past the end, every longer-than-needed varint and every leftover byte is BATCH_MALFORMED. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw malformed("ends too early");
    this.#at += 1;
    return value;
  }

  raw(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw malformed("ends too early");
    const part = this.#bytes.slice(this.#at, this.#at + length);
    this.#at += length;
    return part;
  }

  unsigned(): number {
    let value = 0;
    let scale = 1;
    for (let count = 1; count <= MAX_VARINT_BYTES; count += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (byte === 0 && count > 1) throw malformed("a number is not in its shortest form");
        if (!Number.isSafeInteger(value)) throw malformed("a number is too large");
        return value;
      }
      scale *= 0x80;
    }
    throw malformed("a number is too long");
  }

  signed(): number {
    const value = this.unsigned();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Nothing is left to read. */
  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Everything but the last `length` bytes of what is left. */
  allBut(length: number): Uint8Array {
    return this.raw(Math.max(0, this.#bytes.length - this.#at - length));
  }

  /** To be called last. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw malformed("bytes are left over");
  }
}
