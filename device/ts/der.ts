/**
 * ECDSA P-256 signatures: raw r ‖ s (64 bytes, on the compact link and in WebCrypto) and DER (Fabric), each value in exactly one form.
 * High S is never produced and never accepted: Fabric peers refuse it, and without it a signature cannot be altered into a second one.
 */
import { WintersealError } from "../../lib/messages/errors";
import { concat } from "./bytes";

/** Order of P-256 (NIST SP 800-186, section 3.2.1.3). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF = ORDER >> 1n;

const malformed = (why: string): WintersealError => new WintersealError("SIGNATURE_INVALID", why);

function toBigInt(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

function to32(value: bigint): Uint8Array {
  const bytes = new Uint8Array(32);
  let rest = value;
  for (let index = 31; index >= 0; index--) {
    bytes[index] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

/** Replaces s by n − s where s is in the upper half. About half of all signatures by WebCrypto, tokens and OpenSSL need it. */
export function lowS(raw: Uint8Array): Uint8Array {
  if (raw.length !== 64) throw malformed("a raw signature has 64 bytes");
  const s = toBigInt(raw.subarray(32));
  return s <= HALF ? raw : concat(raw.subarray(0, 32), to32(ORDER - s));
}

/** 0 < r < n and 0 < s ≤ n/2. @throws WintersealError SIGNATURE_INVALID */
function checkRange(raw: Uint8Array): Uint8Array {
  const r = toBigInt(raw.subarray(0, 32));
  const s = toBigInt(raw.subarray(32));
  if (r <= 0n || r >= ORDER || s <= 0n) throw malformed("a signature's number is out of range");
  if (s > HALF) throw malformed("a signature has high S");
  return raw;
}

function integer(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const digits = bytes.subarray(start);
  const padded = (digits[0] ?? 0) >= 0x80 ? concat(Uint8Array.of(0), digits) : digits;
  return concat(Uint8Array.of(0x02, padded.length), padded);
}

/** raw 64 bytes → DER SEQUENCE of two INTEGERs. @throws WintersealError SIGNATURE_INVALID on any value a peer would refuse */
export function rawToDer(raw: Uint8Array): Uint8Array {
  if (raw.length !== 64) throw malformed("a raw signature has 64 bytes");
  checkRange(raw);
  const body = concat(integer(raw.subarray(0, 32)), integer(raw.subarray(32)));
  return concat(Uint8Array.of(0x30, body.length), body);
}

function readInteger(der: Uint8Array, at: number): { value: Uint8Array; next: number } {
  const length = der[at + 1];
  if (der[at] !== 0x02 || length === undefined || length < 1 || length > 33 || at + 2 + length > der.length)
    throw malformed("no DER integer");
  const digits = der.subarray(at + 2, at + 2 + length);
  const first = digits[0] ?? 0;
  if (first >= 0x80) throw malformed("a negative number");
  if (first === 0 && length > 1 && (digits[1] ?? 0) < 0x80) throw malformed("a number with a needless zero");
  const value = new Uint8Array(32);
  const significant = first === 0 ? digits.subarray(1) : digits;
  if (significant.length > 32) throw malformed("a number of more than 32 bytes");
  value.set(significant, 32 - significant.length);
  return { value, next: at + 2 + length };
}

/** DER → raw 64 bytes; accepts exactly what {@link rawToDer} writes. @throws WintersealError SIGNATURE_INVALID */
export function derToRaw(der: Uint8Array): Uint8Array {
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || der.length > 72) throw malformed("no DER signature");
  const r = readInteger(der, 2);
  const s = readInteger(der, r.next);
  if (s.next !== der.length) throw malformed("bytes after the signature");
  return checkRange(concat(r.value, s.value));
}
