import { type CloseableAsyncIterable, checkpointers } from "@hyperledger/fabric-gateway";
import { common } from "@hyperledger/fabric-protos";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectClient, type TestClient } from "../testing/client";
import { CHAINCODE, createNetwork, type TestNetwork } from "../testing/network";
import type { TestProcess } from "../testing/processes";
import { buildProposal, processProposal, signProposal } from "../testing/raw";

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
});
