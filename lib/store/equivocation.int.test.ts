/** What a sensor that signed two contents under one number leaves on the shipment that it rode with. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseIdentity } from "../contract/identity";
import { judge } from "../domain/verdict";
import { project } from "../projection/testing/fixture";
import { TestLedger } from "../projection/testing/ledger";
import { TestSensor } from "../projection/testing/trip";
import { shipmentFacts } from "./shipment-facts";
import { createTestDatabase, type TestDatabase } from "./testing";

let database: TestDatabase;
let ledger: TestLedger;
beforeEach(async () => {
  database = await createTestDatabase();
  ledger = await TestLedger.create();
});
afterEach(() => database.drop());

test("a suspension stays in the verdict after a new key, for what the old key signed, and not for what the new one does", async () => {
  const { shipper, authority, recipient } = ledger.people;
  const probe = await TestSensor.register(ledger, "probe-1");
  const create = { title: "Vaccine", origin: "Basel", destination: "Chur", recipient: "RecipientMSP", profile: "fridge-2-8/1" };
  const trip = async (shipment: string, sscc: string) => {
    await ledger.say(shipper, "shipment:Create", { shipment, sscc, ...create });
    ledger.cut();
    await ledger.say(shipper, "shipment:Assign", { shipment, sensor: probe.id, place: "top", start: ledger.now });
    ledger.cut();
  };
  await trip("trip-1", "006141411234567890");
  ledger.now += 5 * 60_000;
  await probe.send([5_000, 5_100]);
  ledger.cut();
  // a copy of its key and journal sends another content under the same number
  const [sequence, previous] = [probe.sequence, probe.previous];
  probe.sequence = 0;
  probe.previous = new Uint8Array(32);
  await probe.send([4_000]);
  ledger.cut();
  expect((await facts("trip-1")).answer).toBe("no");
  const { pem, mspId } = await ledger.sensor(probe.id, probe.calibration);
  const renewed = await ledger.sensor(probe.id, probe.calibration);
  expect(pem).not.toBe(renewed.pem);
  const { thumbprint } = parseIdentity(mspId, renewed.pem);
  await ledger.say(authority, "sensor:Renew", { sensor: probe.id, thumbprint, calibration: probe.calibration });
  ledger.cut();
  const first = await facts("trip-1");
  expect([first.answer, first.reasons.map(({ code }) => code)]).toEqual(["no", ["sensor-suspended"]]);
  await ledger.say(recipient, "shipment:Decide", {
    shipment: "trip-1",
    decision: "rejected",
    reason: "one number signed twice",
    through: [{ sensor: probe.id, sequence, hash: Buffer.from(previous).toString("hex") }],
  });
  ledger.cut();
  ledger.now += 60_000;
  await trip("trip-2", "106141411234567897");
  Object.assign(probe, { party: renewed, sequence, previous });
  ledger.now += 5 * 60_000;
  await probe.send([5_000]);
  ledger.cut();
  const second = await facts("trip-2");
  expect(second.reasons).toEqual([]);
});

async function facts(shipment: string) {
  await project(ledger, database.url);
  const found = (await shipmentFacts(database.pool, [shipment])).get(shipment);
  if (found === undefined) throw new Error(`no ${shipment}`);
  return judge(found, ledger.now).trust;
}
