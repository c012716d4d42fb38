/** The demo's sensors on the real path: broker, proxy, ledger, contract, projection. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readNetwork } from "../../lib/fabric/network";
import { openClient } from "../importer/client";
import { enrolSensor } from "../importer/sensors";
import { startTestStack, type TestStack } from "../testing/stack";
import type { LampShown, Shown } from "./page";

let stack: TestStack;
let database: pg.Client;
let fleet: { process: ChildProcess; display: string } | undefined;

beforeAll(async () => {
  stack = await startTestStack(undefined, true);
  database = new pg.Client({ connectionString: stack.context.databaseUrl });
  await database.connect();
}, 180_000);
afterAll(async () => {
  await end("SIGTERM");
  await database?.end();
  await stack?.end();
});

async function begin(): Promise<string> {
  const { layout, mqttUrl, root } = stack.context;
  const child = spawn(process.execPath, [path.join(root, "dist/fleet.mjs")], {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: "test",
      WINTERSEAL_NETWORK: layout.network,
      WINTERSEAL_DEVICES: layout.devices,
      WINTERSEAL_DISPLAY_PORT: "0",
      MQTT_URL: mqttUrl,
      MQTT_CA: path.join(layout.data, "network/operator/root.pem"),
      WINTERSEAL_BATCH_MS: "1000",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as { ready?: boolean; display?: string };
    if (said.ready !== true || said.display === undefined) continue;
    child.stdout.resume();
    fleet = { process: child, display: said.display };
    return said.display;
  }
  throw new Error("the fleet ended before it was ready");
}

async function end(signal: "SIGTERM" | "SIGKILL"): Promise<number | null> {
  const running = fleet?.process;
  fleet = undefined;
  if (running === undefined) return null;
  running.kill(signal);
  const [code] = await once(running, "exit");
  return code as number | null;
}

const shown = async (display: string): Promise<Shown[]> => {
  const response = await fetch(display, { headers: { accept: "application/json" } });
  return (await response.json()) as Shown[];
};

/** Every sensor has had all but its newest batch confirmed. */
const delivered = async (display: string, through: number) =>
  (await shown(display)).every(({ confirmedThrough, sequence }) => confirmedThrough >= through && sequence - confirmedThrough <= 1);

const rows = async (sql: string) => (await database.query(sql)).rows as Record<string, string>[];

/** No hole, no batch twice, no reading twice, nobody suspended. */
async function expectWholeChains(): Promise<void> {
  const chains = await rows(
    "select sensor, count(*) n, min(sequence) lo, max(sequence) hi, bool_or(kind = 'lost') lost from batch group by sensor",
  );
  expect(chains).toHaveLength(6);
  for (const { n, lo, hi, lost } of chains) expect([lo, hi, lost]).toEqual(["1", n, false]);
  expect(await rows("select sensor from sensor where status <> 'active'")).toEqual([]);
  const doubled = await rows("select sensor, at from reading group by sensor, at having count(*) > 1");
  expect(doubled).toEqual([]);
}

test("a day and a half of backlog and the present arrive, each reading once and anchored", async () => {
  const display = await begin();
  await expect.poll(() => delivered(display, 3), { timeout: 60_000, interval: 500 }).toBe(true);
  const count = () =>
    rows("select sensor, count(*) n, count(distinct at) d, min(standing) standing from reading group by sensor order by sensor");
  const all = ["ws-0291", "ws-0350", "ws-0388", "ws-0391", "ws-0412", "ws-0427"];
  await expect.poll(async () => (await count()).map(({ sensor }) => sensor), { timeout: 30_000 }).toEqual(all);
  const sensors = await count();
  for (const { n, d, standing } of sensors) {
    expect(Number(n)).toBeGreaterThan(200);
    expect([d, standing]).toEqual([n, "anchored"]);
  }
});

test("the story's warm shipment has its violation, the cold one none", async () => {
  const found = async () => (await rows("select distinct shipment from violation")).map(({ shipment }) => shipment);
  await expect.poll(found, { timeout: 30_000 }).toEqual(["basel-vienna"]);
});

test("the lamp of the warm shipment is lit by what was proved to it, and the cold one's is dark by proof", async () => {
  const lamps = async () => {
    const response = await fetch(`${fleet?.display}/lamps`, { headers: { accept: "application/json" } });
    return ((await response.json()) as LampShown[]).map(({ id, state }) => [id, state]);
  };
  await expect.poll(lamps, { timeout: 60_000 }).toEqual([
    ["lamp-vienna", "alarm"],
    ["lamp-lisbon", "calm"],
  ]);
});

test("killed in the middle and started again, the fleet goes on: nothing doubled, no hole, nobody suspended", async () => {
  for (let round = 0; round < 3; round++) {
    await end("SIGKILL");
    const display = await begin();
    const [first] = await shown(display);
    await expect.poll(() => delivered(display, (first?.confirmedThrough ?? 0) + 1), { timeout: 60_000, interval: 300 }).toBe(true);
  }
  await expectWholeChains();
});

test.each([
  "broker",
  "proxy",
  "ledger",
  "contract-shipper",
])("the %s is killed: every sensor delivers again by itself, and no reading was missed", async (part) => {
  const display = fleet?.display ?? "";
  const before = await shown(display);
  const pid = stack.pids()[part];
  if (pid === undefined) throw new Error(`there is no ${part}`);
  process.kill(pid, "SIGKILL");
  // two more: the first may have been on its way when the part was killed
  const again = async () => (await shown(display)).every((one, index) => one.confirmedThrough > (before[index]?.confirmedThrough ?? 0) + 1);
  await expect.poll(again, { timeout: 80_000, interval: 300 }).toBe(true);
  await expectWholeChains();
  expect((await shown(display)).map(({ missed, sampling }) => [missed, sampling])).toEqual(before.map(() => [0, null]));
}, 120_000);

test("a sensor of one's own delivers what another program measures, and ends when that has ended", async () => {
  const { layout, origins, root } = stack.context;
  const network = await readNetwork(layout.network);
  const identity = { mspId: "AuthorityMSP", folder: path.join(layout.people, "importer-authority") };
  const authority = await openClient(identity, network, { relay: origins.inner.relay });
  const now = Date.now();
  const calibration = {
    number: "c-1",
    hash: "00".repeat(32),
    laboratory: "Test",
    from: now - 1e8,
    to: now + 1e9,
    min: -40_000,
    max: 60_000,
    uncertainty: 100,
  };
  await enrolSensor(
    { folder: path.join(layout.devices, "ws-own"), ca: origins.inner.ca("authority"), authority },
    { sensor: "ws-own", model: "own", owner: "ShipperMSP", calibration },
  );
  const args = [path.join(root, "dist/sensor.mjs"), "run", "ws-own", "--data", stack.data, "--every", "0.5", "--send", "0.5"];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "ignore", "inherit"] });
  child.stdin.write("4.87 55.3\n");
  const recorded = () => rows("select temperature, humidity from reading where sensor = 'ws-own'");
  await expect.poll(recorded, { timeout: 30_000 }).toEqual([{ temperature: 4870, humidity: 553 }]);
  child.stdin.end();
  expect((await once(child, "exit"))[0]).toBe(0);
});

test("ends in order when it is asked to", async () => {
  expect(await end("SIGTERM")).toBe(0);
});
