/**
 * Certificate requests in the browser: the few bytes of PKCS #10 (RFC 2986) that a signer needs, so that the page carries no ASN.1 library.
 */

import { fromHex, toHex } from "../../device/ts/bytes";
import { lowS, rawToDer } from "../../device/ts/der";
import { sha256 } from "../../device/ts/hash";
import { WintersealError } from "../../lib/messages/errors";

const P256 = { name: "ECDSA", namedCurve: "P-256" } as const;
const ECDSA_SHA256 = { name: "ECDSA", hash: "SHA-256" } as const;

const SEQUENCE = 0x30;
const SET = 0x31;
const VERSION_0 = fromHex("020100");
const COMMON_NAME = fromHex("0603550403");
/** AlgorithmIdentifier ecdsa-with-SHA256 (RFC 5758, section 3.2). */
const ECDSA_WITH_SHA256 = fromHex("300a06082a8648ce3d040302");
const NO_ATTRIBUTES = fromHex("a000");
/** SubjectPublicKeyInfo of an uncompressed P-256 key up to the point's coordinates; 64 bytes follow. */
const SPKI_PREFIX = "3059301306072a8648ce3d020106082a8648ce3d03010703420004";

/** A key that signs and cannot leave this browser. @param extractable for one that is locked before it is kept */
export const makeKey = (extractable = false): Promise<CryptoKeyPair> => crypto.subtle.generateKey(P256, extractable, ["sign", "verify"]);

/** A request for a key pair, PEM. */
export async function makeRequest(commonName: string, keys: CryptoKeyPair): Promise<string> {
  const name = element(SEQUENCE, element(SET, element(SEQUENCE, COMMON_NAME, element(0x0c, new TextEncoder().encode(commonName)))));
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", keys.publicKey));
  const info = element(SEQUENCE, VERSION_0, name, spki, NO_ATTRIBUTES);
  const raw = new Uint8Array(await crypto.subtle.sign(ECDSA_SHA256, keys.privateKey, info));
  const signature = element(0x03, new Uint8Array([0]), rawToDer(lowS(raw)));
  return toPem(element(SEQUENCE, info, ECDSA_WITH_SHA256, signature));
}

/**
 * Thumbprint (SHA-256 of the SubjectPublicKeyInfo, hex) of the P-256 key in a PEM request.
 * @throws WintersealError REQUEST_INVALID, KEY_UNSUITABLE
 */
export function requestThumbprint(pem: string): string {
  const match = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END/.exec(pem);
  if (match?.[1] === undefined) throw new WintersealError("REQUEST_INVALID", "the certificate request is not PEM");
  const hex = toHex(decodeBase64(match[1]));
  const at = hex.indexOf(SPKI_PREFIX);
  const spki = hex.slice(at, at + SPKI_PREFIX.length + 128);
  if (at < 0 || at % 2 === 1 || spki.length !== SPKI_PREFIX.length + 128) throw new WintersealError("KEY_UNSUITABLE");
  return toHex(sha256(fromHex(spki)));
}

/** One DER element (X.690, section 8.1) of up to 65,535 bytes. */
function element(tag: number, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const prefix = length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  const whole = new Uint8Array(prefix.length + length);
  whole.set(prefix);
  let at = prefix.length;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function toPem(der: Uint8Array): string {
  const base64 = btoa(Array.from(der, (byte) => String.fromCharCode(byte)).join(""));
  return `-----BEGIN CERTIFICATE REQUEST-----\n${base64.replace(/.{1,64}/g, "$&\n")}-----END CERTIFICATE REQUEST-----\n`;
}

function decodeBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text.replaceAll(/\s/g, "")), (letter) => letter.charCodeAt(0));
  } catch (cause) {
    throw new WintersealError("REQUEST_INVALID", "the certificate request is not base64", {}, { cause });
  }
}
