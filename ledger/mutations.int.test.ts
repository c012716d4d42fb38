import type { CloseableAsyncIterable } from "@hyperledger/fabric-gateway";
import { gateway } from "@hyperledger/fabric-protos";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectClient, type TestClient } from "./testing/client";
import { CHAINCODE, createNetwork, type TestNetwork } from "./testing/network";
import type { TestProcess } from "./testing/processes";
import { buildProposal, endorse, signEnvelope, signProposal, submit } from "./testing/raw";
import { readHeader } from "./wire/block";

let network: TestNetwork;
let processes: TestProcess[] = [];
let client: TestClient;

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

/** A generator of positions and bytes that is the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
}

function mutated(bytes: Uint8Array, next: () => number): Buffer {
  const copy = Buffer.from(bytes);
  for (let count = 1 + (next() % 4); count > 0; count--) copy[next() % copy.length] = next() % 256;
  return next() % 5 === 0 ? copy.subarray(0, next() % copy.length) : copy;
}

describe("mutated bytes do no harm", () => {
  const send = (path: string, bytes: Uint8Array) =>
    new Promise<void>((resolve) => {
      client.connection.makeUnaryRequest(
        path,
        (message: Uint8Array) => Buffer.from(message),
        (response: Buffer) => response,
        bytes,
        { deadline: Date.now() + 3_000 },
        () => resolve(),
      );
    });

  test("in requests of any kind", async () => {
    const next = seeded(1);
    const request = new gateway.EndorseRequest();
    request.setProposedTransaction(signProposal(network.client, buildProposal(network.client)));
    const status = new gateway.SignedCommitStatusRequest();
    status.setRequest(new gateway.CommitStatusRequest().serializeBinary());
    const events = new gateway.SignedChaincodeEventsRequest();
    events.setRequest(new gateway.ChaincodeEventsRequest().serializeBinary());
    const kinds = [
      ["/gateway.Gateway/Endorse", request],
      ["/gateway.Gateway/Evaluate", request],
      ["/protos.Endorser/ProcessProposal", request.getProposedTransaction() ?? request],
      ["/gateway.Gateway/CommitStatus", status],
      ["/gateway.Gateway/ChaincodeEvents", events],
      ["/protos.Deliver/Deliver", signEnvelope(network.client, Buffer.from("payload"))],
    ] as const;
    for (const [path, message] of kinds) {
      const bytes = message.serializeBinary();
      await Promise.all(Array.from({ length: 40 }, () => send(path, mutated(bytes, next))));
    }
    await client.network.getContract(CHAINCODE).submitTransaction("put", "alive", "2");
  });

  /** A prepared transaction with altered bytes, signed by its creator all the same. Whether the orderer took it. */
  async function submitMutated(round: number, next: () => number): Promise<boolean> {
    const proposal = buildProposal(network.client, { args: ["append", `mutated-${round}`, "value"] });
    const prepared = (await endorse(client.connection, signProposal(network.client, proposal))).getPreparedTransaction();
    const envelope = signEnvelope(network.client, mutated(prepared?.getPayload_asU8() ?? new Uint8Array(), next));
    return await submit(client.connection, envelope).then(
      () => true,
      () => false,
    );
  }

  async function readUntil<T>(stream: CloseableAsyncIterable<T>, isLast: (item: T) => boolean): Promise<void> {
    try {
      for await (const item of stream) if (isLast(item)) return;
    } finally {
      stream.close();
    }
  }

  test("in transactions that their creator signed and the orderer took: every reader goes on, and nothing dishonest is written", async () => {
    const next = seeded(2);
    let taken = 0;
    for (let round = 0; round < 60; round++) taken += Number(await submitMutated(round, next));
    expect(taken).toBeGreaterThan(20);
    const contract = client.network.getContract(CHAINCODE);
    const written = JSON.parse(Buffer.from(await contract.evaluateTransaction("range", "mutated-", "mutated-~")).toString()) as string[];
    // A mutation that leaves the signed parts alone may be valid; its write is then the honest one.
    for (const entry of written) expect(entry).toMatch(/^mutated-\d+=value$/);
    const last = contract.newProposal("append", { arguments: ["the", "end"] });
    const { blockNumber } = await (await (await last.endorse()).submit()).getStatus();
    await readUntil(await client.network.getBlockEvents({ startBlock: 0n }), (block) => BigInt(readHeader(block).number) === blockNumber);
    await readUntil(await client.network.getFilteredBlockEvents({ startBlock: 0n }), (block) => BigInt(block.getNumber()) === blockNumber);
    const events = await client.network.getChaincodeEvents(CHAINCODE, { startBlock: 0n });
    await readUntil(events, (event) => event.transactionId === last.getTransactionId());
  });
});
