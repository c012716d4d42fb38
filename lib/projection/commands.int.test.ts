import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type CanonicalValue, canonicalBytes } from "../domain/canonical-json";
import type { CommandReport } from "../messages/commands";
import { commandsOf } from "../store/commands";
import { createTestDatabase, type TestDatabase } from "../store/testing";
import { withheldBatches } from "../store/withheld";
import { Contradiction } from "./contradiction";
import { hearNews, type News, parseNews } from "./news";
import { dumpProjection } from "./rebuild";
import { Runner } from "./runner";
import { project } from "./testing/fixture";
import { TestLedger } from "./testing/ledger";
import { TestSensor } from "./testing/trip";

const MINUTE = 60_000;
let ledger: TestLedger;
let sensor: TestSensor;
let databases: TestDatabase[];

beforeEach(async () => {
  ledger = await TestLedger.create();
  databases = [];
  sensor = await TestSensor.register(ledger, "probe-1");
});
afterEach(() => Promise.all(databases.map((database) => database.drop())));

async function fresh(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  databases.push(database);
  return database;
}

async function tell(counter: number): Promise<void> {
  const statement = { sensor: "probe-1", counter, expires: ledger.now + 10 * MINUTE, command: { kind: "interval" as const, ms: 30_000 } };
  await ledger.say(ledger.people.shipper, "sensor:Command", statement);
}
async function answer(counter: number, more: Partial<CommandReport> = {}): Promise<void> {
  const report = { kind: "command", counter, outcome: "done", ago: 5_000, interval: 30_000, profile: null, measuring: true, ...more };
  const statement = { sensor: "probe-1", report };
  await ledger.transact(sensor.party, "sensor:Report", [canonicalBytes(statement as unknown as CanonicalValue)]);
}

test("commands and the sensor's word about them stand in the tables, the same block by block and in one group", async () => {
  await tell(1);
  ledger.cut();
  await answer(1);
  ledger.cut();
  await tell(2);
  ledger.cut();
  await answer(2, { outcome: "COMMAND_EXPIRED", ago: null });
  await tell(3);
  ledger.cut();
  const [whole, again] = [await fresh(), await fresh()];
  await project(ledger, whole.url);
  const blocks = [...ledger.blocks];
  for (let height = 1; height <= blocks.length; height++) {
    ledger.blocks.splice(0, ledger.blocks.length, ...blocks.slice(0, height));
    await project(ledger, again.url);
  }
  expect(await dumpProjection(again.url)).toEqual(await dumpProjection(whole.url));
  const rows = await commandsOf(whole.pool, "probe-1", 10);
  expect(rows.map(({ counter }) => counter)).toEqual([3, 2, 1]);
  expect(rows.map(({ report }) => report && [report.outcome, report.at])).toEqual([
    null,
    ["COMMAND_EXPIRED", null],
    ["done", ledger.now - 5_000],
  ]);
  expect(rows[0]?.command).toEqual({ kind: "interval", ms: 30_000 });
});

test("a sensor's word about a proxy stands in the tables with what became of the transaction, for those who may see the sensor", async () => {
  await sensor.send([5_000]);
  ledger.cut();
  const report = { kind: "withheld", sequence: 1, transaction: "ab".repeat(32), proxy: "proxy-a", said: true, ago: 60_000 };
  await ledger.transact(sensor.party, "sensor:Report", [canonicalBytes({ sensor: "probe-1", report })]);
  ledger.cut();
  const database = await fresh();
  await project(ledger, database.url);
  const shipper = { userId: "", mspId: "ShipperMSP", kind: "shipper", role: "shipper", name: "" } as const;
  const [row] = await withheldBatches(database.pool, shipper, null, 10);
  expect(row).toMatchObject({ sensor: "probe-1", sequence: 1, proxy: "proxy-a", found: null, said: true, at: ledger.now - 60_000 });
  expect(row?.brought?.transaction).toMatch(/^[0-9a-f]{64}$/);
  expect(await withheldBatches(database.pool, shipper, "probe-2", 10)).toEqual([]);
  const stranger = { ...shipper, mspId: "RecipientMSP", kind: "recipient", role: "recipient" } as const;
  expect(await withheldBatches(database.pool, stranger, null, 10)).toEqual([]);
});

test("a command that two organisations invented halts the projection", async () => {
  const database = await fresh();
  const forge = (writes: ReadonlyMap<string, Uint8Array>) =>
    new Map([...writes].map(([key, value]) => [key, key.startsWith("command~") ? lengthen(value) : value]));
  const statement = {
    sensor: "probe-1",
    counter: 1,
    expires: ledger.now + 10 * MINUTE,
    command: { kind: "interval" as const, ms: 30_000 },
  };
  await ledger.say(ledger.people.shipper, "sensor:Command", statement, { writes: forge });
  ledger.cut();
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const { rules, sources } = ledger;
  const signal = new AbortController().signal;
  const options = { rules, sources, witnesses: 2, open: ledger.open(), databaseUrl: database.url, log, signal };
  await expect(new Runner({ ...options, until: ledger.blocks.length }).run()).rejects.toThrow(Contradiction);
  const { rows } = await database.pool.query<{ halted: string }>("SELECT halted FROM checkpoint");
  expect(rows[0]?.halted).toContain("command~probe-1");
  expect(await commandsOf(database.pool, "probe-1", 10)).toEqual([]);
});

const lengthen = (value: Uint8Array): Uint8Array => Buffer.from(Buffer.from(value).toString("utf8").replaceAll("30000", "80000"), "utf8");

test("who is told something, and whose goods have a violation, is heard in every process when the rows can be read", async () => {
  const database = await fresh();
  const stop = new AbortController();
  const heard: News[] = [];
  const hearing = hearNews(database.url, stop.signal, (news) => heard.push(news));
  const trip = { shipment: "trip-1", sscc: "006141411234567890", title: "Vaccine", origin: "Basel", destination: "Chur" };
  await ledger.say(ledger.people.shipper, "shipment:Create", { ...trip, recipient: "RecipientMSP", profile: "fridge-2-8/1" });
  ledger.cut();
  await sleep(500);
  await project(ledger, database.url);
  expect(heard).toEqual([]);
  await ledger.say(ledger.people.shipper, "shipment:Assign", { shipment: "trip-1", sensor: "probe-1", place: "top", start: ledger.now });
  ledger.cut();
  await tell(1);
  ledger.cut();
  await project(ledger, database.url);
  await expect.poll(() => heard.flatMap(({ commanded }) => commanded)).toContain("probe-1");
  heard.length = 0;
  ledger.now += 120 * MINUTE;
  const frost = Array.from({ length: 13 }, (_, index) => ({ tick: index * 10 * MINUTE, temperature: -2_000, humidity: null }));
  await sensor.record(frost, 120 * MINUTE);
  ledger.cut();
  await project(ledger, database.url);
  await expect.poll(() => heard).toEqual([{ commanded: [], violated: ["trip-1"] }]);
  stop.abort();
  await hearing;
});

test.each(["", "[]", "null", '{"commanded":["a"]}', '{"commanded":"a","violated":[]}', "{"])("news %j is none", (payload) => {
  expect(parseNews(payload)).toBeUndefined();
});
