/**
 * Writes protobuf fields by hand, where a message is a thin frame around bytes that are there already (Gateway requests), or where the generated
 * classes would need a second protobuf runtime (google.protobuf.Timestamp). Ascending field order is the caller's.
 */

/** Length-delimited field; nothing when empty, as proto3 does. */
export function bytesField(number: number, value: Uint8Array | string): Uint8Array {
  const bytes = typeof value === "string" ? Buffer.from(value) : value;
  return bytes.length === 0 ? EMPTY : Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

/** Varint field of a number from 0 to 2^53 − 1; nothing when 0. */
export function numberField(number: number, value: number): Uint8Array {
  return value === 0 ? EMPTY : Buffer.concat([varint(number * 8), varint(value)]);
}

const EMPTY = new Uint8Array(0);

function varint(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value;
  while (rest >= 128) {
    out.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  out.push(rest);
  return Uint8Array.from(out);
}
