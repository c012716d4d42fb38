/**
 * The whole path with real processes: device → broker → proxy → ledger → commit notice → database, and what is left of it when one of them
 * is killed in the middle (reliability: I1 to I3, I5).
 */
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Link } from "../device/ts/link";
import { FIRST_PREVIOUS } from "../lib/domain/batch";
import { startSensor, type TestSensor, underLoad } from "./testing/sensor";
import { startTestStack, type TestStack } from "./testing/stack";

let stack: TestStack;
let pool: pg.Pool;
const sensors: TestSensor[] = [];

beforeAll(async () => {
  stack = await startTestStack();
  pool = new pg.Pool({ connectionString: stack.context.databaseUrl, max: 2 });
  pool.on("error", () => undefined);
  for (const id of ["path-a", "path-b", "path-c"]) sensors.push(await startSensor(stack, id));
});
afterAll(async () => {
  await Promise.all(sensors.map((sensor) => sensor.close()));
  await pool?.end();
  await stack?.end();
});

interface Recorded {
  readonly sequence: number;
  readonly hash: string;
  readonly previous: string;
}

/** What the database has of a sensor, once it has as much as the sensor's own journal says is proved. */
async function recorded(sensor: TestSensor): Promise<Recorded[]> {
  for (let attempt = 0; ; attempt++) {
    const { rows } = await pool.query<Recorded>("SELECT sequence::int, hash, previous FROM batch WHERE sensor = $1 ORDER BY sequence", [
      sensor.id,
    ]);
    if (rows.length >= sensor.journal.proved.sequence || attempt > 300) return rows;
    await sleep(100);
  }
}

/** I1, I2, I3 of one sensor: contiguous, linked, each confirmed batch once, as the device froze it. */
async function expectWhole(sensor: TestSensor): Promise<void> {
  const rows = await recorded(sensor);
  const proved = sensor.journal.proved;
  expect(rows.map(({ sequence }) => sequence)).toEqual(Array.from({ length: proved.sequence }, (_, index) => index + 1));
  expect(rows.at(-1)?.hash).toBe(Buffer.from(proved.hash).toString("hex"));
  for (const [index, row] of rows.entries())
    expect(row.previous).toBe(rows[index - 1]?.hash ?? Buffer.from(FIRST_PREVIOUS).toString("hex"));
  const { rows: committed } = await pool.query(
    `SELECT COUNT(*)::int AS valid FROM "transaction" WHERE creator_name = $1 AND function = 'batch:Record' AND validation_code = 0`,
    [sensor.id],
  );
  expect(committed[0]?.valid).toBe(rows.length);
}

async function health(): Promise<{ status: string; proxy: { inFlight: number } }> {
  return (await fetch(`http://127.0.0.1:${stack.context.inner.web}/health`)).json() as never;
}

async function untilBack(part: string, killed: number): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const pid = stack.pids()[part];
    const healthy = pid !== undefined && pid !== killed && (await health().catch(() => undefined))?.status === "ok";
    if (healthy) return;
    await sleep(100);
  }
  throw new Error(`${part} did not come back within 30 s`);
}

describe("the path from a sensor's key to the database", () => {
  it("commits a reading and tells its sensor, and the database has it as it was signed", async () => {
    const [sensor] = sensors;
    if (sensor === undefined) return;
    await sensor.measure(5_125);
    await sensor.settle(15_000);
    expect(sensor.events.map(({ type }) => type)).toEqual(["noticed", "proved"]);
    await expectWhole(sensor);
    const { rows } = await pool.query("SELECT temperature FROM reading WHERE sensor = $1", [sensor.id]);
    expect(rows).toEqual([{ temperature: 5_125 }]);
  });

  it.each([
    "proxy",
    "broker",
    "ledger",
    "contract-shipper",
  ])("loses nothing and doubles nothing when the %s is killed in the middle, and goes on by itself", async (part) => {
    const before = sensors.map((sensor) => sensor.journal.proved.sequence);
    await underLoad(sensors, async () => {
      await sleep(1_500);
      const pid = stack.pids()[part];
      if (pid === undefined) throw new Error(`no process ${part}`);
      process.kill(pid, "SIGKILL");
      await untilBack(part, pid);
      await sleep(1_000);
    });
    await Promise.all(sensors.map((sensor) => sensor.settle(30_000)));
    for (const [index, sensor] of sensors.entries()) {
      expect(sensor.journal.proved.sequence).toBeGreaterThan((before[index] ?? 0) + 1);
      await expectWhole(sensor);
    }
    expect((await health()).status).toBe("ok");
  });

  it("a reading whose transaction dies with the proxy is there again within 30 s, with a sensor's own deadlines", async () => {
    let killed = false;
    /** Kills the proxy with the transaction on its way: endorsed, never ordered. */
    const deadly = (link: Link): Link => ({
      request(body, deadlineMs) {
        const pid = stack.pids().proxy;
        if (body.type === "sendTX" && !killed && pid !== undefined) {
          killed = true;
          process.kill(pid, "SIGKILL");
        }
        return link.request(body, deadlineMs);
      },
    });
    const sensor = await startSensor(stack, "path-lone", { patient: true, between: deadly });
    sensors.push(sensor);
    await sensor.measure(4_444);
    await sensor.settle(30_000);
    expect(killed).toBe(true);
    expect(sensor.journal.proved.sequence).toBe(1);
    await expectWhole(sensor);
  });
});
