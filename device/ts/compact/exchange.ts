/** A signed proposal taken apart into what a proxy cannot know and what it can, and put together again to the same bytes. */
import { equal } from "../bytes";
import { derToRaw, rawToDer } from "../der";
import { envelope, formProposal, formTransaction, type Proposal, signedProposal } from "../fabric";
import { ProtoReader } from "../proto";

/** What is the same in all proposals of a device: its certificate, the channel, the contract. */
export interface Frame {
  /** Serialised identity */
  readonly creator: Uint8Array;
  readonly channel: string;
  readonly chaincode: string;
}

export interface Call {
  readonly nonce: Uint8Array;
  /** ms UTC */
  readonly timestamp: number;
  /** The function's name, then its arguments. */
  readonly args: readonly Uint8Array[];
}

/** A proposal with its parts. */
export interface Opened {
  readonly frame: Frame;
  readonly call: Call;
  readonly proposal: Proposal;
  /** Raw 64 bytes */
  readonly signature: Uint8Array;
}

/** A proposal with the endorsers' answer: what the next one can refer to. */
export interface Exchange extends Opened {
  /** ProposalResponsePayload */
  readonly payload: Uint8Array;
  /** protos.Endorsement each, in the order that the device signs */
  readonly endorsements: readonly Uint8Array[];
}

export const formCall = ({ creator, channel, chaincode }: Frame, { nonce, timestamp, args }: Call): Proposal =>
  formProposal(creator, { channel, chaincode, args }, nonce, timestamp);

/** protos.SignedProposal. @throws WintersealError SIGNATURE_INVALID */
export const closeProposal = (proposal: Proposal, signature: Uint8Array): Uint8Array => signedProposal(proposal.bytes, rawToDer(signature));

/** common.Envelope. @throws WintersealError SIGNATURE_INVALID */
export const closeTransaction = ({ proposal, payload, endorsements }: Exchange, signature: Uint8Array): Uint8Array =>
  envelope(formTransaction(proposal, payload, endorsements), rawToDer(signature));

/**
 * Takes a signed proposal apart; undefined when putting it together again would not give the same bytes.
 * @throws WintersealError MESSAGE_MALFORMED, SIGNATURE_INVALID
 */
export function openProposal(bytes: Uint8Array): Opened | undefined {
  const outer = new ProtoReader(bytes);
  const parts = new ProtoReader(outer.bytes(1));
  const header = new ProtoReader(parts.bytes(1));
  const channelHeader = new ProtoReader(header.bytes(1));
  const signatureHeader = new ProtoReader(header.bytes(2));
  const time = new ProtoReader(channelHeader.bytes(3));
  const spec = new ProtoReader(new ProtoReader(new ProtoReader(parts.bytes(2)).bytes(1)).bytes(1));
  const frame = {
    creator: signatureHeader.bytes(1),
    channel: channelHeader.string(4),
    chaincode: new ProtoReader(new ProtoReader(channelHeader.bytes(7)).bytes(2)).string(2),
  };
  const timestamp = time.uint(1) * 1000 + Math.floor(time.uint(2) / 1_000_000);
  if (!Number.isSafeInteger(timestamp)) return undefined;
  const call = { nonce: signatureHeader.bytes(2), timestamp, args: new ProtoReader(spec.bytes(3)).repeated(1) };
  const signature = derToRaw(outer.bytes(2));
  const proposal = formCall(frame, call);
  return equal(closeProposal(proposal, signature), bytes) ? { frame, call, proposal, signature } : undefined;
}

/** The raw signature of an envelope that is exactly this exchange's transaction; undefined when it is another. */
export function signatureOf(exchange: Exchange, bytes: Uint8Array): Uint8Array | undefined {
  const signature = derToRaw(new ProtoReader(bytes).bytes(2));
  return equal(closeTransaction(exchange, signature), bytes) ? signature : undefined;
}

/** Nonces that count (device/ts/nonces): 8 bytes of this start, 4 bytes of counter. */
const NONCE_LENGTH = 12;

export function counterOf(nonce: Uint8Array): number | undefined {
  if (nonce.length !== NONCE_LENGTH) return undefined;
  return new DataView(nonce.buffer, nonce.byteOffset + 8, 4).getUint32(0);
}

export function withCounter(nonce: Uint8Array, counter: number): Uint8Array {
  const next = nonce.slice();
  new DataView(next.buffer, next.byteOffset + 8, 4).setUint32(0, counter);
  return next;
}

/** The one byte by which a later message names an exchange: what comes between two equal ones is long forgotten. */
export const referenceOf = ({ call }: Opened): number => call.nonce.at(-1) ?? 0;
