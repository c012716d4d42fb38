/** The database is lost or restored from an old copy: the record comes back from the ledger to the last row. On real Fabric of every release found. */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readNetwork } from "../../lib/fabric/network";
import { dumpProjection } from "../../lib/projection/rebuild";
import { ledgerHeight, openLedger } from "../../lib/projection/start";
import { describeFabric } from "../testing/fabric";
import { startSensor, type TestSensor } from "../testing/sensor";
import { startTestStack, type TestStack } from "../testing/stack";

const PATIENCE_MS = 60_000;
const NOTHING = () => undefined;
/** With owners and modes: the database's user is not ours. */
const copyWhole = (from: string, to: string) => execFileSync("cp", ["-a", from, to]);

describeFabric("the database", (binaries) => {
  let stack: TestStack;
  let sensor: TestSensor;
  beforeAll(async () => {
    const release = binaries.version.split(".").slice(0, 2).join(".");
    stack = await startTestStack(NOTHING, false, { kind: "fabric", release });
    sensor = await startSensor(stack, "probe-database");
  });
  afterAll(async () => {
    await sensor?.close();
    await stack?.end();
  });

  async function query<T extends object>(text: string): Promise<T[]> {
    const client = new pg.Client({ connectionString: stack.context.databaseUrl });
    await client.connect();
    try {
      return (await client.query<T>(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** Every projected row, once everything that is on the ledger now is projected. */
  async function record(): Promise<Record<string, string[]>> {
    const ledger = await openLedger({ network: await readNetwork(stack.context.layout.network) });
    try {
      const height = await ledgerHeight(ledger);
      for (const end = Date.now() + PATIENCE_MS; ; await sleep(200)) {
        const [row] = await query<{ block: string; halted: string | null }>("SELECT block, halted FROM checkpoint");
        expect(row?.halted ?? null).toBeNull();
        if (row !== undefined && Number(row.block) + 1 >= height) break;
        if (Date.now() > end) throw new Error(`block ${row?.block ?? "none"} of ${height} after ${PATIENCE_MS} ms`);
      }
    } finally {
      ledger.connection.close();
    }
    return dumpProjection(stack.context.databaseUrl);
  }

  async function measure(...temperatures: readonly number[]): Promise<void> {
    for (const temperature of temperatures) {
      await sensor.measure(temperature);
      await sensor.settle(PATIENCE_MS);
    }
  }

  const rules = () => query<{ owner: string }>("SELECT msp_id AS owner FROM calibration_rule ORDER BY msp_id");
  const setRule = (owner: string) =>
    query(`INSERT INTO calibration_rule (msp_id, months, set_by, set_at) VALUES ('${owner}', 6, 'test', 0)`);

  it("restored from an old copy of its folder goes on from its own checkpoint; the site's own rows are as old as the copy", async () => {
    const { postgres } = stack.context.layout;
    const copy = join(stack.data, "postgres-copy");
    await measure(5_000, 12_000);
    await setRule("ShipperMSP");
    await record();
    await stack.stop();
    copyWhole(postgres, copy);
    await stack.restart();
    await measure(5_200, 5_300);
    await setRule("RecipientMSP");
    const before = await record();
    expect(before.reading).toHaveLength(4);

    await stack.stop();
    rmSync(postgres, { recursive: true });
    copyWhole(copy, postgres);
    await stack.restart();
    expect(await record()).toEqual(before);
    expect(await rules()).toEqual([{ owner: "ShipperMSP" }]);
  }, 300_000);

  it("lost altogether is made anew from block 0, and everything goes on", async () => {
    const before = await record();
    await stack.stop();
    rmSync(stack.context.layout.postgres, { recursive: true });
    await stack.restart();
    expect(await record()).toEqual(before);
    expect(await rules()).toEqual([]);
    await measure(5_400);
    expect((await record()).reading).toHaveLength(5);
  }, 240_000);
});
