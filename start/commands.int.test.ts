/** An owner's command on the whole path with real processes: ledger → projection → proxy → broker → device, and the device's word back. */
import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import pg from "pg";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { LightClient } from "../device/ts/client";
import { readNetwork } from "../lib/fabric/network";
import type { Command } from "../lib/messages/commands";
import { deviceContext } from "./device/context";
import { type Device, openDevice } from "./device/device";
import { openClient } from "./importer/client";
import { record } from "./importer/importer";
import { enrolSensor } from "./importer/sensors";
import { startTestStack, type TestStack } from "./testing/stack";

const DAY = 86_400_000;
const ID = "cmd-1";
let stack: TestStack;
let pool: pg.Pool;
let shipper: LightClient;
let device: Device | undefined;

async function switchOn(): Promise<Device> {
  const { layout, mqttUrl } = stack.context;
  const files = { network: layout.network, mqttUrl, mqttCa: join(layout.data, "network/operator/root.pem") };
  const context = await deviceContext(files, { batchAgeMs: 500 }, pino({ level: "silent" }));
  device = await openDevice(
    {
      id: ID,
      folder: join(layout.devices, ID),
      intervalMs: 60_000,
      askEveryMs: 3_600_000,
      measure: async () => ({ temperature: 5_000, humidity: null }),
      async boot(journal) {
        const boot = new Uint8Array(randomBytes(8));
        await journal.beginBoot(boot, { tick: 0, at: Date.now() });
        return { boot, age: 0 };
      },
    },
    context,
  );
  return device;
}

beforeAll(async () => {
  stack = await startTestStack();
  pool = new pg.Pool({ connectionString: stack.context.databaseUrl, max: 2 });
  pool.on("error", () => undefined);
  const { layout, origins } = stack.context;
  const network = await readNetwork(layout.network);
  const client = (mspId: string, name: string) =>
    openClient({ mspId, folder: join(layout.people, name) }, network, { relay: origins.inner.relay });
  shipper = await client("ShipperMSP", "importer-shipper");
  const calibration = {
    number: "cal-1",
    hash: createHash("sha256").update(ID).digest("hex"),
    laboratory: "Test",
    from: Date.now() - DAY,
    to: Date.now() + 30 * DAY,
    min: -40_000,
    max: 60_000,
    uncertainty: 200,
  };
  await enrolSensor(
    { folder: join(layout.devices, ID), ca: origins.inner.ca("authority"), authority: await client("AuthorityMSP", "importer-authority") },
    { sensor: ID, model: "test", owner: "ShipperMSP", calibration },
  );
  await switchOn();
});
afterAll(async () => {
  await device?.stop();
  await pool?.end();
  await stack?.end();
});

const tell = (counter: number, command: Command, lifeMs = 600_000) =>
  record(shipper, "sensor:Command", { sensor: ID, counter, expires: Date.now() + lifeMs, command });
const reports = async () =>
  (
    await pool.query<{ counter: number; outcome: string }>(
      "SELECT counter::int, outcome FROM command_report WHERE sensor = $1 ORDER BY counter",
      [ID],
    )
  ).rows.map(({ counter, outcome }) => [counter, outcome]);

it("reaches the device within seconds though it would ask by itself in an hour only, and its word stands on the ledger", async () => {
  await expect.poll(() => device?.status().sequence, { timeout: 30_000 }).toBeGreaterThan(0);
  const before = performance.now();
  await tell(1, { kind: "interval", ms: 1_000 });
  await expect.poll(() => device?.status().interval, { timeout: 20_000, interval: 100 }).toBe(1_000);
  expect(performance.now() - before).toBeLessThan(20_000);
  await expect.poll(reports, { timeout: 20_000 }).toEqual([[1, "done"]]);
  const count = async () =>
    (await pool.query<{ n: number }>("SELECT count(*)::int n FROM reading WHERE sensor = $1", [ID])).rows[0]?.n ?? 0;
  const had = await count();
  await expect.poll(count, { timeout: 20_000 }).toBeGreaterThan(had + 5);
}, 120_000);

it("makes it seen", async () => {
  await tell(2, { kind: "identify", ms: 60_000 });
  await expect.poll(() => device?.identifying(), { timeout: 20_000 }).toBe(true);
});

it("stands after a start of the device, which stays stopped until it is told to start", async () => {
  await tell(3, { kind: "stop" });
  await expect.poll(() => device?.status().measuring, { timeout: 20_000 }).toBe(false);
  await expect.poll(reports, { timeout: 20_000 }).toContainEqual([3, "done"]);
  await device?.stop();
  const again = await switchOn();
  expect(again.status()).toMatchObject({ measuring: false, interval: 1_000, command: { counter: 3, outcome: "done" } });
  await tell(4, { kind: "start" });
  await expect.poll(() => again.status().measuring, { timeout: 30_000 }).toBe(true);
  await expect.poll(() => again.status().last, { timeout: 20_000 }).not.toBeNull();
}, 120_000);

it("given while nobody carried it, and ended since, is refused by the device and said to be", async () => {
  await device?.stop();
  await tell(5, { kind: "interval", ms: 9_000 }, 61_000);
  await new Promise((resolve) => setTimeout(resolve, 62_000));
  const again = await switchOn();
  await expect.poll(reports, { timeout: 30_000 }).toContainEqual([5, "COMMAND_EXPIRED"]);
  expect(again.status().interval).toBe(1_000);
}, 180_000);
