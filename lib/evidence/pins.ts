/** Roots that a reader pinned: which certificate stands for which organisation. Bound to the MSP id: a shipper's root must not pass for an authority's. */
import "reflect-metadata";
import { sha256 } from "@noble/hashes/sha2.js";
import { X509Certificate } from "@peculiar/x509";
import { bytesToHex } from "../domain/bytes";
import { WintersealError } from "../messages/errors";
import { DEMONSTRATION_EXTENSION_OID } from "../messages/names";

export interface Pin {
  readonly mspId: string;
  /** SHA-256 of the certificate's DER, hex. */
  readonly fingerprint: string;
}

export interface Pins {
  readonly roots: readonly Pin[];
  /** Hash of the channel's first block, hex: stands for all that its configuration says, the organisations' roots included. */
  readonly genesis: readonly string[];
}

export const NO_PINS: Pins = { roots: [], genesis: [] };

export const mergePins = (all: readonly Pins[]): Pins => ({
  roots: all.flatMap(({ roots }) => roots),
  genesis: all.flatMap(({ genesis }) => genesis),
});

const MSP_ID = /^[A-Za-z0-9._-]{1,64}$/;

const malformed = (why: string, field: string): WintersealError => new WintersealError("ROOTS_MALFORMED", why, { field });

function certificateOf(pem: string, name: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new WintersealError("ROOTS_MALFORMED", `${name}: no certificate that can be read`, { field: name }, { cause });
  }
}

/** SHA-256 of a certificate's DER, hex. @throws WintersealError ROOTS_MALFORMED */
export const fingerprintOf = (pem: string, name = "certificate"): string =>
  bytesToHex(sha256(new Uint8Array(certificateOf(pem, name).rawData)));

/** Whether a root marks its identities as a demonstration's (docs/decisions/0050). */
export const isDemonstration = (pem: string): boolean => certificateOf(pem, "root").getExtension(DEMONSTRATION_EXTENSION_OID) !== null;

/**
 * Reads pins from text: a certificate (PEM) whose file is named after its MSP id, or lines `MSPID FINGERPRINT` and `genesis HASH` (SHA-256, colons
 * allowed, `#` comments).
 * @param name the file's name, `AuthorityMSP.pem` for example
 * @throws WintersealError ROOTS_MALFORMED naming the file or line
 */
export function readPins(name: string, text: string): Pins {
  if (text.includes("-----BEGIN CERTIFICATE-----")) {
    const mspId = (name.split(/[\\/]/).at(-1) ?? "").replace(/\.(?:pem|crt|cer)$/i, "");
    if (!MSP_ID.test(mspId)) throw malformed(`${name}: a root's file is named after its MSP id, like AuthorityMSP.pem`, name);
    return { roots: [{ mspId, fingerprint: fingerprintOf(text, name) }], genesis: [] };
  }
  const lines = text.split(/\r?\n/).map((line) => line.replace(/#.*/, "").trim());
  const pins = lines.flatMap((line, index) => (line === "" ? [] : [readLine(line, `${name}:${index + 1}`)]));
  return {
    roots: pins.filter(({ mspId }) => mspId !== GENESIS),
    genesis: pins.filter(({ mspId }) => mspId === GENESIS).map(({ fingerprint }) => fingerprint),
  };
}

const GENESIS = "genesis";

function readLine(line: string, place: string): Pin {
  const [mspId = "", digits = "", ...more] = line.split(/[\s=]+/);
  const fingerprint = digits.replaceAll(":", "").toLowerCase();
  if (!MSP_ID.test(mspId) || !/^[0-9a-f]{64}$/.test(fingerprint) || more.length > 0)
    throw malformed(`${place}: not an MSP id and a SHA-256 fingerprint`, place);
  return { mspId, fingerprint };
}

/** In groups of two digits, as certificate viewers show them. */
export const formatFingerprint = (fingerprint: string): string => (fingerprint.match(/../g) ?? []).join(":").toUpperCase();
