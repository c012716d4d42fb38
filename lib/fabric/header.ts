import { createHash, randomBytes } from "node:crypto";
import { common } from "@hyperledger/fabric-protos";
import type { SigningIdentity } from "./identity-node";
import { bytesField, numberField } from "./wire";

export interface SignedHeader {
  readonly channelHeader: Uint8Array;
  readonly signatureHeader: Uint8Array;
  /** hex(SHA-256(nonce ‖ creator)) */
  readonly transactionId: string;
}

/** Both headers of a message that `identity` is about to sign, with a new nonce and the time of this clock. */
export function newHeader(
  identity: SigningIdentity,
  channel: string,
  type: number,
  extension: Uint8Array = new Uint8Array(0),
): SignedHeader {
  const nonce = randomBytes(24);
  const transactionId = createHash("sha256").update(nonce).update(identity.creator).digest("hex");
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(identity.creator);
  signatureHeader.setNonce(nonce);
  const now = Date.now();
  const timestamp = Buffer.concat([numberField(1, Math.floor(now / 1000)), numberField(2, (now % 1000) * 1_000_000)]);
  const channelHeader = Buffer.concat([
    numberField(1, type),
    bytesField(3, timestamp),
    bytesField(4, channel),
    bytesField(5, transactionId),
    bytesField(7, extension),
  ]);
  return { channelHeader, signatureHeader: signatureHeader.serializeBinary(), transactionId };
}
