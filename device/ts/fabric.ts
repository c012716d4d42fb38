/**
 * The Fabric messages that a client signs, byte for byte as Fabric's own libraries write them (fields ascending, defaults omitted;
 * common/common.proto, peer/proposal.proto, peer/transaction.proto of fabric-protos). Nothing here decides what to trust.
 */
import { WintersealError } from "../../lib/messages/errors";
import { concat, toHex, utf8 } from "./bytes";
import { sha256 } from "./hash";
import { ProtoReader, ProtoWriter } from "./proto";

const ENDORSER_TRANSACTION = 3;
const CHAINCODE_TYPE_NODE = 2;

/** SerializedIdentity: what stands in creator and endorser fields. */
export function serializedIdentity(mspId: string, certificate: string): Uint8Array {
  return new ProtoWriter().string(1, mspId).string(2, certificate).finish();
}

/** @throws WintersealError MESSAGE_MALFORMED */
export function parseIdentity(bytes: Uint8Array): { mspId: string; certificate: string } {
  const fields = new ProtoReader(bytes);
  return { mspId: fields.string(1), certificate: fields.string(2) };
}

/** hex(SHA-256(nonce ‖ creator)): unique for a key as long as the nonce is. */
export const transactionIdOf = (nonce: Uint8Array, creator: Uint8Array): string => toHex(sha256(concat(nonce, creator)));

export interface Invocation {
  readonly channel: string;
  readonly chaincode: string;
  /** The function's name, then its arguments. */
  readonly args: readonly Uint8Array[];
}

export interface Proposal {
  /** hex */
  readonly transactionId: string;
  readonly header: Uint8Array;
  readonly signatureHeader: Uint8Array;
  /** ChaincodeProposalPayload, without transient data */
  readonly payload: Uint8Array;
  /** protos.Proposal: what the first signature covers */
  readonly bytes: Uint8Array;
  /** What endorsers sign back: SHA-256(channel header ‖ signature header ‖ payload). Binds channel, contract, function, arguments, time and nonce. */
  readonly hash: Uint8Array;
}

/**
 * @param creator serialised identity
 * @param nonce never used before with this key (24 random bytes)
 * @param timestamp ms UTC
 */
export function formProposal(creator: Uint8Array, invocation: Invocation, nonce: Uint8Array, timestamp: number): Proposal {
  const contract = new ProtoWriter().string(2, invocation.chaincode).finish();
  const transactionId = transactionIdOf(nonce, creator);
  const seconds = Math.floor(timestamp / 1000);
  const time = new ProtoWriter().uint(1, seconds).uint(2, (timestamp - seconds * 1000) * 1_000_000);
  const channelHeader = new ProtoWriter()
    .uint(1, ENDORSER_TRANSACTION)
    .element(3, time.finish())
    .string(4, invocation.channel)
    .string(5, transactionId)
    .bytes(7, new ProtoWriter().element(2, contract).finish())
    .finish();
  const signatureHeader = new ProtoWriter().bytes(1, creator).bytes(2, nonce).finish();
  const header = new ProtoWriter().bytes(1, channelHeader).bytes(2, signatureHeader).finish();

  const input = new ProtoWriter();
  for (const arg of invocation.args) input.element(1, arg);
  const spec = new ProtoWriter().uint(1, CHAINCODE_TYPE_NODE).element(2, contract).element(3, input.finish()).finish();
  const payload = new ProtoWriter().bytes(1, new ProtoWriter().element(1, spec).finish()).finish();

  return {
    transactionId,
    header,
    signatureHeader,
    payload,
    bytes: new ProtoWriter().bytes(1, header).bytes(2, payload).finish(),
    hash: sha256(concat(channelHeader, signatureHeader, payload)),
  };
}

/** protos.SignedProposal */
export function signedProposal(proposal: Uint8Array, derSignature: Uint8Array): Uint8Array {
  return new ProtoWriter().bytes(1, proposal).bytes(2, derSignature).finish();
}

/** common.Payload of the transaction: what the second signature covers. Endorsements stand in the order given. */
export function formTransaction(proposal: Proposal, endorsedPayload: Uint8Array, endorsements: readonly Uint8Array[]): Uint8Array {
  const action = new ProtoWriter().bytes(1, endorsedPayload);
  for (const endorsement of endorsements) action.element(2, endorsement);
  const actionPayload = new ProtoWriter().bytes(1, proposal.payload).element(2, action.finish()).finish();
  const transactionAction = new ProtoWriter().bytes(1, proposal.signatureHeader).bytes(2, actionPayload).finish();
  const transaction = new ProtoWriter().element(1, transactionAction).finish();
  return new ProtoWriter().element(1, proposal.header).bytes(2, transaction).finish();
}

/** common.Envelope */
export function envelope(payload: Uint8Array, derSignature: Uint8Array): Uint8Array {
  return new ProtoWriter().bytes(1, payload).bytes(2, derSignature).finish();
}

/** What endorsers state in a ProposalResponsePayload. */
export interface EndorsedPayload {
  readonly proposalHash: Uint8Array;
  readonly chaincode: { readonly name: string; readonly version: string };
  readonly response: { readonly status: number; readonly message: string; readonly payload: Uint8Array };
}

/** @throws WintersealError MESSAGE_MALFORMED */
export function parseEndorsedPayload(bytes: Uint8Array): EndorsedPayload {
  const outer = new ProtoReader(bytes);
  const action = new ProtoReader(outer.bytes(2));
  const response = new ProtoReader(action.bytes(3));
  const chaincode = new ProtoReader(action.bytes(4));
  return {
    proposalHash: outer.bytes(1),
    chaincode: { name: chaincode.string(2), version: chaincode.string(3) },
    response: { status: response.uint(1), message: response.string(2), payload: response.bytes(3) },
  };
}

export interface Endorsement {
  /** Serialised identity, as signed */
  readonly endorser: Uint8Array;
  /** DER */
  readonly signature: Uint8Array;
}

/** @throws WintersealError MESSAGE_MALFORMED */
export function parseEndorsement(bytes: Uint8Array): Endorsement {
  const fields = new ProtoReader(bytes);
  const endorser = fields.bytes(1);
  const signature = fields.bytes(2);
  if (endorser.length === 0 || signature.length === 0) throw new WintersealError("MESSAGE_MALFORMED", "an endorsement is incomplete");
  return { endorser, signature };
}

/** The function's name and its arguments, as UTF-8 and raw bytes. */
export const invocationArgs = (name: string, args: readonly Uint8Array[]): readonly Uint8Array[] => [utf8(name), ...args];
