/** An identity on the channel: a certificate seen through its organisation's membership service provider. */
import { msp } from "@hyperledger/fabric-protos";
import type { Certificate } from "./certificate";
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
