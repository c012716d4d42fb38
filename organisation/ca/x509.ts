/** @peculiar/x509 bound to this process's WebCrypto. Everything in ca/ imports it from here, so that the metadata shim is loaded first. */
import "reflect-metadata";
import { createHash } from "node:crypto";
import * as x509 from "@peculiar/x509";

x509.cryptoProvider.set(globalThis.crypto);

export { x509 };

/** The only kind of key that this product uses: Fabric's own default, and what secure elements and WebCrypto share. */
export const P256 = { name: "ECDSA", namedCurve: "P-256" } as const;
export const ECDSA_SHA256 = { name: "ECDSA", hash: "SHA-256" } as const;

export const sha256Hex = (data: Uint8Array | string): string => createHash("sha256").update(data).digest("hex");

/** SHA-256 of a SubjectPublicKeyInfo, hex: what the ledger calls a thumbprint. */
export const thumbprintOf = (key: x509.PublicKey): string => sha256Hex(new Uint8Array(key.rawData));

/** Half of the P-256 group order: a low S is at most this (fabric.md, "Peers refuse high S"). */
const HALF_ORDER = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;

/** Whether a DER ECDSA signature has a low S. */
export function isLowS(der: Uint8Array): boolean {
  const rLength = der[3];
  if (der[0] !== 0x30 || der[2] !== 0x02 || rLength === undefined) return false;
  const sLength = der[5 + rLength];
  if (der[4 + rLength] !== 0x02 || sLength === undefined || der.length !== 6 + rLength + sLength) return false;
  const s = BigInt(`0x${Buffer.from(der.subarray(6 + rLength)).toString("hex")}`);
  return s > 0n && s <= HALF_ORDER;
}
