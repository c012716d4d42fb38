/** Who may not, though the message is well formed and signed. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { expectBatch } from "../../device/ts/batch-result";
import { type LightClient, parseResult } from "../../device/ts/client";
import { batchHash, encodeBatch } from "../../lib/domain/batch";
import { testRoot } from "../../lib/fabric/testing/pki";
import { ATTRIBUTES, IMPORT_MODEL } from "../../lib/messages/names";
import { startSensor, type TestSensor } from "../testing/sensor";
import { argumentsOf, nextOf, READING } from "./batches";
import { clientOf, clientWith, personOf, reissue } from "./parties";
import type { Walk } from "./walk";

const HOUR = 3_600_000;

export function identityRefusals(the: () => Walk, good: () => TestSensor): void {
  describe("a batch", () => {
    const record = (client: LightClient, sensor: TestSensor = good()) =>
      client.endorse("batch:Record", argumentsOf(nextOf(sensor)), parseResult);
    const folderOf = (id: string) => join(the().stack.context.layout.devices, id);
    const sensorClient = (folder: string, now = Date.now) => clientOf(the().stack, { mspId: "AuthorityMSP", folder }, { now });
    let other: TestSensor;

    beforeAll(async () => {
      other = await startSensor(the().stack, "other");
      return () => other.close();
    });

    it("of a person of the shipper is ACCESS_DENIED", async () => {
      const { folder } = await personOf(the().stack, "shipper", "shipper");
      const client = await clientOf(the().stack, { mspId: "ShipperMSP", folder });
      await the().refused("ACCESS_DENIED", () => record(client), { sensor: good() });
    });

    it("of the operator, who carries everything, is ACCESS_DENIED", async () => {
      const client = await clientOf(the().stack, { mspId: "OperatorMSP", folder: the().stack.context.layout.operator });
      await the().refused("ACCESS_DENIED", () => record(client), { sensor: good() });
    });

    it("of the sensor itself in another organisation's name is ACCESS_DENIED", async () => {
      const client = await clientOf(the().stack, { mspId: "ShipperMSP", folder: folderOf("good") });
      await the().refused("ACCESS_DENIED", () => record(client), { sensor: good() });
    });

    it("of a sensor's certificate by another root is ACCESS_DENIED, whatever it says of itself", async () => {
      const root = await testRoot("authority");
      const identity = await root.issue("good", { attributes: { [ATTRIBUTES.role]: "sensor", [ATTRIBUTES.sensor]: "good" } });
      const client = await clientWith(the().stack, "AuthorityMSP", identity);
      await the().refused("ACCESS_DENIED", () => record(client), { sensor: good() });
    });

    it("of a certified sensor that nobody registered is SENSOR_UNKNOWN", async () => {
      const now = Date.now();
      const client = await sensorClient(await reissue(the().stack, "other", { issued: now, ends: now + HOUR, as: "ghost" }));
      await the().refused("SENSOR_UNKNOWN", () => record(client), { sensor: good() });
    });

    it("of a key that is not the sensor's own is IDENTITY_NOT_ACTIVE", async () => {
      const now = Date.now();
      const client = await sensorClient(await reissue(the().stack, "other", { issued: now, ends: now + HOUR, as: "good" }));
      await the().refused("IDENTITY_NOT_ACTIVE", () => record(client), { sensor: good() });
    });

    it("of an identity that has ended is IDENTITY_EXPIRED, though it was good a moment ago", async () => {
      const now = Date.now();
      const ends = Math.ceil(now / 1_000) * 1_000 + 4_000;
      const client = await sensorClient(await reissue(the().stack, "other", { issued: now, ends }));
      expect((await record(client, other)).value).toMatchObject({ result: "recorded" });
      await sleep(Math.max(0, ends + 1_100 - Date.now()));
      await the().refused("IDENTITY_EXPIRED", () => record(client, other), { sensor: other });
    });

    it("of an identity that has not begun is IDENTITY_NOT_YET_VALID", async () => {
      const issued = Date.now() + HOUR;
      const client = await sensorClient(await reissue(the().stack, "other", { issued, ends: issued + HOUR }));
      await the().refused("IDENTITY_NOT_YET_VALID", () => record(client, other), { sensor: other });
    });

    it.each([
      ["an hour behind", -HOUR],
      ["an hour ahead", HOUR],
    ])("with a timestamp %s is TIMESTAMP_OFF", async (_, off) => {
      const client = await sensorClient(folderOf("good"), () => Date.now() + off);
      await the().refused("TIMESTAMP_OFF", () => record(client), { sensor: good() });
    });

    it("of live readings from an importer's sensor is IMPORT_ONLY", async () => {
      const sensor = await startSensor(the().stack, "imported", { model: IMPORT_MODEL });
      await sensor.step(); // learns the time
      await the().refused("IMPORT_ONLY", () => record(sensor.client, sensor), { sensor });
      await sensor.close();
    });

    it("of a revoked sensor is SENSOR_REVOKED, and what it has measured stays in its journal", async () => {
      const { person } = await personOf(the().stack, "authority", "authority");
      const sensor = await startSensor(the().stack, "revoked");
      await sensor.measure(5_000);
      await sensor.settle(20_000);
      await person.transact("sensor:Revoke", { sensor: "revoked", reason: "stolen in the test", doubtfulSince: Date.now() });
      await the().refused("SENSOR_REVOKED", () => record(sensor.client, sensor), { sensor });
      await sensor.measure(5_100);
      await sensor.step();
      expect(sensor.events.at(-1)).toMatchObject({ type: "failed", code: "SENSOR_REVOKED" });
      expect(sensor.journal.frozen.map(({ sequence }) => sequence)).toEqual([2]);
      await sensor.close();
    });

    it("with other content under a used number suspends its sensor; an honest device does not sign it, and nothing follows it", async () => {
      const sensor = await startSensor(the().stack, "double");
      await sensor.measure(5_000);
      await sensor.settle(20_000);
      const second = nextOf(sensor, { sequence: 1, previous: new Uint8Array(32), readings: [{ ...READING, temperature: 4_000 }] });
      const head = { sequence: 1, hash: batchHash("double", encodeBatch(second)) };
      const honest = () => sensor.client.endorse("batch:Record", argumentsOf(second), expectBatch("double", head));
      await the().refused("ENDORSED_RESULT", honest, { sensor, counted: false });

      const { value, submit } = await sensor.client.endorse("batch:Record", argumentsOf(second), parseResult);
      expect(value).toMatchObject({ result: "equivocation", sequence: 1 });
      await submit();
      await the().caughtUp();
      expect(await the().rows("SELECT status FROM sensor WHERE id = 'double'")).toEqual([{ status: "suspended" }]);
      expect(await the().rows("SELECT temperature FROM reading WHERE sensor = 'double'")).toEqual([{ temperature: 5_000 }]);
      await the().refused("SENSOR_SUSPENDED", () => record(sensor.client, sensor), { sensor });
      await the().refused("SENSOR_SUSPENDED", honest, { sensor });
      await sensor.close();
    });
  });
}
