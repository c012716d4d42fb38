import { createPrivateKey, createPublicKey, type KeyObject, sign, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { msp } from "@hyperledger/fabric-protos";

/** An identity that signs as Fabric wants it: SHA-256, ECDSA P-256, DER, low S. */
export interface SigningIdentity {
  readonly mspId: string;
  readonly certificate: string;
  /** msp.SerializedIdentity, the `creator` of everything it signs. */
  readonly creator: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/**
 * Loads an identity from PEM files. In this product only the operator's: a channel reader and no writer (design, "Keys stay where they are used").
 * @throws Error when the key does not belong to the certificate.
 */
export async function readIdentity(mspId: string, certificateFile: string, keyFile: string): Promise<SigningIdentity> {
  const [certificate, key] = await Promise.all([readFile(certificateFile, "utf8"), readFile(keyFile, "utf8")]);
  return signingIdentity(mspId, certificate, createPrivateKey(key));
}

export function signingIdentity(mspId: string, certificate: string, key: KeyObject): SigningIdentity {
  if (!createPublicKey(key).equals(new X509Certificate(certificate).publicKey)) {
    throw new Error(`the private key of ${mspId} does not belong to its certificate`);
  }
  const identity = new msp.SerializedIdentity();
  identity.setMspid(mspId);
  identity.setIdBytes(Buffer.from(certificate));
  return {
    mspId,
    certificate,
    creator: identity.serializeBinary(),
    sign: (message) => derSignature(sign("sha256", message, { key, dsaEncoding: "ieee-p1363" })),
  };
}

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF_ORDER = ORDER >> 1n;

/** r‖s → DER with low S: Fabric peers refuse the other one of the two valid signatures (bccsp/utils, `IsLowS`). */
function derSignature(raw: Buffer): Uint8Array {
  const s = BigInt(`0x${raw.toString("hex", 32)}`);
  const low = s > HALF_ORDER ? Buffer.from((ORDER - s).toString(16).padStart(64, "0"), "hex") : raw.subarray(32);
  const body = Buffer.concat([derInteger(raw.subarray(0, 32)), derInteger(low)]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

function derInteger(bytes: Buffer): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const digits = bytes.subarray(start);
  const positive = (digits[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits;
  return Buffer.concat([Buffer.from([0x02, positive.length]), positive]);
}
