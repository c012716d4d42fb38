import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestStack, type TestStack } from "../../start/testing/stack";
import { readNetwork } from "../fabric/network";
import { databaseUrl } from "../store/embedded";
import { applyMigrations } from "../store/migrate";
import { dumpProjection, rebuildProjection } from "./rebuild";
import { ledgerHeight, openLedger, type ProjectionSettings } from "./start";

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
let stack: TestStack;
let live: string;
let settings: Omit<ProjectionSettings, "databaseUrl">;

beforeAll(async () => {
  stack = await startTestStack(undefined, true);
  live = stack.context.databaseUrl;
  settings = { network: await readNetwork(stack.context.layout.network), log };
  await untilProjected();
}, 180_000);
afterAll(() => stack.end());

test("a database rebuilt from the real ledger equals the live one, table by table (I4)", async () => {
  const rebuilt = await emptyDatabase("rebuilt");
  const { blocks } = await rebuildProjection({ ...settings, databaseUrl: rebuilt });
  expect(blocks).toBeGreaterThan(10);
  const [one, other] = [await dumpProjection(live), await dumpProjection(rebuilt)];
  expect(other).toEqual(one);
  expect(one.reading?.length).toBeGreaterThan(100);
  expect(one.violation?.length).toBeGreaterThan(0);
});

test("a rebuild refuses a database that a projection writes to", async () => {
  await expect(rebuildProjection({ ...settings, databaseUrl: live })).rejects.toThrow("a projection is writing");
});

async function untilProjected(): Promise<void> {
  const ledger = await openLedger(settings);
  try {
    const height = await ledgerHeight(ledger);
    for (;;) {
      const [row] = await query<{ block: string }>("SELECT block FROM checkpoint");
      if (Number(row?.block) + 1 >= height) return;
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
