/** An identity on the channel: a certificate seen through its organisation's membership service provider. */
import { msp } from "@hyperledger/fabric-protos";
import { type Certificate, certificateEnd } from "./certificate";
import { verifySignature } from "./signature";

/** Organisational unit that tells what a certificate is for (Fabric's NodeOUs). */
export type NodeRole = "client" | "peer" | "admin" | "orderer";
export const NODE_ROLES: readonly NodeRole[] = ["client", "peer", "admin", "orderer"];

export interface Identity {
  readonly mspId: string;
  readonly certificate: Certificate;
  readonly role: NodeRole | undefined;
  /** Why the identity is not a valid member; undefined = it is. Expiry is not part of it, as in Fabric: callers ask where it counts. */
  problem(): string | undefined;
}

/** Whether the identity's key signed `data` (canonical ECDSA over SHA-256). Says nothing about the identity's own validity. */
export function verifyBy(identity: Identity, data: Uint8Array, signature: Uint8Array): boolean {
  return verifySignature(identity.certificate.publicKey, data, signature);
}

/** End of a serialised identity's certificate, ms UTC, whoever issued it; undefined = it has no readable certificate. */
export function endOfCreator(serialized: Uint8Array): number | undefined {
  try {
    return certificateEnd(Buffer.from(msp.SerializedIdentity.deserializeBinary(serialized).getIdBytes_asU8()).toString("utf8"));
  } catch {
    return undefined; // No identity at all: who asks for its membership says so.
  }
}

export function isExpired(identity: Identity, now: number): boolean {
  return now > identity.certificate.notAfter;
}

/** `msp.SerializedIdentity` bytes, the form in which creators and endorsers stand in messages. */
export function serializeIdentity(mspId: string, pem: string): Buffer {
  const identity = new msp.SerializedIdentity();
  identity.setMspid(mspId);
  identity.setIdBytes(Buffer.from(pem));
  return Buffer.from(identity.serializeBinary());
}
