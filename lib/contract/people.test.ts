import { describe, expect, it } from "vitest";
import { canonicalBytes } from "../domain/canonical-json";
import type { AttestedAnswer } from "../messages/functions";
import type { BatchFacts } from "./facts";
import { type HeadRecord, keys, type SealRecord, type SensorRecord, type ShipmentRecord } from "./state";
import { authority, Book, DAY, HOUR, MINUTE, recipient, SSCC, shipper, T0 } from "./testing/book";
import { inspection, NO_HASH, named, probe, sealing, underWay } from "./testing/scenes";

const factsOf = (outcome: { facts?: unknown }) => outcome.facts as BatchFacts;

describe("an assignment", () => {
  it("starts with its first moment and ends before its last, and leaves no accumulators behind", async () => {
    const book = await underWay();
    await book.say("shipment:EndAssignment", { shipment: "trip-1", sensor: "probe-1", end: T0 + HOUR }, shipper);
    book.now = T0 + HOUR;
    const outcome = await book.readings("probe-1", [
      [HOUR, 5000],
      [1000 + HOUR, 5000],
    ]);
    expect(factsOf(outcome).readings.map(({ shipment }) => shipment)).toEqual(["trip-1", null]);
    expect(book.record<HeadRecord>(keys.head("probe-1"))?.assignments).toEqual({});
    const { facts } = await book.decide("trip-1", "rejected", [named(book)]);
    expect(facts).toMatchObject({ gaps: [] });
  });

  it("that ended has its open gap until its end, not until the decision", async () => {
    const book = await underWay();
    await book.say("shipment:EndAssignment", { shipment: "trip-1", sensor: "probe-1", end: T0 + HOUR }, shipper);
    book.now = T0 + DAY;
    const { facts } = await book.decide("trip-1", "rejected", [named(book)]);
    expect(facts).toMatchObject({ gaps: [{ from: T0, to: T0 + HOUR }] });
  });

  it("made after the fact shows what was recorded before it as a gap, never as good", async () => {
    const book = new Book();
    await book.register("probe-1");
    await book.create("trip-1");
    await book.readings("probe-1", [[1000, 9000]]);
    book.now = T0 + 2 * HOUR;
    await book.assign("trip-1", "probe-1", T0 + HOUR);
    const { facts } = await book.decide("trip-1", "rejected", [named(book)]);
    expect(facts).toMatchObject({ gaps: [{ from: T0 + HOUR, to: T0 + 2 * HOUR }] });
  });
});

describe("a sensor's record", () => {
  it("forgets rides that can receive no reading any more, and no other", async () => {
    const book = new Book();
    await book.register("probe-1");
    const ride = async (number: number) => {
      book.now = T0 + number * HOUR;
      await book.create(`trip-${number}`, { sscc: SSCC });
      await book.assign(`trip-${number}`, "probe-1");
      book.now += HOUR / 2;
      await book.decide(`trip-${number}`, "rejected", [named(book)]);
    };
    const rides = () => book.record<SensorRecord>(keys.sensor("probe-1"))?.assignments.map(({ shipment }) => shipment);
    for (let number = 1; number <= 40; number += 1) await ride(number);
    expect(rides()).toHaveLength(40);
    book.now += HOUR;
    await book.readings("probe-1", [[0, 5000]], { tick: 4 * HOUR - MINUTE });
    await ride(43);
    expect(rides()).toEqual(["trip-38", "trip-39", "trip-40", "trip-43"]);
  });
});

describe("a shipment", () => {
  it("takes no more sensors than a decision can name", async () => {
    const book = new Book();
    await book.create("trip-1");
    for (let number = 1; number <= 64; number += 1) {
      await book.register(`probe-${number}`);
      await book.assign("trip-1", `probe-${number}`);
    }
    await book.register("probe-65");
    await expect(book.assign("trip-1", "probe-65")).rejects.toMatchObject({ code: "ARGUMENT_INVALID" });
  });
});

describe("an end in the past", () => {
  const end = (book: Book, at: number) => book.say("shipment:EndAssignment", { shipment: "trip-1", sensor: "probe-1", end: at }, shipper);

  it("takes no more out of a trip than a gap may last, so that heat on its way to the ledger stays", async () => {
    const book = await underWay();
    book.now = T0 + DAY;
    await expect(end(book, T0 + DAY - 36 * MINUTE)).rejects.toMatchObject({ code: "ARGUMENT_INVALID" });
    await end(book, T0 + DAY - 35 * MINUTE);
    expect(book.record<ShipmentRecord>(keys.shipment("trip-1"))?.assignments[0]).toMatchObject({
      end: T0 + DAY - 35 * MINUTE,
      ended: T0 + DAY,
    });
  });
});

describe("an arrival", () => {
  it("is too late for a seal, which would vouch for a trip that it was not on", async () => {
    const book = await underWay();
    await book.handover("trip-1", true, recipient);
    const late = { shipment: "trip-1", seal: "S-9", class: "H" as const, on: { container: "BOX-1" } };
    await expect(book.say("seal:Apply", late, shipper)).rejects.toMatchObject({ code: "SHIPMENT_CLOSED" });
    await expect(sealing(book)).rejects.toMatchObject({ code: "EXISTS" });
  });

  it("is not undone by a later handover", async () => {
    const book = await underWay();
    await book.handover("trip-1", false);
    expect(book.record<ShipmentRecord>(keys.shipment("trip-1"))?.status).toBe("under-way");
    await book.handover("trip-1", true, recipient);
    await book.handover("trip-1", false);
    expect(book.record<ShipmentRecord>(keys.shipment("trip-1"))?.status).toBe("arrived");
  });
});

describe("an inspection", () => {
  it("vouches for a prefix that is not recorded yet, and says which were", async () => {
    const book = await underWay();
    const early = { sensor: "probe-1", thumbprint: probe.thumbprint, sequence: 2, hash: NO_HASH };
    const outcome = await book.say("seal:Inspect", inspection({ sensors: [early] }), recipient);
    expect(outcome.facts).toMatchObject({ seal: { standing: "intact" }, inspection: { recorded: [], number: 1 }, gaps: [] });
    const seen = { ...early, ...named(book) };
    const again = await book.say("seal:Inspect", inspection({ sensors: [seen] }), recipient);
    expect(again.facts).toMatchObject({ inspection: { recorded: ["probe-1"], number: 2 } });
  });

  it("that finds a seal broken after it was found intact makes it broken for good", async () => {
    const book = await underWay();
    await book.say("seal:Inspect", inspection(), recipient);
    await book.say("seal:Inspect", inspection({ result: "broken" }), recipient);
    expect(book.record<SealRecord>(keys.seal("trip-1", "S-1"))).toMatchObject({ standing: "broken", inspections: 2 });
    await expect(book.say("seal:Inspect", inspection(), recipient)).rejects.toMatchObject({ code: "SEAL_INSPECTED" });
  });

  it("names the open gap since the inspected prefix, and the next batch settles it by its own readings", async () => {
    const book = await underWay();
    book.now = T0 + HOUR;
    const seen = { ...named(book), thumbprint: probe.thumbprint };
    const { facts } = await book.say("seal:Inspect", inspection({ sensors: [seen] }), recipient);
    expect(facts).toMatchObject({ gaps: [{ sensor: "probe-1", from: T0, to: T0 + HOUR, open: true }] });
    const late = await book.readings("probe-1", [
      [1000 + 30 * MINUTE, 5000],
      [1000 + HOUR, 5000],
    ]);
    expect(factsOf(late)).toMatchObject({ after: T0, gaps: [] });
  });
});

describe("a decision", () => {
  it("names the gap of every sensor, also of one that never sent anything", async () => {
    const book = await underWay();
    await book.register("probe-2");
    await book.assign("trip-1", "probe-2", T0);
    await book.handover("trip-1", true, recipient);
    book.now = T0 + HOUR;
    const { facts } = await book.decide("trip-1", "accepted", [named(book), { sensor: "probe-2", sequence: 0, hash: "" }]);
    expect(facts).toMatchObject({ gaps: [{ sensor: "probe-1" }, { sensor: "probe-2", from: T0, to: T0 + HOUR }] });
    expect(book.record<ShipmentRecord>(keys.shipment("trip-1"))?.assignments.map(({ end }) => end)).toEqual([T0 + HOUR, T0 + HOUR]);
  });

  it("frees its sensors and its SSCC for another shipment", async () => {
    const book = await underWay();
    await book.decide("trip-1", "rejected", [named(book)]);
    book.now = T0 + MINUTE;
    await book.create("trip-2");
    await book.assign("trip-2", "probe-1");
    expect(book.record<ShipmentRecord>(keys.shipment("trip-2"))?.assignments).toHaveLength(1);
  });
});

describe("an attested read", () => {
  const ask = async (book: Book, question: object, nonce = "0123456789abcdef") => {
    const args = [canonicalBytes(question as Parameters<typeof canonicalBytes>[0]), new TextEncoder().encode(nonce)];
    const outcome = await book.run("attest:Read", args, recipient);
    expect([outcome.writes.size, outcome.event]).toEqual([0, undefined]);
    return JSON.parse(new TextDecoder().decode(outcome.result)) as AttestedAnswer;
  };

  it("answers what is committed, with question and nonce in their own fields", async () => {
    const book = await underWay();
    const { sequence, hash } = named(book);
    const { log } = book.record<SensorRecord>(keys.sensor("probe-1")) as SensorRecord;
    const { log: transactions } = book.record<HeadRecord>(keys.head("probe-1")) as HeadRecord;
    const { thumbprint } = probe;
    const sensor = { sensor: "probe-1", status: "active", thumbprint, doubtfulSince: null, log, sequence, hash, transactions };
    expect(await ask(book, { kind: "sensor", sensor: "probe-1" })).toEqual({
      domain: "winterseal/attested-read/1",
      question: { kind: "sensor", sensor: "probe-1" },
      nonce: "0123456789abcdef",
      answer: sensor,
    });
    expect((await ask(book, { kind: "shipment", shipment: "trip-1" })).answer).toMatchObject({ status: "planned", sensors: [sensor] });
    expect((await ask(book, { kind: "batch", sensor: "probe-1", sequence: 1 })).answer).toMatchObject({
      hash,
      kind: "readings",
      transactions,
    });
  });

  it("answers null for what is not there: absence is signed like any other answer", async () => {
    const book = new Book();
    for (const question of [
      { kind: "sensor", sensor: "x" },
      { kind: "shipment", shipment: "x" },
      { kind: "batch", sensor: "x", sequence: 1 },
    ]) {
      expect((await ask(book, question)).answer).toBeNull();
    }
  });
});

describe("a seal", () => {
  it("on a sensor names the key that the sensor has now", async () => {
    const book = await underWay();
    await book.say(
      "seal:Apply",
      { shipment: "trip-1", seal: "S-2", class: "S", on: { sensor: "probe-1", thumbprint: probe.thumbprint } },
      authority,
    );
    expect(book.record<ShipmentRecord>(keys.shipment("trip-1"))?.seals).toEqual(["S-1", "S-2"]);
    await expect(sealing(book)).rejects.toMatchObject({ code: "EXISTS" });
  });
});
