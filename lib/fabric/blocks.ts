import { Metadata } from "@grpc/grpc-js";
import { common, orderer, peer as peerMessages } from "@hyperledger/fabric-protos";
import { METHODS } from "./call";
import type { Peer } from "./connection";
import { FabricError, fabricError } from "./errors";
import { newHeader } from "./header";
import type { SigningIdentity } from "./identity-node";

export interface DeliverOptions {
  readonly channel: string;
  readonly identity: SigningIdentity;
  /** Number of the first block wanted. */
  readonly from: bigint;
  readonly signal?: AbortSignal;
}

/** What becomes of the transactions of one block: ids and validation codes, no contents. */
export interface FilteredBlock {
  readonly number: number;
  readonly transactions: readonly { readonly id: string; readonly validationCode: number }[];
}

export interface FilteredOptions extends Omit<DeliverOptions, "from"> {
  /** Number of the first block wanted, or the newest one there is. */
  readonly from: bigint | "newest";
}

/**
 * Blocks of one peer from `from` on, without end, in order, with back-pressure. Streams do not recover by themselves: when it throws,
 * the caller reopens from its checkpoint. Leaving the loop closes the stream.
 * @throws FabricError stage `read`: UNAVAILABLE when the peer goes away, ACCESS_DENIED when the identity may not read, SEQUENCE_GAP never:
 * a block out of order is INTERNAL and names both numbers.
 */
export function deliverBlocks(peer: Peer, options: DeliverOptions): AsyncGenerator<common.Block, void, undefined> {
  return follow(peer, METHODS.deliver, options, (response) => {
    const block = response.getBlock();
    return block && { number: block.getHeader()?.getNumber() ?? -1, item: block };
  });
}

/**
 * {@link deliverBlocks} without contents. A peer shows a block here as soon as it is in its block store, some milliseconds *before* the state that the
 * block makes can be read at that peer (core/ledger/kvledger, `commit`).
 * @throws as {@link deliverBlocks}
 */
export function deliverFiltered(peer: Peer, options: FilteredOptions): AsyncGenerator<FilteredBlock, void, undefined> {
  return follow(peer, METHODS.deliverFiltered, options, (response) => {
    const block = response.getFilteredBlock();
    if (block === undefined) return undefined;
    const number = block.getNumber();
    const transactions = block
      .getFilteredTransactionsList()
      .map((transaction) => ({ id: transaction.getTxid(), validationCode: transaction.getTxValidationCode() }));
    return { number, item: { number, transactions } };
  });
}

type Read<T> = (response: peerMessages.DeliverResponse) => { readonly number: number; readonly item: T } | undefined;

async function* follow<T>(peer: Peer, method: string, options: FilteredOptions, read: Read<T>): AsyncGenerator<T, void, undefined> {
  const { signal } = options;
  if (signal?.aborted) return;
  const stream = peer.client.makeBidiStreamRequest<Buffer, peerMessages.DeliverResponse>(
    method,
    (bytes) => bytes,
    (bytes) => peerMessages.DeliverResponse.deserializeBinary(bytes),
    new Metadata(),
  );
  // Without a listener an error between two reads would end the process; the iterator below still throws it.
  stream.on("error", () => undefined);
  const cancel = () => stream.cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  let next = options.from;
  try {
    stream.write(Buffer.from(seekEnvelope(options)));
    for await (const response of stream as AsyncIterable<peerMessages.DeliverResponse>) {
      const { number, item } = read(response) ?? refused(response, peer);
      if (next !== "newest" && BigInt(number) !== next) {
        throw new FabricError("INTERNAL", `${peer.name} sent block ${number}, expected ${next}`, "read", undefined, []);
      }
      yield item;
      next = BigInt(number) + 1n;
    }
    if (!signal?.aborted) throw new FabricError("UNAVAILABLE", `${peer.name} ended its block stream`, "read", undefined, []);
  } catch (error) {
    if (signal?.aborted) return;
    throw fabricError(error, "read");
  } finally {
    signal?.removeEventListener("abort", cancel);
    stream.cancel();
  }
}

function refused(response: peerMessages.DeliverResponse, peer: Peer): never {
  const code = response.getStatus();
  const error = code === common.Status.FORBIDDEN ? "ACCESS_DENIED" : "UNAVAILABLE";
  throw new FabricError(error, `${peer.name} answered the block request with status ${code}`, "read", undefined, []);
}

/** A signed seek from one block to the end of time (Fabric: peer/deliverevents, common/deliver). */
function seekEnvelope({ channel, identity, from }: FilteredOptions): Uint8Array {
  const seek = new orderer.SeekInfo();
  seek.setStart(from === "newest" ? newest() : specified(Number(from)));
  seek.setStop(specified(Number.MAX_SAFE_INTEGER));
  seek.setBehavior(orderer.SeekInfo.SeekBehavior.BLOCK_UNTIL_READY);

  const { channelHeader, signatureHeader } = newHeader(identity, channel, common.HeaderType.DELIVER_SEEK_INFO);
  const header = new common.Header();
  header.setChannelHeader(channelHeader);
  header.setSignatureHeader(signatureHeader);

  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(seek.serializeBinary());
  const envelope = new common.Envelope();
  const bytes = payload.serializeBinary();
  envelope.setPayload(bytes);
  envelope.setSignature(identity.sign(bytes));
  return envelope.serializeBinary();
}

function specified(number: number): orderer.SeekPosition {
  const specifiedBlock = new orderer.SeekSpecified();
  specifiedBlock.setNumber(number);
  const position = new orderer.SeekPosition();
  position.setSpecified(specifiedBlock);
  return position;
}

function newest(): orderer.SeekPosition {
  const position = new orderer.SeekPosition();
  position.setNewest(new orderer.SeekNewest());
  return position;
}
