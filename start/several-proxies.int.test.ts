/** Two proxies on one Mosquitto, sharing the load: one is killed in the middle, the other takes over, no device is told anything (reliability: I1 to I3). */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CertificateAuthority, issueIdentity } from "../organisation/ca";
import { type Running, startProxy } from "../proxy/start";
import { startMosquitto } from "./kill/mosquitto";
import { freePort } from "./ports";
import type { Supervisor } from "./supervisor";
import { startSensor, type TestSensor, underLoad } from "./testing/sensor";
import { startTestStack, type TestStack } from "./testing/stack";

const skip = !existsSync(process.env.MOSQUITTO ?? "/usr/sbin/mosquitto");
const IDS = ["several-a", "several-b", "several-c"];

describe.skipIf(skip)("two proxies on one broker", () => {
  let stack: TestStack;
  let broker: Supervisor;
  let second: Running;
  let pool: pg.Pool;
  const sensors: TestSensor[] = [];
  const before = { url: process.env.MQTT_URL, shared: process.env.MQTT_SHARED };

  beforeAll(async () => {
    const port = await freePort();
    process.env.MQTT_URL = `mqtts://127.0.0.1:${port}`;
    process.env.MQTT_SHARED = "1";
    stack = await startTestStack();
    const { layout, mqttUrl, databaseUrl } = stack.context;
    broker = await startMosquitto(stack.context.root, layout, port, () => undefined);
    const out = join(stack.data, "proxy-2");
    const authority = await CertificateAuthority.open(layout.organisation("operator"));
    await issueIdentity(authority, { commonName: "proxy-2@operator", type: "client", role: "operator", out });
    const read = (file: string) => readFile(file, "utf8");
    const [certificate, key, ca] = await Promise.all([
      read(join(out, "cert.pem")),
      read(join(out, "key.pem")),
      read(join(stack.data, "network/operator/root.pem")),
    ]);
    // No projection of its own: a ledger has one writer into the database.
    second = await startProxy(
      {
        networkFile: layout.network,
        databaseUrl,
        mqtt: { url: mqttUrl, ca, certificate, key, shared: true },
        relay: { host: "127.0.0.1", port: 0 },
        logLevel: "silent",
      },
      null,
    );
    pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
    for (const id of IDS) sensors.push(await startSensor(stack, id));
  });
  afterAll(async () => {
    await Promise.all(sensors.map((sensor) => sensor.close()));
    await pool?.end();
    await second?.stop();
    await broker?.stop();
    await stack?.end();
    for (const [name, value] of [
      ["MQTT_URL", before.url],
      ["MQTT_SHARED", before.shared],
    ] as const) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  const noticed = (sensor: TestSensor) => sensor.events.filter(({ type }) => type === "noticed").length;

  it("lose nothing and double nothing when one is killed under load, and the other goes on", async () => {
    await underLoad(sensors, async () => {
      await sleep(3_000);
      const killed = stack.pids().proxy;
      if (killed === undefined) throw new Error("no proxy");
      process.kill(killed, "SIGKILL");
      const counts = sensors.map(noticed);
      const begun = performance.now();
      const behind = () => sensors.filter((sensor, index) => noticed(sensor) <= (counts[index] ?? 0) + 1).map(({ id }) => id);
      await expect.poll(behind, { timeout: 45_000 }).toEqual([]);
      console.log(`all sensors confirmed again ${((performance.now() - begun) / 1000).toFixed(1)} s after a proxy was killed`);
      await sleep(1_000);
    });
    for (const sensor of sensors) await sensor.settle(30_000);
    for (const sensor of sensors) {
      const { sequence, hash } = sensor.journal.proved;
      await expect.poll(() => rowsOf(sensor.id), { timeout: 30_000 }).toHaveLength(sequence);
      const rows = await rowsOf(sensor.id);
      expect(rows.map((row) => row.sequence)).toEqual(Array.from({ length: sequence }, (_, index) => index + 1));
      expect(rows.at(-1)?.hash).toBe(Buffer.from(hash).toString("hex"));
      const valid = await pool.query(
        `SELECT COUNT(*)::int AS count FROM "transaction" WHERE creator_name = $1 AND function = 'batch:Record' AND validation_code = 0`,
        [sensor.id],
      );
      expect(valid.rows[0]?.count).toBe(sequence);
    }
  }, 120_000);

  async function rowsOf(sensor: string): Promise<{ sequence: number; hash: string }[]> {
    const { rows } = await pool.query<{ sequence: number; hash: string }>(
      "SELECT sequence::int, hash FROM batch WHERE sensor = $1 ORDER BY sequence",
      [sensor],
    );
    return rows;
  }
});
