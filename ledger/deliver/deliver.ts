/**
 * The peer's block streams (Fabric `common/deliver/deliver.go`): a signed SeekInfo envelope in, blocks out, access and expiry asked
 * again before each block.
 */
import { common, orderer, peer } from "@hyperledger/fabric-protos";
import type { ChannelMembers } from "../msp/channel";
import { isExpired } from "../msp/identity";
import type { ChainStore } from "../store/chain-store";
import { readHeader } from "../wire/block";
import { bytesField } from "../wire/bytes";
import { type EnvelopeHeader, unpackEnvelope } from "../wire/transaction";
import { BlockCursor } from "./block-cursor";
import { filterBlock } from "./filtered";

const { Status } = common;
type Status = common.StatusMap[keyof common.StatusMap];
/** Fields of `DeliverResponse`. */
const BLOCK_FIELD = 2;
const PRIVATE_FIELD = 4;

export interface DeliverContext {
  readonly channel: string;
  readonly members: ChannelMembers;
  readonly store: ChainStore;
  readonly windowMs: number;
  readonly now: () => number;
  /** Aborts when the ledger stops. */
  readonly stopping: AbortSignal;
}

/** Where `DeliverResponse` bytes go. `send` resolves when the reader can take more. */
export interface DeliverSink {
  send(response: Uint8Array): Promise<void>;
  /** Aborts when the reader is gone. */
  readonly signal: AbortSignal;
}

export type DeliverKind = "block" | "filtered" | "private";

interface Seek {
  readonly start: number;
  /** undefined = never stops. */
  readonly stop: number | undefined;
  readonly failIfNotReady: boolean;
  /** Header and metadata only, except for config blocks (Fabric's HEADER_WITH_SIG). */
  readonly headersOnly: boolean;
}

export function statusResponse(code: Status): Uint8Array {
  const response = new peer.DeliverResponse();
  response.setStatus(code);
  return response.serializeBinary();
}

function blockResponse(bytes: Uint8Array): Uint8Array {
  return Buffer.concat(bytesField(BLOCK_FIELD, bytes));
}

/** A block beside its private data, of which there is none here. */
function privateResponse(bytes: Uint8Array): Uint8Array {
  return Buffer.concat(bytesField(PRIVATE_FIELD, Buffer.concat(bytesField(1, bytes))));
}

const RESPONSES: Readonly<Record<DeliverKind, (bytes: Uint8Array, channel: string) => Uint8Array>> = {
  block: blockResponse,
  filtered: filteredResponse,
  private: privateResponse,
};

/** The embedded channel's only config block is block 0. */
function withoutData(bytes: Uint8Array): Uint8Array {
  const block = common.Block.deserializeBinary(bytes);
  if (readHeader(block).number === 0) return bytes;
  block.clearData();
  return block.serializeBinary();
}

function filteredResponse(bytes: Uint8Array, channel: string): Uint8Array {
  const response = new peer.DeliverResponse();
  response.setFilteredBlock(filterBlock(common.Block.deserializeBinary(bytes), channel));
  return response.serializeBinary();
}

function positionOf(position: orderer.SeekPosition, height: number): number | undefined {
  const { TypeCase } = orderer.SeekPosition;
  switch (position.getTypeCase()) {
    case TypeCase.OLDEST:
      return 0;
    case TypeCase.NEWEST:
      return height - 1;
    case TypeCase.NEXT_COMMIT:
      return height;
    case TypeCase.SPECIFIED:
      return position.getSpecified()?.getNumber() ?? 0;
    default:
      return undefined;
  }
}

function readSeek(header: EnvelopeHeader, height: number): Seek | undefined {
  const info = orderer.SeekInfo.deserializeBinary(header.data);
  const from = info.getStart();
  const to = info.getStop();
  const start = from && positionOf(from, height);
  const stop = to && positionOf(to, height);
  if (start === undefined || stop === undefined || stop < start) return undefined;
  const failIfNotReady = info.getBehavior() === orderer.SeekInfo.SeekBehavior.FAIL_IF_NOT_READY;
  const headersOnly = info.getContentType() === orderer.SeekInfo.SeekContentType.HEADER_WITH_SIG;
  return { start, stop: stop >= Number.MAX_SAFE_INTEGER ? undefined : stop, failIfNotReady, headersOnly };
}

/** Reads and checks the request; a status = refused with it. */
function readRequest(envelope: common.Envelope, context: DeliverContext): EnvelopeHeader | Status {
  let header: EnvelopeHeader;
  try {
    header = unpackEnvelope(envelope);
  } catch {
    return Status.BAD_REQUEST;
  }
  if (header.timestamp === undefined || Math.abs(header.timestamp - context.now()) > context.windowMs) return Status.BAD_REQUEST;
  return header.channel === context.channel ? header : Status.NOT_FOUND;
}

function mayRead(header: EnvelopeHeader, context: DeliverContext): boolean {
  const { members } = context;
  if (members.refusalOfSigned("Readers", header.creator, header.payload, header.signature) !== undefined) return false;
  return !isExpired(members.identify(header.creator), context.now());
}

/** Access again, without verifying the same signature again: revoked or expired since? */
function mayStillRead(header: EnvelopeHeader, context: DeliverContext): boolean {
  const identity = context.members.identify(header.creator);
  return context.members.refusal("Readers", identity) === undefined && !isExpired(identity, context.now());
}

/** Serves one seek request. Returns the status with which it ends; the caller sends it. */
export async function deliver(envelope: common.Envelope, kind: DeliverKind, context: DeliverContext, sink: DeliverSink): Promise<Status> {
  const header = readRequest(envelope, context);
  if (typeof header === "number") return header;
  if (!mayRead(header, context)) return Status.FORBIDDEN;
  let seek: Seek | undefined;
  try {
    seek = readSeek(header, context.store.height);
  } catch {
    return Status.BAD_REQUEST;
  }
  if (seek === undefined) return Status.BAD_REQUEST;
  if (seek.failIfNotReady && seek.start >= context.store.height) return Status.NOT_FOUND;
  return await sendBlocks(header, seek, kind, context, sink);
}

async function sendBlocks(
  header: EnvelopeHeader,
  seek: Seek,
  kind: DeliverKind,
  context: DeliverContext,
  sink: DeliverSink,
): Promise<Status> {
  const cursor = new BlockCursor(context.store, seek.start, AbortSignal.any([sink.signal, context.stopping]));
  try {
    for (let block = await cursor.next(); block !== undefined; block = await cursor.next()) {
      if (!mayStillRead(header, context)) return Status.FORBIDDEN;
      const bytes = seek.headersOnly ? withoutData(block.bytes) : block.bytes;
      await sink.send(RESPONSES[kind](bytes, context.channel));
      if (block.number === seek.stop) return Status.SUCCESS;
      if (seek.failIfNotReady && block.number + 1 >= context.store.height) return Status.NOT_FOUND;
    }
    return Status.SERVICE_UNAVAILABLE;
  } finally {
    cursor.close();
  }
}
