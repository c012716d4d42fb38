import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startSensor, type TestSensor } from "../../start/testing/sensor";
import { startTestStack, type TestStack } from "../../start/testing/stack";
import { readNetwork } from "../fabric/network";
import { databaseUrl } from "../store/embedded";
import { applyMigrations } from "../store/migrate";
import { dumpProjection, rebuildProjection } from "./rebuild";
import { ledgerHeight, openLedger, type ProjectionSettings } from "./start";

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const PATIENCE_MS = 40_000;
let stack: TestStack;
let sensor: TestSensor;
let live: string;
let settings: Omit<ProjectionSettings, "databaseUrl">;

beforeAll(async () => {
  stack = await startTestStack(undefined, true);
  live = stack.context.databaseUrl;
  settings = { network: await readNetwork(stack.context.layout.network), log };
  sensor = await startSensor(stack, "probe-rebuild");
  await measure(5000, 8000, 7000);
}, 240_000);
afterAll(async () => {
  await sensor?.close();
  await stack?.end();
});

test("a database rebuilt from the real ledger equals the live one, table by table (I4)", async () => {
  await untilProjected();
  const rebuilt = await emptyDatabase("rebuilt_live");
  await rebuildProjection({ ...settings, databaseUrl: rebuilt });
  const one = await dumpProjection(live);
  expect(await dumpProjection(rebuilt)).toEqual(one);
  expect(one.reading?.length).toBe(3);
  expect(one.shipment?.length).toBeGreaterThan(0);
});

test("kill -9 of the process at work leaves whole blocks, and its successor goes on to the same tables", async () => {
  const before = stack.pids().proxy;
  await Promise.all([measure(5100, 5200, 5300, 5400), killSoon(before)]);
  await untilProjected();
  expect(stack.pids().proxy).not.toBe(before);
  const rebuilt = await emptyDatabase("rebuilt_killed");
  await rebuildProjection({ ...settings, databaseUrl: rebuilt });
  const one = await dumpProjection(live);
  expect(await dumpProjection(rebuilt)).toEqual(one);
  expect(one.reading?.length).toBe(7);
}, 120_000);

test("rebuilds the live database under a running projection, which goes on afterwards", async () => {
  const before = await dumpProjection(live);
  const { blocks } = await rebuildProjection({ ...settings, databaseUrl: live });
  expect(blocks).toBeGreaterThan(10);
  expect(await dumpProjection(live)).toEqual(before);
  await measure(5500);
  await untilProjected();
  expect((await dumpProjection(live)).reading?.length).toBe((before.reading?.length ?? 0) + 1);
}, 120_000);

async function measure(...temperatures: readonly number[]): Promise<void> {
  for (const temperature of temperatures) {
    await sensor.measure(temperature);
    await sensor.settle(PATIENCE_MS);
  }
}

async function killSoon(pid: number | undefined): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 150));
  if (pid === undefined) throw new Error("the proxy has no process");
  process.kill(pid, "SIGKILL");
}

async function untilProjected(): Promise<void> {
  const ledger = await openLedger(settings);
  try {
    const height = await ledgerHeight(ledger);
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const [row] = await query<{ block: string }>("SELECT block FROM checkpoint");
      if (row && Number(row.block) + 1 >= height) return;
      if (performance.now() > end) throw new Error(`block ${row?.block} of ${height} after ${PATIENCE_MS} ms`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    ledger.connection.close();
  }
}

async function emptyDatabase(name: string): Promise<string> {
  await query(`CREATE DATABASE ${name}`);
  const url = databaseUrl(live, name);
  await applyMigrations(url);
  return url;
}

async function query<T extends object>(text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: live });
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}
