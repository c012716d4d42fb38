/** Small encodings that Fabric fixes byte for byte. */
import { createHash } from "node:crypto";

export function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** A view of the same bytes as a Buffer, without copying. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Protobuf varint of a non-negative safe integer. */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** Protobuf length-delimited field; absent when empty, as proto3 omits defaults. */
export function bytesField(number: number, bytes: Uint8Array): Uint8Array[] {
  return bytes.length === 0 ? [] : [varint(number * 8 + 2), varint(bytes.length), bytes];
}

/** Big-endian digits without leading zeros behind their count (Fabric's order-preserving varint). */
export function orderPreserving(value: number): Buffer {
  const digits: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  return Buffer.from([digits.length, ...digits]);
}

/** Definite DER element. */
export function der(tag: number, content: Uint8Array): Buffer {
  const length = content.length < 0x80 ? [content.length] : derLongLength(content.length);
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

function derLongLength(length: number): number[] {
  const digits: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  return [0x80 + digits.length, ...digits];
}

/** DER INTEGER of a non-negative safe integer. */
export function derInteger(value: number): Buffer {
  const digits: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  if (digits.length === 0 || (digits[0] ?? 0) > 0x7f) digits.unshift(0);
  return der(0x02, Buffer.from(digits));
}
