/** Block and event streams by hand: a signed request in, so many answers out, then the stream is closed. */
import { type Client, type ClientReadableStream, Metadata } from "@grpc/grpc-js";
import { common, gateway, orderer, peer } from "@hyperledger/fabric-protos";
import { buildProposal } from "../ledger/testing/raw";
import { type Bench, creatorOf, deadline, type Sender, signatureOf } from "./bench";

export type DeliverMethod = "Deliver" | "DeliverFiltered" | "DeliverWithPrivateData";

type Start = number | "oldest" | "newest" | "next";

export interface Seek {
  readonly start?: Start;
  readonly stop?: Start;
  readonly failIfNotReady?: boolean;
  readonly headersOnly?: boolean;
  readonly sender?: Sender;
  /** ms UTC. */
  readonly timestamp?: number;
  readonly channel?: string;
  /** Instead of a SeekInfo. */
  readonly data?: Uint8Array;
}

function position(at: Start): orderer.SeekPosition {
  const seek = new orderer.SeekPosition();
  if (at === "oldest") seek.setOldest(new orderer.SeekOldest());
  else if (at === "newest") seek.setNewest(new orderer.SeekNewest());
  else if (at === "next") seek.setNextCommit(new orderer.SeekNextCommit());
  else {
    const specified = new orderer.SeekSpecified();
    specified.setNumber(at);
    seek.setSpecified(specified);
  }
  return seek;
}

export function seekEnvelope(bench: Bench, seek: Seek): common.Envelope {
  const sender = seek.sender ?? bench.member;
  const info = new orderer.SeekInfo();
  if (seek.start !== undefined) info.setStart(position(seek.start));
  if (seek.stop !== undefined) info.setStop(position(seek.stop));
  if (seek.failIfNotReady) info.setBehavior(orderer.SeekInfo.SeekBehavior.FAIL_IF_NOT_READY);
  if (seek.headersOnly) info.setContentType(orderer.SeekInfo.SeekContentType.HEADER_WITH_SIG);
  const { header } = buildProposal(sender.issued, {
    channel: seek.channel ?? bench.target.channel,
    type: common.HeaderType.DELIVER_SEEK_INFO,
    ...(seek.timestamp !== undefined && { timestamp: seek.timestamp }),
  });
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(seek.data ?? info.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  envelope.setSignature(signatureOf(sender, envelope.getPayload_asU8()));
  return envelope;
}

function collect<T>(stream: ClientReadableStream<T>, enough: (items: readonly T[]) => boolean): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const items: T[] = [];
    stream.on("data", (item: T) => {
      items.push(item);
      if (!enough(items)) return;
      resolve(items);
      stream.cancel();
    });
    stream.on("error", reject); // After `resolve` it is the cancellation, and changes nothing.
    stream.on("end", () => resolve(items));
  });
}

/** Answers of one deliver stream until its status or `count` answers; the request side is closed at once. */
export async function deliver(
  client: Client,
  method: DeliverMethod,
  envelope: Uint8Array,
  count = Number.POSITIVE_INFINITY,
): Promise<peer.DeliverResponse[]> {
  const stream = client.makeBidiStreamRequest(
    `/protos.Deliver/${method}`,
    (bytes: Uint8Array) => Buffer.from(bytes),
    (bytes: Buffer) => peer.DeliverResponse.deserializeBinary(bytes),
    new Metadata(),
    deadline(),
  );
  stream.write(envelope);
  const items = collect(stream, (all) => {
    const last = all[all.length - 1];
    return all.length >= count || last?.getTypeCase() === peer.DeliverResponse.TypeCase.STATUS;
  });
  return await items;
}

/** What a deliver request ends with, in a word: `n blocks, STATUS`. */
export async function seekBlocks(bench: Bench, seek: Seek, method: DeliverMethod = "Deliver", index = 0): Promise<common.Block[]> {
  const answers = await deliver(bench.client(index), method, seekEnvelope(bench, seek).serializeBinary());
  return answers.flatMap((answer) => answer.getBlock() ?? answer.getBlockAndPrivateData()?.getBlock() ?? []);
}

export interface EventsWanted {
  readonly start?: Start;
  readonly after?: string;
  readonly chaincode?: string;
  readonly channel?: string;
  readonly sender?: Sender;
}

export function eventsRequest(bench: Bench, wanted: EventsWanted): gateway.SignedChaincodeEventsRequest {
  const sender = wanted.sender ?? bench.member;
  const request = new gateway.ChaincodeEventsRequest();
  request.setChannelId(wanted.channel ?? bench.target.channel);
  request.setChaincodeId(wanted.chaincode ?? bench.target.chaincode);
  request.setIdentity(creatorOf(sender));
  if (wanted.start !== undefined) request.setStartPosition(position(wanted.start));
  if (wanted.after !== undefined) request.setAfterTransactionId(wanted.after);
  const signed = new gateway.SignedChaincodeEventsRequest();
  signed.setRequest(request.serializeBinary());
  signed.setSignature(signatureOf(sender, request.serializeBinary()));
  return signed;
}

/** Opens `Gateway.ChaincodeEvents` and gives its answers until so many events came, or fails with the stream's error. */
export async function chaincodeEvents(
  client: Client,
  request: Uint8Array,
  count: number,
  ms?: number,
): Promise<gateway.ChaincodeEventsResponse[]> {
  const stream = client.makeServerStreamRequest(
    "/gateway.Gateway/ChaincodeEvents",
    (bytes: Uint8Array) => Buffer.from(bytes),
    (bytes: Buffer) => gateway.ChaincodeEventsResponse.deserializeBinary(bytes),
    request,
    new Metadata(),
    deadline(ms),
  );
  return await collect(stream, (all) => all.flatMap((answer) => answer.getEventsList()).length >= count);
}
