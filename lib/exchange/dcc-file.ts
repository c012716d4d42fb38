import { createHash } from "node:crypto";
import { type DccFacts, readDcc } from "./dcc";
import { checkSignature, type SignatureFinding } from "./dcc-signature";
import { decodeXml, parseXml } from "./xml";

/** A certificate's file as it was read. */
export interface DccFile {
  /** SHA-256 of the file's bytes, hex: what the identity will name. */
  readonly hash: string;
  readonly bytes: number;
  readonly signature: SignatureFinding;
  readonly facts: DccFacts;
}

/**
 * Reads a digital calibration certificate. Where it is signed, facts come from what the signature covers and from nothing else.
 * @throws WintersealError FILE_TOO_LARGE, FILE_HOSTILE, FILE_MALFORMED (with `line` or `path`), FILE_TYPE
 */
export function readDccFile(bytes: Uint8Array): DccFile {
  const text = decodeXml(bytes);
  const root = parseXml(text);
  const { finding, text: covered } = checkSignature(text, root);
  return {
    hash: createHash("sha256").update(bytes).digest("hex"),
    bytes: bytes.length,
    signature: finding,
    facts: readDcc(finding.state === "valid" ? parseXml(covered) : root),
  };
}
