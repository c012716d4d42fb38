import { open, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { common } from "@hyperledger/fabric-protos";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectClient, type TestClient } from "./testing/client";
import { CHAINCODE, createNetwork, type TestNetwork } from "./testing/network";
import { ProcessEndedError, type TestProcess } from "./testing/processes";

let network: TestNetwork;
let contracts: TestProcess[] = [];

const blocksFolder = () => join(network.folder, "ledger", "blocks");

beforeAll(async () => {
  network = await createNetwork();
  contracts = await network.startContracts();
});

afterAll(async () => {
  await Promise.all(contracts.map((process) => process.end()));
  await network?.remove();
});

/** Writes under load until the ledger dies; the values whose commit was confirmed, by key. */
async function writeUntilKilled(client: TestClient, round: number): Promise<Map<string, string>> {
  const confirmed = new Map<string, string>();
  let alive = true;
  const writer = async (lane: number) => {
    for (let index = 0; alive; index++) {
      const key = `${round}-${lane}-${index}`;
      try {
        await client.network.getContract(CHAINCODE).submitTransaction("put", key, `value of ${key}`);
        confirmed.set(key, `value of ${key}`);
      } catch {
        alive = false; // The ledger is gone: what was not confirmed may or may not be on it.
      }
    }
  };
  await Promise.all(Array.from({ length: 20 }, (_, lane) => writer(lane)));
  return confirmed;
}

test("what was confirmed survives kill -9 at a random moment under load, again and again", async () => {
  const confirmed = new Map<string, string>();
  for (let round = 0; round < 4; round++) {
    const ledger = await network.startLedger();
    const client = connectClient(network.address(0), network.client);
    const writing = writeUntilKilled(client, round);
    await new Promise((resolve) => setTimeout(resolve, 700 + Math.random() * 900));
    await ledger.end("SIGKILL");
    for (const [key, value] of await writing) confirmed.set(key, value);
    client.close();
  }
  const ledger = await network.startLedger();
  const client = connectClient(network.address(1), network.client);
  try {
    expect(confirmed.size).toBeGreaterThan(0);
    const found = JSON.parse(
      Buffer.from(await client.network.getContract(CHAINCODE).evaluateTransaction("range", "0", "9")).toString(),
    ) as string[];
    const entries = new Map(found.map((entry) => entry.split("=") as [string, string]));
    for (const [key, value] of confirmed) expect(entries.get(key)).toBe(value);
  } finally {
    client.close();
    await ledger.end();
  }
});

test("a disk that takes no more ends the ledger: nothing is confirmed that is not on it, and it goes on when there is room", async () => {
  const newest = (await readdir(blocksFolder())).sort().at(-1) ?? "";
  const size = (await readFile(join(blocksFolder(), newest))).length;
  const ledger = await network.startLedger({ maxFileKiB: Math.ceil(size / 1024) + 100 });
  const client = connectClient(network.address(0), network.client);
  const ended = new Promise<number | null>((resolve) => ledger.child.once("exit", resolve));
  const confirmed = await writeUntilKilled(client, 7);
  expect(await ended).toBe(1);
  expect(ledger.output()).toContain("the disk refused a block");
  client.close();
  expect(confirmed.size).toBeGreaterThan(0);
  const again = await network.startLedger();
  const reader = connectClient(network.address(0), network.client);
  try {
    for (const [key, value] of confirmed) {
      expect(Buffer.from(await reader.network.getContract(CHAINCODE).evaluateTransaction("get", key)).toString()).toBe(value);
    }
  } finally {
    reader.close();
    expect(await again.end("SIGTERM")).toBe(0);
  }
});

test("SIGTERM commits what was taken, ends the streams and exits 0", async () => {
  const ledger = await network.startLedger();
  const client = connectClient(network.address(0), network.client);
  const events = await client.network.getBlockEvents({ startBlock: 0n });
  const reading = (async () => {
    for await (const block of events) expect(block.hasHeader()).toBe(true);
  })().catch((error: unknown) => error);
  const transaction = await client.network
    .getContract(CHAINCODE)
    .newProposal("put", { arguments: ["last", "words"] })
    .endorse();
  const commit = await transaction.submit();
  expect(await ledger.end("SIGTERM")).toBe(0);
  await reading;
  const again = await network.startLedger();
  const reader = connectClient(network.address(1), network.client);
  try {
    expect((await reader.gateway.newCommit(commit.getBytes()).getStatus()).successful).toBe(true);
  } finally {
    client.close();
    reader.close();
    await again.end();
  }
});

test("a rebuilt state equals the one that was kept", async () => {
  const read = async () => {
    const ledger = await network.startLedger();
    const client = connectClient(network.address(0), network.client);
    try {
      return Buffer.from(await client.network.getContract(CHAINCODE).evaluateTransaction("range", "", "")).toString();
    } finally {
      client.close();
      await ledger.end();
    }
  };
  const kept = await read();
  const { rm } = await import("node:fs/promises");
  await rm(join(network.folder, "ledger", "state"), { recursive: true });
  expect(await read()).toBe(kept);
});

/** Starts the ledger, which must refuse; what it said. */
async function refusal(): Promise<string> {
  try {
    const ledger = await network.startLedger();
    await ledger.end();
  } catch (error) {
    expect(error).toBeInstanceOf(ProcessEndedError);
    return error instanceof Error ? error.message : "";
  }
  throw new Error("the ledger started");
}

test("an altered block file refuses to start and names the block (attack 14)", async () => {
  const [name = ""] = (await readdir(blocksFolder())).sort();
  const file = join(blocksFolder(), name);
  const original = await readFile(file);
  try {
    for (const position of [Math.floor(original.length / 3), Math.floor(original.length / 2), original.length - 20]) {
      const altered = Buffer.from(original);
      altered[position] = (altered[position] ?? 0) ^ 0x01;
      await writeFile(file, altered);
      expect(await refusal()).toMatch(/block \d+ is damaged/);
    }
  } finally {
    await writeFile(file, original);
  }
  await (await network.startLedger()).end();
});

test("a block whose validation code was altered together with its checksum refuses to start", async () => {
  const { crc32 } = await import("node:zlib");
  const [name = ""] = (await readdir(blocksFolder())).sort();
  const file = join(blocksFolder(), name);
  const original = await readFile(file);
  const altered = Buffer.from(original);
  // The second record is block 1.
  const start = 8 + altered.readUInt32BE(0);
  const length = altered.readUInt32BE(start);
  const block = common.Block.deserializeBinary(altered.subarray(start + 8, start + 8 + length));
  const metadata = block.getMetadata()?.getMetadataList_asU8() ?? [];
  metadata[2] = Uint8Array.of(11);
  block.getMetadata()?.setMetadataList(metadata);
  const bytes = Buffer.from(block.serializeBinary());
  const padded = Buffer.concat([bytes]);
  const header = Buffer.alloc(8);
  header.writeUInt32BE(padded.length, 0);
  header.writeUInt32BE(crc32(padded), 4);
  try {
    await writeFile(file, Buffer.concat([altered.subarray(0, start), header, padded, altered.subarray(start + 8 + length)]));
    expect(await refusal()).toMatch(/block 1 is damaged: its commit hash does not match/);
  } finally {
    await writeFile(file, original);
  }
});

test("acknowledged blocks that are missing refuse to start; a torn tail behind them is cut", async () => {
  const names = (await readdir(blocksFolder())).sort();
  const file = join(blocksFolder(), names.at(-1) ?? "");
  const original = await readFile(file);
  try {
    await writeFile(file, original.subarray(0, original.length - 5));
    expect(await refusal()).toMatch(/block \d+ is damaged/);
    await writeFile(file, Buffer.concat([original, Buffer.from([0, 0, 16, 0, 1, 2, 3, 4, 5])]));
    await (await network.startLedger()).end();
    const handle = await open(file);
    expect((await handle.stat()).size).toBe(original.length);
    await handle.close();
  } finally {
    await writeFile(file, original);
  }
});

test("settings that name other members than the channel has refuse to start and say which", async () => {
  const { TestAuthority } = await import("./testing/material");
  const root = join(network.folder, "OperatorMSP.root.pem");
  const original = await readFile(root);
  try {
    await writeFile(root, (await TestAuthority.create("OperatorMSP")).root);
    expect(await refusal()).toMatch(/other members or policies.*OperatorMSP/);
  } finally {
    await writeFile(root, original);
  }
});

test("an upgrade commits the contract's new definition; the old number cannot come back", async () => {
  await network.configure({ ...network.settings, chaincode: { name: CHAINCODE, version: "2", sequence: 2 } });
  const ledger = await network.startLedger();
  const client = connectClient(network.address(0), network.client);
  await client.network.getContract(CHAINCODE).submitTransaction("put", "after-upgrade", "1");
  client.close();
  await ledger.end();
  await network.configure(network.settings);
  expect(await refusal()).toMatch(/has definition 2 of kv already/);
  await network.configure({ ...network.settings, chaincode: { name: CHAINCODE, version: "3", sequence: 2 } });
  expect(await refusal()).toMatch(/raise chaincode.sequence/);
});
