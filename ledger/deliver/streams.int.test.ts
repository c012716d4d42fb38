import { credentials } from "@grpc/grpc-js";
import { type CloseableAsyncIterable, checkpointers, type GatewayError } from "@hyperledger/fabric-gateway";
import { common, orderer, peer } from "@hyperledger/fabric-protos";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectClient, type TestClient } from "../testing/client";
import { TestAuthority } from "../testing/material";
import { CHAINCODE, createNetwork, type TestNetwork } from "../testing/network";
import type { TestProcess } from "../testing/processes";
import { buildProposal, processProposal, signEnvelope, signProposal } from "../testing/raw";
import { dataHash, headerHash, METADATA, readCommitHash, readEnvelopes, readHeader, readMetadata } from "../wire/block";

let network: TestNetwork;
let processes: TestProcess[] = [];
let client: TestClient;

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const contract = () => client.network.getContract(CHAINCODE);

beforeAll(async () => {
  network = await createNetwork();
  processes = [...(await network.startContracts()), await network.startLedger()];
  client = connectClient(network.address(0), network.client);
});

afterAll(async () => {
  client?.close();
  await Promise.all(processes.map((process) => process.end()));
  await network?.remove();
});

async function height(): Promise<number> {
  const proposal = buildProposal(network.client, { chaincode: "qscc", args: ["GetChainInfo", "testchannel"] });
  const answer = await processProposal(client.connection, signProposal(network.client, proposal));
  return common.BlockchainInfo.deserializeBinary(answer.getResponse()?.getPayload_asU8() ?? new Uint8Array()).getHeight();
}

/** The next `count` items of a stream. */
async function take<T>(stream: CloseableAsyncIterable<T>, count: number): Promise<T[]> {
  const items: T[] = [];
  try {
    for await (const item of stream) {
      items.push(item);
      if (items.length === count) break;
    }
  } finally {
    stream.close();
  }
  return items;
}

describe("streams", () => {
  test("give a contract's events once and in order, resumed after the last one by a checkpointer", async () => {
    const values = Array.from({ length: 12 }, (_, index) => String(index));
    const startBlock = BigInt(await height());
    for (const value of values.slice(0, 6)) await contract().submitTransaction("append", `event-${value}`, value);
    const checkpointer = checkpointers.inMemory();
    const first = await client.network.getChaincodeEvents(CHAINCODE, { startBlock, checkpoint: checkpointer });
    const seen: string[] = [];
    for (const event of await take(first, 4)) {
      seen.push(JSON.parse(text(event.payload)).value);
      await checkpointer.checkpointChaincodeEvent(event);
    }
    const rest = await client.network.getChaincodeEvents(CHAINCODE, { checkpoint: checkpointer });
    const remaining = take(rest, 8);
    await Promise.all(values.slice(6).map((value) => contract().submitTransaction("append", `event-${value}`, value)));
    seen.push(...(await remaining).map((event) => JSON.parse(text(event.payload)).value));
    expect(seen.slice(0, 6)).toEqual(values.slice(0, 6));
    expect([...seen].sort()).toEqual([...values].sort());
  });

  test("let the operator read and nobody else beside the members", async () => {
    const operator = connectClient(network.address(2), network.operator);
    const blocks = await take(await operator.network.getBlockEvents({ startBlock: 0n }), 2);
    operator.close();
    expect(blocks.map((block) => block.getHeader()?.getNumber())).toEqual([0, 1]);
    const stranger = await (await TestAuthority.create("AMSP")).issue({ commonName: "stranger", units: ["client"] });
    const outside = connectClient(network.address(0), stranger);
    const refused = await take(await outside.network.getBlockEvents({ startBlock: 0n }), 1).catch((error: unknown) => error);
    outside.close();
    expect(String(refused)).toContain(String(common.Status.FORBIDDEN));
  });

  test("of contract events are refused to a stranger, and those of private data are not offered", async () => {
    const stranger = await (await TestAuthority.create("AMSP")).issue({ commonName: "stranger", units: ["client"] });
    const outside = connectClient(network.address(0), stranger);
    const refused = await take(await outside.network.getChaincodeEvents(CHAINCODE, { startBlock: 0n }), 1).catch((error: unknown) => error);
    outside.close();
    expect((refused as GatewayError).code).toBe(7);
    const private_ = await take(await client.network.getBlockAndPrivateDataEvents({ startBlock: 0n }), 1).catch((error: unknown) => error);
    expect((private_ as GatewayError).code).toBe(12);
  });

  test("give headers with signatures and no transactions when that is what is asked", async () => {
    const position = (number: number) => {
      const specified = new orderer.SeekSpecified();
      specified.setNumber(number);
      const seek = new orderer.SeekPosition();
      seek.setSpecified(specified);
      return seek;
    };
    const info = new orderer.SeekInfo();
    info.setStart(position(0));
    info.setStop(position(1));
    info.setContentType(orderer.SeekInfo.SeekContentType.HEADER_WITH_SIG);
    const payload = new common.Payload();
    payload.setHeader(buildProposal(network.client).header);
    payload.setData(info.serializeBinary());
    const blocks = await new Promise<common.Block[]>((resolve, reject) => {
      const received: common.Block[] = [];
      const deliver = new peer.DeliverClient(network.address(0), credentials.createInsecure());
      const stream = deliver.deliver();
      stream.on("data", (response: peer.DeliverResponse) => {
        const block = response.getBlock();
        if (block !== undefined) received.push(block);
      });
      stream.on("error", reject);
      stream.on("end", () => {
        deliver.close();
        resolve(received);
      });
      stream.write(signEnvelope(network.client, payload.serializeBinary()));
      stream.end();
    });
    expect(blocks.map((block) => [readHeader(block).number, readEnvelopes(block).length])).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(readMetadata(blocks[1] ?? new common.Block(), METADATA.signatures).length).toBeGreaterThan(0);
  });

  test("give blocks whose headers link, whose data hash fits and whose commit hash grows from block 1 on", async () => {
    const count = await height();
    const blocks = await take(await client.network.getBlockEvents({ startBlock: 0n }), count);
    for (const [index, block] of blocks.entries()) {
      const header = readHeader(block);
      expect(header.number).toBe(index);
      expect(Buffer.from(header.dataHash)).toEqual(dataHash(readEnvelopes(block)));
      const before = blocks[index - 1];
      if (before !== undefined) expect(Buffer.from(header.previousHash)).toEqual(headerHash(readHeader(before)));
      expect(readCommitHash(block).length).toBe(index === 0 ? 0 : 32);
      expect(readMetadata(block, METADATA.transactionsFilter).length).toBe(readEnvelopes(block).length);
    }
  });

  test("give filtered blocks with ids, codes and event names, and no contents", async () => {
    const startBlock = BigInt(await height());
    const stream = await client.network.getFilteredBlockEvents({ startBlock });
    const taken = take(stream, 1);
    const proposal = contract().newProposal("append", { arguments: ["filtered", "secret"] });
    await (await proposal.endorse()).submit();
    const [block] = await taken;
    const [transaction] = block?.getFilteredTransactionsList() ?? [];
    expect(transaction?.getTxid()).toBe(proposal.getTransactionId());
    expect(transaction?.getTxValidationCode()).toBe(peer.TxValidationCode.VALID);
    const event = transaction?.getTransactionActions()?.getChaincodeActionsList()[0]?.getChaincodeEvent();
    expect(event?.getEventName()).toBe("appended");
    expect(event?.getPayload_asU8().length).toBe(0);
    expect(text(block?.serializeBinary() ?? new Uint8Array())).not.toContain("secret");
  });
});
