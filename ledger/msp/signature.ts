/**
 * ECDSA P-256 signatures as Fabric has them: DER, over SHA-256, with `s` in the lower half of the curve's order. The upper half is
 * refused, since it would make a second valid signature out of any first one.
 */
import { type KeyObject, sign as nodeSign, verify as nodeVerify } from "node:crypto";

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF_ORDER = ORDER >> 1n;
const SCALAR_BYTES = 32;
const HALF_ORDER_BYTES = Buffer.from(HALF_ORDER.toString(16).padStart(2 * SCALAR_BYTES, "0"), "hex");

/** Content bytes of the DER integer at `offset` and the offset behind it; undefined if it is not a minimal positive integer. */
function readInteger(der: Uint8Array, offset: number): { value: Uint8Array; end: number } | undefined {
  const length = der[offset + 1];
  if (der[offset] !== 0x02 || length === undefined || length === 0 || length > SCALAR_BYTES + 1) return undefined;
  const end = offset + 2 + length;
  const first = der[offset + 2];
  if (end > der.length || first === undefined || first > 0x7f) return undefined;
  if (first === 0 && length > 1 && (der[offset + 3] ?? 0) < 0x80) return undefined;
  return { value: der.subarray(offset + 2, end), end };
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`);
}

/** Whether a minimal big-endian scalar is in [1, half the order]. */
function isLow(scalar: Uint8Array): boolean {
  if (scalar.length !== SCALAR_BYTES) return scalar.length < SCALAR_BYTES && !(scalar.length === 1 && scalar[0] === 0);
  return Buffer.compare(scalar, HALF_ORDER_BYTES) <= 0;
}

/** Whether `signature` is strict DER with a low `s`. */
export function isCanonical(signature: Uint8Array): boolean {
  if (signature[0] !== 0x30 || signature[1] !== signature.length - 2) return false;
  const r = readInteger(signature, 2);
  if (r === undefined) return false;
  const s = readInteger(signature, r.end);
  if (s === undefined || s.end !== signature.length) return false;
  return isLow(s.value);
}

/** Verifies a canonical signature over SHA-256 of `data`; anything malformed is simply not valid. */
export function verifySignature(key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  return isCanonical(signature) && nodeVerify("sha256", data, key, signature);
}

function encodeInteger(scalar: Uint8Array): Buffer {
  let start = 0;
  while (start < scalar.length - 1 && scalar[start] === 0) start++;
  const digits = scalar.subarray(start);
  const padded = (digits[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.of(0), digits]) : digits;
  return Buffer.concat([Buffer.of(0x02, padded.length), padded]);
}

/** DER of a raw 64-byte `r ‖ s`, `s` brought into the lower half. */
export function canonicalDer(raw: Uint8Array): Buffer {
  const r = encodeInteger(raw.subarray(0, SCALAR_BYTES));
  let low = raw.subarray(SCALAR_BYTES);
  const scalar = toBigInt(low);
  if (scalar > HALF_ORDER) low = Buffer.from((ORDER - scalar).toString(16).padStart(2 * SCALAR_BYTES, "0"), "hex");
  const s = encodeInteger(low);
  return Buffer.concat([Buffer.of(0x30, r.length + s.length), r, s]);
}

/** Signs SHA-256 of `data`; the result is canonical. */
export function signData(key: KeyObject, data: Uint8Array): Buffer {
  return canonicalDer(nodeSign("sha256", data, { key, dsaEncoding: "ieee-p1363" }));
}
