/** The product, unchanged, on a real network: the one that it runs itself, and one that runs already. */
import { existsSync, readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeFabric, describeNewestFabric, startTestFabric, type TestFabric } from "../testing/fabric";
import { startSensor, type TestSensor } from "../testing/sensor";
import { startTestStack, type TestStack } from "../testing/stack";

const releaseOf = (version: string): string => version.split(".").slice(0, 2).join(".");

interface Health {
  readonly status: string;
  readonly projection: { readonly height: number };
}
const health = async ({ context }: TestStack): Promise<Health> =>
  (await fetch(`http://127.0.0.1:${context.inner.web}/health`)).json() as Promise<Health>;

/** Readings of a sensor in the database, once there are as many as `count`. */
async function readingsOf({ context }: TestStack, sensor: string, count: number): Promise<number[]> {
  const pool = new pg.Pool({ connectionString: context.databaseUrl, max: 1 });
  try {
    for (let attempt = 0; ; attempt++) {
      const { rows } = await pool.query<{ temperature: number }>("SELECT temperature FROM reading WHERE sensor = $1 ORDER BY at", [sensor]);
      if (rows.length >= count || attempt > 200) return rows.map(({ temperature }) => temperature);
      await sleep(100);
    }
  } finally {
    await pool.end();
  }
}

describeFabric("the product on its own Fabric network", (binaries) => {
  let stack: TestStack;
  let sensor: TestSensor;
  beforeAll(async () => {
    stack = await startTestStack(undefined, false, { kind: "fabric", release: releaseOf(binaries.version) });
    sensor = await startSensor(stack, "fabric-a");
  });
  afterAll(async () => {
    await sensor?.close();
    await stack?.end();
  });

  it("runs no embedded ledger, and every process of the network under the supervisor", () => {
    const names = Object.keys(stack.pids());
    expect(names).not.toContain("ledger");
    expect(names).toEqual(expect.arrayContaining(["orderer.shipper", "peer0.authority", "contract-recipient", "proxy"]));
  });

  it("commits a sensor's reading, proves it to the sensor and projects it as it was signed", async () => {
    await sensor.measure(5_125);
    await sensor.settle(30_000);
    expect(sensor.events.map(({ type }) => type)).toEqual(["noticed", "proved"]);
    expect(await readingsOf(stack, "fabric-a", 1)).toEqual([5_125]);
    expect(await health(stack)).toMatchObject({ status: "ok" });
  });

  it("goes on with the same ledger after a stop", async () => {
    await stack.stop();
    stack = await startTestStack(undefined, false, { kind: "fabric" }, stack);
    await sensor.measure(5_250);
    await sensor.settle(60_000);
    expect(await readingsOf(stack, "fabric-a", 2)).toEqual([5_125, 5_250]);
  });

  it("refuses another ledger on the same folder, and says how to go on", async () => {
    await stack.stop();
    const failure = await startTestStack(undefined, false, { kind: "embedded" }, stack).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "NETWORK_DIFFERS", next: expect.stringContaining("--fabric") });
  });
});

describeNewestFabric("the product on a network that runs already", (binaries) => {
  let network: TestFabric;
  let stack: TestStack;
  beforeAll(async () => {
    network = await startTestFabric(binaries);
    stack = await startTestStack(undefined, false, { kind: "existing", network: network.networkFile });
  });
  afterAll(async () => {
    await stack?.end();
    await network?.end();
  });

  it("starts no ledger and no organisation of its own, and projects the channel", async () => {
    expect(Object.keys(stack.pids()).sort()).toEqual(["broker", "postgres", "proxy"]);
    expect(readdirSync(stack.data)).not.toContain("fabric");
    expect(existsSync(stack.context.layout.organisation("authority"))).toBe(false);
    // Genesis, the organisations' approvals (which may share a block), the commit.
    const blocks = 3;
    for (let attempt = 0; attempt < 300 && (await health(stack)).projection.height < blocks; attempt++) await sleep(100);
    const { status, projection } = await health(stack);
    expect(status).toBe("ok");
    expect(projection.height).toBeGreaterThanOrEqual(blocks);
  });
});
