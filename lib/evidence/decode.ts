/**
 * Envelopes and endorsed answers as Fabric writes them, read without Fabric's own libraries so that browsers and the command line read them
 * alike. Nothing is believed here: what is signed comes back as the bytes that were signed.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { concat, fromUtf8 } from "../../device/ts/bytes";
import { ProtoReader } from "../../device/ts/proto";
import { WintersealError } from "../messages/errors";
import type { SignedTransaction } from "./verify-transaction";

export interface Version {
  readonly block: number;
  readonly position: number;
}

/** What a transaction read and wrote in the contract's own state, as its endorsers say. */
export interface StateSet {
  /** undefined: the key did not exist. */
  readonly reads: ReadonlyMap<string, Version | undefined>;
  readonly writes: ReadonlyMap<string, Uint8Array>;
  /** Key-level endorsement policies that keys got (docs/decisions/0140). */
  readonly policies: ReadonlyMap<string, Uint8Array>;
}

/** One call of the contract with everything that was signed about it. */
export interface Invocation {
  /** ms UTC, set by the creator. */
  readonly timestamp: number;
  readonly function: string;
  readonly args: readonly Uint8Array[];
}

export interface EndorsedTransaction extends SignedTransaction, Invocation, StateSet {
  readonly result: Uint8Array;
  readonly event: { readonly name: string; readonly transaction: string; readonly payload: Uint8Array } | undefined;
}

const malformed = (why: string): WintersealError => new WintersealError("MESSAGE_MALFORMED", why);

/** Fabric's `common.HeaderType.ENDORSER_TRANSACTION`. */
const ENDORSER_TRANSACTION = 3;

/**
 * Reads `common.Envelope` of one contract call.
 * @throws WintersealError MESSAGE_MALFORMED
 */
export function decodeEnvelope(bytes: Uint8Array): EndorsedTransaction {
  const envelope = new ProtoReader(bytes);
  const payload = envelope.bytes(1);
  const frame = new ProtoReader(payload);
  const header = readHeader(frame.bytes(1));
  const actions = new ProtoReader(frame.bytes(2)).repeated(1);
  const [first] = actions;
  if (first === undefined || actions.length !== 1) throw malformed(`${actions.length} actions instead of one`);
  const action = new ProtoReader(first);
  if (!same(action.bytes(1), header.signatureHeader)) throw malformed("the action's header is not the envelope's");
  const actionPayload = new ProtoReader(action.bytes(2));
  const proposalPayload = actionPayload.bytes(1);
  const endorsed = new ProtoReader(actionPayload.bytes(2));
  const { chaincode, ...invocation } = readInvocation(proposalPayload);
  const responsePayload = endorsed.bytes(1);
  const answer = decodeAnswer(responsePayload);
  return {
    ...header,
    ...invocation,
    payload,
    signature: envelope.bytes(2),
    chaincode: { header: header.chaincode, invoked: chaincode, endorsed: answer.chaincode },
    responsePayload,
    proposalHash: { endorsed: answer.proposalHash, actual: proposalHash(header, proposalPayload) },
    endorsements: endorsed.repeated(2).map(decodeEndorsement),
    ...answer.state,
    result: answer.result,
    event: answer.event,
  };
}

interface Header extends Pick<SignedTransaction, "id" | "channel" | "nonce" | "creatorBytes" | "creator"> {
  readonly timestamp: number;
  readonly chaincode: string;
  readonly channelHeader: Uint8Array;
  readonly signatureHeader: Uint8Array;
}

function readHeader(bytes: Uint8Array): Header {
  const header = new ProtoReader(bytes);
  const channelHeader = header.bytes(1);
  const signatureHeader = header.bytes(2);
  const channel = new ProtoReader(channelHeader);
  const type = channel.uint(1);
  if (type !== ENDORSER_TRANSACTION) throw malformed(`a transaction of type ${type} instead of a contract call`);
  const at = new ProtoReader(channel.bytes(3));
  const signature = new ProtoReader(signatureHeader);
  const creatorBytes = signature.bytes(1);
  return {
    id: channel.string(5),
    channel: channel.string(4),
    nonce: signature.bytes(2),
    creatorBytes,
    creator: decodeIdentity(creatorBytes),
    // Whole milliseconds, as the contract sees them.
    timestamp: at.uint(1) * 1000 + Math.floor(at.uint(2) / 1_000_000),
    chaincode: new ProtoReader(new ProtoReader(channel.bytes(7)).bytes(2)).string(2),
    channelHeader,
    signatureHeader,
  };
}

const proposalHash = ({ channelHeader, signatureHeader }: Header, payload: Uint8Array): Uint8Array =>
  sha256(concat(channelHeader, signatureHeader, payload));

function readInvocation(proposalPayload: Uint8Array): { chaincode: string; function: string; args: readonly Uint8Array[] } {
  const input = new ProtoReader(proposalPayload).bytes(1);
  const spec = new ProtoReader(new ProtoReader(input).bytes(1));
  const [name, ...args] = new ProtoReader(spec.bytes(3)).repeated(1);
  return { chaincode: new ProtoReader(spec.bytes(2)).string(2), function: fromUtf8(name ?? new Uint8Array()), args };
}

/** `msp.SerializedIdentity` */
export function decodeIdentity(bytes: Uint8Array): { readonly mspId: string; readonly pem: string } {
  const identity = new ProtoReader(bytes);
  return { mspId: identity.string(1), pem: identity.string(2) };
}

/** `protos.Endorsement` */
export function decodeEndorsement(bytes: Uint8Array): SignedTransaction["endorsements"][number] {
  const endorsement = new ProtoReader(bytes);
  const endorser = endorsement.bytes(1);
  return { endorser, identity: decodeIdentity(endorser), signature: endorsement.bytes(2) };
}

interface Answer {
  readonly proposalHash: Uint8Array;
  readonly chaincode: string;
  readonly state: StateSet;
  readonly result: Uint8Array;
  readonly event: EndorsedTransaction["event"];
}

/** Status of a contract's answer that endorsers may sign into a transaction (Fabric: `shim.OK`). */
const OK = 200;

/** `protos.ProposalResponsePayload`: what endorsers sign. */
function decodeAnswer(bytes: Uint8Array): Answer {
  const outer = new ProtoReader(bytes);
  const action = new ProtoReader(outer.bytes(2));
  const response = new ProtoReader(action.bytes(3));
  if (response.uint(1) !== OK) throw malformed(`the contract answered with status ${response.uint(1)}`);
  const chaincode = new ProtoReader(action.bytes(4)).string(2);
  return {
    proposalHash: outer.bytes(1),
    chaincode,
    state: readState(action.bytes(1), chaincode),
    result: response.bytes(3),
    event: readEvent(action.bytes(2)),
  };
}

/** The contract's own namespace; any other may be read (its definition in `_lifecycle`), never written. */
function readState(results: Uint8Array, chaincode: string): StateSet {
  const reads = new Map<string, Version | undefined>();
  const writes = new Map<string, Uint8Array>();
  const policies = new Map<string, Uint8Array>();
  for (const bytes of new ProtoReader(results).repeated(2)) {
    const namespace = new ProtoReader(bytes);
    const set = new ProtoReader(namespace.bytes(2));
    if (namespace.repeated(3).length + set.repeated(2).length > 0)
      throw malformed("range reads or private collections, which the contract never uses");
    const isOwn = namespace.string(1) === chaincode;
    if (!isOwn && set.repeated(3).length + set.repeated(4).length > 0) throw malformed("it writes into another contract's state");
    if (!isOwn) continue;
    for (const read of set.repeated(1)) readKey(read, reads);
    for (const write of set.repeated(3)) readWrite(write, writes);
    for (const metadata of set.repeated(4)) readPolicy(metadata, policies);
  }
  return { reads, writes, policies };
}

function readKey(bytes: Uint8Array, reads: Map<string, Version | undefined>): void {
  const read = new ProtoReader(bytes);
  const version = read.optional(2);
  const fields = version && new ProtoReader(version);
  reads.set(read.string(1), fields && { block: fields.uint(1), position: fields.uint(2) });
}

function readWrite(bytes: Uint8Array, writes: Map<string, Uint8Array>): void {
  const write = new ProtoReader(bytes);
  const key = write.string(1);
  if (write.uint(2) !== 0) throw malformed("it deletes a record, which the contract never does");
  if (writes.has(key)) throw malformed("one key is written twice");
  writes.set(key, write.bytes(3));
}

/** Fabric's name for the metadata that is a key's endorsement policy. */
const VALIDATION_PARAMETER = "VALIDATION_PARAMETER";

function readPolicy(bytes: Uint8Array, policies: Map<string, Uint8Array>): void {
  const metadata = new ProtoReader(bytes);
  const [entry, ...more] = metadata.repeated(2).map((each) => new ProtoReader(each));
  const key = metadata.string(1);
  if (entry?.string(1) !== VALIDATION_PARAMETER || more.length > 0 || policies.has(key))
    throw malformed("key metadata that is no endorsement policy");
  policies.set(key, entry.bytes(2));
}

function readEvent(bytes: Uint8Array): EndorsedTransaction["event"] {
  if (bytes.length === 0) return undefined;
  const event = new ProtoReader(bytes);
  return { name: event.string(3), transaction: event.string(2), payload: event.bytes(4) };
}

/** An attested read: what was asked, by whom and when, and the answer that endorsers signed. */
export interface AttestedRead extends Invocation, StateSet {
  readonly channel: string;
  readonly creator: { readonly mspId: string; readonly pem: string };
  readonly chaincode: SignedTransaction["chaincode"];
  readonly proposalHash: SignedTransaction["proposalHash"];
  readonly responsePayload: Uint8Array;
  readonly result: Uint8Array;
}

/**
 * @param signedProposal `protos.SignedProposal` that was asked
 * @param payload `protos.ProposalResponsePayload` that was answered
 * @throws WintersealError MESSAGE_MALFORMED
 */
export function decodeRead(signedProposal: Uint8Array, payload: Uint8Array): AttestedRead {
  const proposal = new ProtoReader(new ProtoReader(signedProposal).bytes(1));
  const header = readHeader(proposal.bytes(1));
  const proposalPayload = proposal.bytes(2);
  const { chaincode, ...invocation } = readInvocation(proposalPayload);
  const answer = decodeAnswer(payload);
  return {
    ...invocation,
    ...answer.state,
    timestamp: header.timestamp,
    channel: header.channel,
    creator: header.creator,
    chaincode: { header: header.chaincode, invoked: chaincode, endorsed: answer.chaincode },
    proposalHash: { endorsed: answer.proposalHash, actual: proposalHash(header, proposalPayload) },
    responsePayload: payload,
    result: answer.result,
  };
}

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, index) => byte === b[index]);
