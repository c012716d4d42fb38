import type common from "@hyperledger/fabric-protos/lib/common/common_pb.js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { keys } from "../contract/state";
import { parseBlock } from "../fabric/block";
import { FOUNDING_TERMS } from "../messages/agreement";
import { createTestDatabase, type TestDatabase } from "../store/testing";
import { readCheckpoint } from "./checkpoint";
import { Contradiction } from "./contradiction";
import { Runner, type RunnerOptions } from "./runner";
import { type Tampering, TestLedger } from "./testing/ledger";
import { Organisation, type Party } from "./testing/parties";
import { TestSensor } from "./testing/trip";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
let ledger: TestLedger;
let sensor: TestSensor;
let database: TestDatabase;

beforeEach(async () => {
  [ledger, database] = await Promise.all([TestLedger.create(), createTestDatabase()]);
  sensor = await TestSensor.register(ledger, "probe-1");
  await sensor.send([5000, 5100]);
  ledger.cut();
});
afterEach(() => database.drop());

function runner(more: Partial<RunnerOptions> = {}): Runner {
  const { rules, sources } = ledger;
  const signal = new AbortController().signal;
  return new Runner({ rules, sources, witnesses: 2, open: ledger.open(), databaseUrl: database.url, log: silent, signal, ...more });
}

/** Projects everything and gives the contradiction that stopped it. */
async function contradiction(more: Partial<RunnerOptions> = {}): Promise<Contradiction> {
  const error = await runner({ until: ledger.blocks.length, ...more })
    .run()
    .then(
      () => undefined,
      (reason: unknown) => reason,
    );
  if (!(error instanceof Contradiction)) throw new Error("no contradiction was found", { cause: error });
  return error;
}

const HONEST_BLOCKS = 3;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const batchKey = keys.batch("probe-1", 2);

/** Changes one written value as two colluding organisations could. */
const rewrite = (key: string, change: (text: string) => string): Tampering => ({
  writes: (writes) => writes.set(key, bytes(change(Buffer.from(writes.get(key) ?? []).toString()))),
});

describe("halts, names the place and applies nothing of the block when", () => {
  const attacks: readonly [name: string, words: string, key: string | undefined, tampering: () => Tampering | Promise<Tampering>][] = [
    [
      "a written value was made up",
      "not what the rules give",
      batchKey,
      () => rewrite(batchKey, (text) => text.replace('"count":1', '"count":9')),
    ],
    [
      "a value was written that nobody's call gives",
      "rules do not give",
      keys.shipment("ghost"),
      () => ({ writes: (writes) => writes.set(keys.shipment("ghost"), bytes("{}")) }),
    ],
    [
      "a value was left out",
      "not what the rules give",
      batchKey,
      () => ({ writes: (writes) => new Map([...writes].filter(([key]) => key !== batchKey)) }),
    ],
    ["the result was made up", "the result is not", undefined, () => ({ result: bytes('{"result":"recorded"}') })],
    ["the event was made up", "the event is not", undefined, () => ({ event: bytes("{}") })],
    ["one organisation alone endorsed", "ENDORSERS_TOO_FEW", undefined, () => ({ endorsers: ledger.peers.slice(0, 1) })],
    ["one organisation endorsed twice", "ENDORSERS_TOO_FEW", undefined, () => ({ endorsers: [peer(0), peer(0)] })],
    ["a person signed as endorser", "ENDORSERS_TOO_FEW", undefined, () => ({ endorsers: [peer(0), ledger.people.shipper] })],
    [
      "an endorser's root is not the pinned one",
      "ENDORSERS_TOO_FEW",
      undefined,
      async () => ({ endorsers: [peer(0), await (await Organisation.create("ShipperMSP")).issue("peer0", "peer")] }),
    ],
    ["somebody else signed for the sensor", "SIGNATURE_INVALID", undefined, () => ({ signer: ledger.people.shipper })],
    ["it writes into another contract's state", "state of other", undefined, () => ({ namespace: "other" })],
    ["a valid transaction cannot be read", "cannot be read", undefined, () => ({ bytes: (envelope) => envelope.subarray(0, 90) })],
  ];

  test.each(attacks)("%s", async (_, words, key, tampering) => {
    await sensor.send([6000], await tampering());
    const { number } = header(ledger.cut());
    const found = await contradiction();
    expect(found.message).toContain(words);
    expect(found.place).toMatchObject({ block: number, ...(key !== undefined && { key }) });
    const checkpoint = await readCheckpoint(database.pool);
    expect(checkpoint.block).toBe(HONEST_BLOCKS - 1);
    expect(checkpoint.halted).toContain(`block ${number}`);
    expect(await database.prisma.batch.count()).toBe(1);
    expect(await database.prisma.reading.count()).toBe(2);
  });
});

describe("under an agreement", () => {
  const decide = (tampering?: Tampering) =>
    ledger.say(
      ledger.people.recipient,
      "shipment:Decide",
      { shipment: "trip-1", decision: "rejected", reason: "warm", through: [] },
      tampering,
    );

  beforeEach(async () => {
    const { shipper } = ledger.people;
    const plan = { shipment: "trip-1", sscc: "006141411234567890", title: "Vaccine", origin: "Basel", destination: "Chur" };
    await ledger.say(shipper, "shipment:Create", { ...plan, recipient: "RecipientMSP", profile: "fridge-2-8/1" });
    ledger.cut();
    await ledger.found();
  });

  test("what has it is taken, and who must endorse is read from the ledger's own history", async () => {
    await decide({ endorsers: [peer(1), peer(2)] });
    ledger.cut();
    await runner({ until: ledger.blocks.length }).run();
    expect((await database.prisma.shipment.findFirst())?.status).toBe("rejected");
  });

  const agreed = () => ({ endorsers: [peer(1), peer(2)] });
  const attacks: readonly [name: string, words: string, tampering: () => Tampering][] = [
    ["two that are not the ones to agree endorsed", "ShipperMSP did not endorse", () => ({ endorsers: [peer(0), peer(2)] })],
    [
      "the guard was left out, so that the ledger did not ask",
      "not what the rules give",
      () => ({ ...agreed(), writes: (writes) => new Map([...writes].filter(([key]) => key !== keys.guard("decision"))) }),
    ],
    [
      "a guard was given a policy of their own",
      "that the rules do not give",
      () => ({ ...agreed(), policies: (policies) => policies.set(keys.guard("decision"), Uint8Array.of(1)) }),
    ],
  ];
  test.each(attacks)("halts when %s", async (_, words, tampering) => {
    await decide(tampering());
    const { number } = header(ledger.cut());
    const found = await contradiction();
    expect(found.message).toContain(words);
    expect(found.place).toMatchObject({ block: number });
    expect((await database.prisma.shipment.findFirst())?.status).toBe("planned");
  });

  test("two organisations cannot loosen it: the third's signature is missing", async () => {
    const terms = { ...FOUNDING_TERMS, groups: { ...FOUNDING_TERMS.groups, decision: { named: [], others: 2 } } };
    const [signatory] = ledger.signatories;
    if (signatory === undefined) throw new TypeError("no signatory");
    await ledger.say(
      signatory,
      "governance:Agree",
      { version: 2, terms },
      {
        endorsers: [peer(0), peer(1)],
        writes: (writes) => writes.set(keys.agreement(), bytes(JSON.stringify({ version: 2, terms }))),
      },
    );
    ledger.cut();
    expect((await contradiction()).message).toContain("that the rules do not give");
  });
});

describe("halts when two organisations show", () => {
  const lies: readonly [name: string, words: string, alter: (block: common.Block) => void][] = [
    ["different validation codes", "show different blocks", (block) => setMetadata(block, 2, Uint8Array.of(11))],
    ["different commit hashes", "show different blocks", (block) => setMetadata(block, 4, Uint8Array.of(0x0a, 1, 7))],
    ["different headers", "show different blocks", (block) => block.getHeader()?.setPreviousHash(new Uint8Array(32))],
  ];
  test.each(lies)("%s", async (_, words, alter) => {
    const open = ledger.open((mspId, block) => (mspId === "ShipperMSP" && header(block).number === 2 ? altered(block, alter) : block));
    const found = await contradiction({ open });
    expect(found.message).toContain(words);
    expect(found.place).toEqual({ block: 2 });
    expect((await readCheckpoint(database.pool)).block).toBe(1);
  });

  test("the same data that is not what the header says", async () => {
    const open = ledger.open((_, block) =>
      header(block).number === 2 ? altered(block, (copy) => copy.getData()?.setDataList([bytes("x")])) : block,
    );
    expect((await contradiction({ open })).message).toContain("not what its header says");
  });

  test("a block that does not link to the one before", async () => {
    const open = ledger.open((_, block) =>
      header(block).number === 2 ? altered(block, (copy) => copy.getHeader()?.setPreviousHash(new Uint8Array(32))) : block,
    );
    expect((await contradiction({ open })).message).toContain("does not link");
  });
});

test("stays halted after a restart, and says why", async () => {
  await sensor.send([6000], { result: bytes("{}") });
  ledger.cut();
  await contradiction();
  const stop = new AbortController();
  const restarted = runner({ signal: stop.signal });
  const running = restarted.run();
  await until(() => restarted.progress.checkpoint.halted !== null);
  expect(restarted.progress.checkpoint.halted).toContain("the result is not what the rules give");
  stop.abort();
  await running;
});

test("keeps an invalid transaction's code and nothing else of what it says, garbage too", async () => {
  await sensor.send([9000], { code: 11 });
  await ledger.say(
    ledger.people.authority,
    "sensor:Revoke",
    { sensor: "probe-1", reason: "lost", doubtfulSince: ledger.now },
    {
      code: 254,
      bytes: () => bytes("garbage"),
    },
  );
  ledger.cut();
  await runner({ until: ledger.blocks.length }).run();
  const rows = await database.prisma.transaction.findMany({ where: { block: 3n }, orderBy: { position: "asc" } });
  expect(rows.map(({ validationCode, creatorName, function: name, id }) => [validationCode, creatorName, name, id.length])).toEqual([
    [11, "", "", 64],
    [254, "", "", 0],
  ]);
  expect(await database.prisma.batch.count()).toBe(1);
});

describe("what only one organisation shows", () => {
  test("is not applied, however long the other is away", async () => {
    const stop = new AbortController();
    const lonely = runner({ signal: stop.signal, sources: ledger.sources.slice(0, 2), patienceMs: 50, open: without("ShipperMSP") });
    const running = lonely.run();
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(lonely.progress.checkpoint.block).toBe(-1);
    expect(await database.prisma.block.count()).toBe(0);
    stop.abort();
    await running;
  });

  test("counts when a third organisation shows it too", async () => {
    await runner({ until: ledger.blocks.length, patienceMs: 50, open: without("ShipperMSP") }).run();
    expect((await database.prisma.block.findFirst())?.sources).toEqual(["AuthorityMSP", "RecipientMSP"]);
  });

  test("is held against an organisation that comes back late with another ledger", async () => {
    let back = false;
    const lying = ledger.open((mspId, block) =>
      mspId === "ShipperMSP" ? altered(block, (copy) => setMetadata(copy, 4, Uint8Array.of(0x0a, 1, 7))) : block,
    );
    const open: RunnerOptions["open"] = (mspId, from, signal) =>
      mspId === "ShipperMSP" && !back ? without("ShipperMSP")(mspId, from, signal) : lying(mspId, from, signal);
    const stop = new AbortController();
    const patient = runner({ signal: stop.signal, patienceMs: 50, open });
    const running = patient.run();
    await until(() => patient.progress.checkpoint.block === ledger.blocks.length - 1);
    back = true;
    await until(() => patient.progress.checkpoint.halted !== null);
    expect(patient.progress.checkpoint.halted).toContain("ShipperMSP show different blocks");
    stop.abort();
    await running;
  });
});

function without(absent: string): RunnerOptions["open"] {
  const open = ledger.open();
  return (mspId, from, signal) => {
    if (mspId === absent) throw new Error(`${absent} is away`);
    return open(mspId, from, signal);
  };
}

const peer = (index: number): Party => ledger.peers[index] as Party;
const header = (block: common.Block): { number: number } => ({ number: block.getHeader()?.getNumber() ?? -1 });

function altered(block: common.Block, alter: (copy: common.Block) => void): common.Block {
  const copy = parseBlock(block.serializeBinary());
  alter(copy);
  return copy;
}

function setMetadata(block: common.Block, index: number, value: Uint8Array): void {
  const metadata = block.getMetadata();
  const list = metadata?.getMetadataList_asU8() ?? [];
  list[index] = value;
  metadata?.setMetadataList(list);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
