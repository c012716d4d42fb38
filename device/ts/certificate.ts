/**
 * As much of an X.509 certificate as the light client needs: its public key, its name and its end, by a small walk over DER
 * (X.690; RFC 5280 section 4.1). It does not validate chains: a device compares certificates with the ones it was configured with.
 */
import { WintersealError } from "../../lib/messages/errors";
import { fromHex, fromUtf8, toHex } from "./bytes";
import { sha256 } from "./hash";

const SEQUENCE = 0x30;
const SET = 0x31;
const OID = 0x06;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const VERSION = 0xa0;

const COMMON_NAME = "550403";
/** SubjectPublicKeyInfo of an uncompressed P-256 key up to the point's coordinates. */
const P256_PREFIX = fromHex("3059301306072a8648ce3d020106082a8648ce3d03010703420004");

const malformed = (why: string): WintersealError => new WintersealError("ARGUMENT_INVALID", `certificate: ${why}`);

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Tag, length and content. */
  readonly whole: Uint8Array;
}

function lengthAt(bytes: Uint8Array, at: number): { length: number; next: number } {
  const first = bytes[at];
  if (first === undefined) throw malformed("cut off");
  if (first < 0x80) return { length: first, next: at + 1 };
  const count = first & 0x7f;
  if (count < 1 || count > 3) throw malformed("a length that is not used here");
  let length = 0;
  for (let index = 1; index <= count; index++) length = length * 256 + (bytes[at + index] ?? Number.NaN);
  if (Number.isNaN(length)) throw malformed("cut off");
  return { length, next: at + 1 + count };
}

function elements(bytes: Uint8Array): Element[] {
  const found: Element[] = [];
  let at = 0;
  while (at < bytes.length) {
    const { length, next } = lengthAt(bytes, at + 1);
    if (length > bytes.length - next) throw malformed("an element is longer than its container");
    found.push({ tag: bytes[at] ?? 0, content: bytes.subarray(next, next + length), whole: bytes.subarray(at, next + length) });
    at = next + length;
  }
  return found;
}

function only(list: readonly Element[], index: number, tag: number): Element {
  const element = list[index];
  if (element?.tag !== tag) throw malformed(`element ${index} is not what a certificate has there`);
  return element;
}

function commonName(subject: Uint8Array): string {
  for (const set of elements(subject)) {
    if (set.tag !== SET) continue;
    for (const attribute of elements(set.content)) {
      const [type, value] = elements(attribute.content);
      if (type?.tag === OID && toHex(type.content) === COMMON_NAME && value !== undefined) return fromUtf8(value.content);
    }
  }
  return "";
}

function time(element: Element | undefined): number {
  const text = element === undefined ? "" : fromUtf8(element.content);
  const match = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  const [, year = "", month, day, hour, minute, second] = match ?? [];
  if (element?.tag !== (year.length === 4 ? GENERALIZED_TIME : UTC_TIME)) throw malformed("a time that cannot be read");
  // RFC 5280 section 4.1.2.5.1: two digits from 50 on are of the last century
  const century = year.length === 4 ? "" : Number(year) >= 50 ? "19" : "20";
  return Date.parse(`${century}${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

export interface Certificate {
  readonly der: Uint8Array;
  /** SubjectPublicKeyInfo, DER; always a P-256 key */
  readonly spki: Uint8Array;
  /** SHA-256 of the SubjectPublicKeyInfo, hex */
  readonly thumbprint: string;
  readonly commonName: string;
  /** ms UTC */
  readonly notBefore: number;
  /** ms UTC */
  readonly notAfter: number;
}

/** @throws WintersealError ARGUMENT_INVALID */
export function pemToDer(pem: string): Uint8Array {
  const match = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(pem);
  if (match?.[1] === undefined) throw malformed("not PEM");
  try {
    return Uint8Array.from(atob(match[1].replaceAll(/\s/g, "")), (letter) => letter.charCodeAt(0));
  } catch (cause) {
    throw new WintersealError("ARGUMENT_INVALID", "certificate: not base64", {}, { cause });
  }
}

/** Reads one PEM certificate with a P-256 key. @throws WintersealError ARGUMENT_INVALID */
export function readCertificate(pem: string): Certificate {
  const der = pemToDer(pem);
  const outer = elements(der);
  const tbs = elements(only(elements(only(outer, 0, SEQUENCE).content), 0, SEQUENCE).content);
  const first = tbs[0]?.tag === VERSION ? 1 : 0;
  // serial, signature algorithm, issuer, validity, subject, public key
  const validity = elements(only(tbs, first + 3, SEQUENCE).content);
  const spki = only(tbs, first + 5, SEQUENCE).whole;
  if (spki.length !== P256_PREFIX.length + 64 || !P256_PREFIX.every((byte, index) => spki[index] === byte)) {
    throw malformed("the key is not a P-256 key");
  }
  return {
    der,
    spki,
    thumbprint: toHex(sha256(spki)),
    commonName: commonName(only(tbs, first + 4, SEQUENCE).content),
    notBefore: time(validity[0]),
    notAfter: time(validity[1]),
  };
}
