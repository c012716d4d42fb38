import { verify, X509Certificate } from "node:crypto";
import { common, peer as messages, orderer } from "@hyperledger/fabric-protos";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { deliverBlocks } from "./blocks";
import { type SigningIdentity, signingIdentity } from "./identity-node";
import { connectTo, type FakePeer, startFakePeer } from "./testing/peer";
import { testRoot } from "./testing/pki";

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

let identity: SigningIdentity;
beforeAll(async () => {
  const { certificate, keyObject } = await (await testRoot("operator")).issue("proxy@operator");
  identity = signingIdentity("OperatorMSP", certificate, keyObject);
});

async function peerOf(fake: FakePeer) {
  const running = await startFakePeer(fake);
  const connection = await connectTo({ AuthorityMSP: running });
  stops.push(() => connection.close(), running.stop);
  const [peer] = connection.peers;
  if (peer === undefined) throw new Error("no peer");
  return { peer, stop: running.stop };
}

function blockResponse(number: number): messages.DeliverResponse {
  const header = new common.BlockHeader();
  header.setNumber(number);
  const block = new common.Block();
  block.setHeader(header);
  const response = new messages.DeliverResponse();
  response.setBlock(block);
  return response;
}

function statusResponse(code: common.StatusMap[keyof common.StatusMap]): messages.DeliverResponse {
  const response = new messages.DeliverResponse();
  response.setStatus(code);
  return response;
}

async function take(blocks: AsyncIterable<common.Block>, count: number): Promise<number[]> {
  const numbers: number[] = [];
  for await (const block of blocks) {
    numbers.push(block.getHeader()?.getNumber() ?? -1);
    if (numbers.length === count) break;
  }
  return numbers;
}

describe("a stream of blocks", () => {
  it("asks with the operator's signature from the block wanted to the end of time, and ends when the reader leaves", async () => {
    let request: common.Envelope | undefined;
    let ended: Promise<void> | undefined;
    const { peer } = await peerOf({
      deliver(envelope, stream) {
        request = envelope;
        ended = new Promise((resolve) => stream.once("cancelled", () => resolve()));
        for (const number of [5, 6, 7]) stream.write(blockResponse(number));
      },
    });
    expect(await take(deliverBlocks(peer, { channel: "coldchain", identity, from: 5n }), 3)).toEqual([5, 6, 7]);
    await ended;
    const payloadBytes = request?.getPayload_asU8() ?? new Uint8Array(0);
    const key = new X509Certificate(identity.certificate).publicKey;
    expect(verify("sha256", payloadBytes, key, request?.getSignature_asU8() ?? new Uint8Array(0))).toBe(true);
    const payload = common.Payload.deserializeBinary(payloadBytes);
    const channelHeader = common.ChannelHeader.deserializeBinary(payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array(0));
    expect(channelHeader.getChannelId()).toBe("coldchain");
    expect(channelHeader.getType()).toBe(common.HeaderType.DELIVER_SEEK_INFO);
    expect(Math.abs((channelHeader.getTimestamp()?.getSeconds() ?? 0) * 1_000 - Date.now())).toBeLessThan(60_000);
    const seek = orderer.SeekInfo.deserializeBinary(payload.getData_asU8());
    expect(seek.getStart()?.getSpecified()?.getNumber()).toBe(5);
    expect(seek.getStop()?.getSpecified()?.getNumber()).toBe(Number.MAX_SAFE_INTEGER);
  });

  it("refuses a block out of order", async () => {
    const { peer } = await peerOf({
      deliver(_, stream) {
        stream.write(blockResponse(5));
        stream.write(blockResponse(7));
      },
    });
    await expect(take(deliverBlocks(peer, { channel: "coldchain", identity, from: 5n }), 2)).rejects.toThrow(/block 7, expected 6/);
  });

  it.each([
    ["the identity may not read", common.Status.FORBIDDEN, "ACCESS_DENIED"],
    ["the channel is not there yet", common.Status.NOT_FOUND, "UNAVAILABLE"],
  ] as const)("says so when %s", async (_, code, expected) => {
    const { peer } = await peerOf({ deliver: (_request, stream) => void stream.write(statusResponse(code)) });
    const blocks = deliverBlocks(peer, { channel: "coldchain", identity, from: 0n });
    await expect(take(blocks, 1)).rejects.toMatchObject({ code: expected, stage: "read" });
  });

  it("ends with UNAVAILABLE when the peer goes away, so that the reader opens it again", async () => {
    const { peer, stop } = await peerOf({
      deliver(_, stream) {
        stream.write(blockResponse(0));
        setTimeout(() => stop(), 20);
      },
    });
    await expect(take(deliverBlocks(peer, { channel: "coldchain", identity, from: 0n }), 2)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  it("ends quietly when it is called off", async () => {
    const { peer } = await peerOf({ deliver: (_, stream) => void stream.write(blockResponse(0)) });
    const off = new AbortController();
    const blocks = deliverBlocks(peer, { channel: "coldchain", identity, from: 0n, signal: off.signal });
    const numbers: number[] = [];
    for await (const block of blocks) {
      numbers.push(block.getHeader()?.getNumber() ?? -1);
      off.abort();
    }
    expect(numbers).toEqual([0]);
  });
});
