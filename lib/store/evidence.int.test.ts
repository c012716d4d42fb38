import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Viewer } from "../access/viewer";
import { ssccCheckDigit } from "../domain/sscc";
import { decodeEnvelope } from "../evidence/decode";
import { type EvidenceParts, type Subject, writeEvidence } from "../evidence/file";
import type { Report } from "../evidence/report";
import { configurationOf, headOf, pinsOf, rootsOf } from "../evidence/testing/case";
import { verifyEvidence } from "../evidence/verify";
import { webVerify } from "../evidence/verify-web";
import { project, tellFixture } from "../projection/testing/fixture";
import { CHAINCODE, CHANNEL, TestLedger } from "../projection/testing/ledger";
import { TestSensor, tellTrip } from "../projection/testing/trip";
import { evidenceInputs } from "./evidence";
import { shipmentFacts } from "./shipment-facts";
import { createTestDatabase, type TestDatabase } from "./testing";

const MINUTE = 60_000;
const viewer: Viewer = { userId: "u", mspId: "RecipientMSP", kind: "recipient", role: "recipient", name: "Ines" };
const verify = webVerify();

async function exported(ledger: TestLedger, database: TestDatabase, subject: Subject): Promise<EvidenceParts> {
  const inputs = await evidenceInputs(database.pool, viewer, subject.shipment);
  if (inputs === null) throw new TypeError(`no shipment ${subject.shipment}`);
  const reads = inputs.ends.map(({ sensor, sequence }) => ledger.read(ledger.people.recipient, { kind: "batch", sensor, sequence }));
  const batches = (await Promise.all(reads)).map((each) => ({ ...each, endorsements: [...each.endorsements] }));
  return {
    network: { channel: CHANNEL, chaincode: CHAINCODE },
    subject,
    roots: rootsOf(ledger),
    configuration: await configurationOf(ledger),
    transactions: [...inputs.transactions],
    heads: [await headOf(ledger, subject.shipment), ...batches],
  };
}

const check = (ledger: TestLedger, parts: EvidenceParts): Promise<Report> =>
  verifyEvidence(writeEvidence(parts), { pins: pinsOf(ledger), verify });
const problems = (report: Report) => report.checks.filter(({ state }) => state !== "holds");

describe("the evidence of shipments that the projection holds", () => {
  let database: TestDatabase;
  let ledger: TestLedger;

  beforeAll(async () => {
    database = await createTestDatabase();
    ledger = await tellFixture(Date.UTC(2026, 10, 22, 12));
    await project(ledger, database.url);
  });
  afterAll(() => database.drop());

  test.each([
    "basel-lisbon",
    "basel-vienna",
    "basel-porto",
    "basel-zurich",
  ])("of %s is verified, holds nothing of others, and gives the facts that its page shows", async (shipment) => {
    const parts = await exported(ledger, database, { kind: "shipment", shipment });
    const report = await check(ledger, parts);
    expect(problems(report)).toEqual([]);
    const facts = (await shipmentFacts(database.pool, [shipment])).get(shipment);
    const bySensor = <T extends { sensor: string }>(list: readonly T[] = []) => [...list].sort((a, b) => a.sensor.localeCompare(b.sensor));
    expect(report.record?.facts.violations).toHaveLength(facts?.violations.length ?? -1);
    expect({ ...report.record?.facts, violations: [], sensors: bySensor(report.record?.facts.sensors) }).toEqual({
      ...facts,
      violations: [],
      sensors: bySensor(facts?.sensors),
    });
  });

  test("does not exist for a stranger", async () => {
    const stranger: Viewer = { ...viewer, mspId: "StrangerMSP" };
    expect(await evidenceInputs(database.pool, stranger, "basel-lisbon")).toBeNull();
    expect(await evidenceInputs(database.pool, viewer, "no-such-shipment")).toBeNull();
  });
});

describe("a sensor that rode with other shipments before and after", () => {
  let database: TestDatabase;
  let ledger: TestLedger;
  let probe: TestSensor;

  const ride = async (shipment: string, serial: string, temperatures: readonly number[][]) => {
    const { shipper, recipient } = ledger.people;
    const digits = `37612345${serial}`;
    const plan = {
      shipment,
      sscc: `${digits}${ssccCheckDigit(digits)}`,
      title: `Secret of ${shipment}`,
      origin: "Basel",
      destination: "Chur",
    };
    await ledger.say(shipper, "shipment:Create", { ...plan, recipient: "RecipientMSP", profile: "fridge-2-8/1" });
    ledger.cut();
    await ledger.say(shipper, "shipment:Assign", { shipment, sensor: "probe-1", place: "top", start: ledger.now });
    ledger.cut();
    for (const batch of temperatures) {
      ledger.now += batch.length * MINUTE;
      await probe.send(batch);
      ledger.cut();
    }
    const { id: sensor, sequence, hash } = probe;
    await ledger.say(recipient, "shipment:Decide", {
      shipment,
      decision: "rejected",
      reason: "end",
      through: [{ sensor, sequence, hash }],
    });
    ledger.cut();
    ledger.now += MINUTE;
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    ledger = await TestLedger.create();
    probe = await TestSensor.register(ledger, "probe-1");
    await ride("ride-a", "000000001", [
      [5000, 5100],
      [5200, 5300],
    ]);
    // The batch before a ride and the one after it are in the file too: heat there would bring this shipment's record along.
    await ride("ride-b", "000000002", [[5000, 5100], Array.from({ length: 40 }, () => 14_000), [5000, 5100]]);
    await ride("ride-c", "000000003", [
      [5000, 5100],
      [5200, 5300],
    ]);
    await project(ledger, database.url);
  });
  afterAll(() => database.drop());

  test.each([
    "ride-a",
    "ride-b",
    "ride-c",
  ])("%s is verified by its own transactions and the sensor's, and none of the other shipments' are in the file", async (shipment) => {
    const parts = await exported(ledger, database, { kind: "shipment", shipment });
    const report = await check(ledger, parts);
    expect(problems(report)).toEqual([]);
    const text = Buffer.concat(parts.transactions.map(({ envelope }) => envelope)).toString("latin1");
    expect(["ride-a", "ride-b", "ride-c"].filter((other) => text.includes(`Secret of ${other}`))).toEqual([shipment]);
    const facts = (await shipmentFacts(database.pool, [shipment])).get(shipment);
    expect(report.record?.facts).toEqual({ ...facts, violations: report.record?.facts.violations });
    expect(report.record?.violations).toHaveLength(shipment === "ride-b" ? (facts?.violations.length ?? 0) : 0);
  });

  test("cannot have its trip cut short at either end: the missing batch is named", async () => {
    const parts = await exported(ledger, database, { kind: "shipment", shipment: "ride-b" });
    const batches = parts.transactions.filter(({ envelope }) => decodeEnvelope(envelope).function === "batch:Record");
    for (const left of batches) {
      const report = await check(ledger, { ...parts, transactions: parts.transactions.filter((each) => each !== left) });
      expect(problems(report).map(({ name }) => name)).toEqual(expect.arrayContaining([expect.stringMatching(/sequence|start|heads/)]));
    }
  });
});

test("a trip with a loss, a gap, heat and a reopened decision gives the same facts by file and by database", async () => {
  const database = await createTestDatabase();
  try {
    const ledger = await TestLedger.create();
    await tellTrip(ledger);
    await project(ledger, database.url);
    const parts = await exported(ledger, database, { kind: "shipment", shipment: "trip-1" });
    const report = await check(ledger, parts);
    expect(problems(report)).toEqual([]);
    const facts = (await shipmentFacts(database.pool, ["trip-1"])).get("trip-1");
    expect(report.record?.facts.sensors).toEqual(facts?.sensors);
  } finally {
    await database.drop();
  }
});
