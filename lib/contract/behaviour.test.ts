import { describe, expect, it } from "vitest";
import { canonicalBytes } from "../domain/canonical-json";
import type { AttestedAnswer } from "../messages/functions";
import { IMPORT_MODEL } from "../messages/names";
import type { BatchFacts, LostFacts } from "./facts";
import { type HeadRecord, keys, type SealRecord, type ShipmentRecord } from "./state";
import {
  authority,
  BOOT,
  Book,
  CALIBRATION,
  DAY,
  HOUR,
  MINUTE,
  OTHER_BOOT,
  recipient,
  resultOf,
  sensorIdentity,
  shipper,
  T0,
} from "./testing/book";
import { inspection, moment, NO_HASH, named, probe, sealing, underWay } from "./testing/scenes";

const factsOf = (outcome: { facts?: unknown }) => outcome.facts as BatchFacts;

describe("a renewed identity", () => {
  const second = { ...CALIBRATION, number: "CAL-2", from: T0 + DAY, to: T0 + 300 * DAY };

  it("delivers older batches, each reading judged by the calibration in force when it was measured", async () => {
    const book = await underWay();
    const renewed = sensorIdentity("probe-1", "key-2", second);
    book.now = T0 + 2 * DAY;
    await book.say("sensor:Renew", { sensor: "probe-1", thumbprint: renewed.thumbprint, calibration: second }, authority);
    const outcome = await book.readings(
      "probe-1",
      [
        [2 * HOUR, 5000],
        [2 * DAY, 5000],
      ],
      { creator: renewed },
    );
    expect(factsOf(outcome).readings.map(({ calibration, calibrationNumber }) => [calibration, calibrationNumber])).toEqual([
      ["calibrated", "CAL-1"],
      ["calibrated", "CAL-2"],
    ]);
    await expect(book.readings("probe-1", [[2 * DAY, 5000]])).rejects.toMatchObject({ code: "IDENTITY_NOT_ACTIVE" });
  });

  it("knows every calibration in between, and every key that an inspector may have seen", async () => {
    const book = await underWay();
    const [short, third] = [
      { ...second, to: T0 + 2 * DAY },
      { ...second, number: "CAL-3", from: T0 + 3 * DAY },
    ];
    const [key2, key3] = [sensorIdentity("probe-1", "key-2", short), sensorIdentity("probe-1", "key-3", third)];
    await book.say("sensor:Renew", { sensor: "probe-1", thumbprint: key2.thumbprint, calibration: short }, authority);
    await book.say("sensor:Renew", { sensor: "probe-1", thumbprint: key3.thumbprint, calibration: third }, authority);
    book.now = T0 + 3 * DAY;
    const outcome = await book.readings(
      "probe-1",
      [
        [1.5 * DAY, 5000],
        [2 * DAY, 5000],
        [3 * DAY, 5000],
      ],
      { creator: key3 },
    );
    expect(factsOf(outcome).readings.map(({ calibrationNumber }) => calibrationNumber)).toEqual(["CAL-2", "CAL-2", "CAL-3"]);
    const seen = { ...named(book), thumbprint: key2.thumbprint };
    expect((await book.say("seal:Inspect", inspection({ sensors: [seen] }), recipient)).facts).toMatchObject({
      inspection: { recorded: ["probe-1"] },
    });
  });

  it("takes the facts from the certificate that signs, whatever the state says", async () => {
    const book = await underWay();
    const narrow = { ...CALIBRATION, number: "CAL-9", min: 6000 };
    const outcome = await book.readings("probe-1", [[2000, 5000]], { creator: sensorIdentity("probe-1", "key-1", narrow) });
    expect(factsOf(outcome).readings).toMatchObject([{ calibration: "outside-range", calibrationNumber: "CAL-9" }]);
  });
});

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

describe("an arrival", () => {
  it("is not undone by a later handover", async () => {
    const book = await underWay();
    await book.handover("trip-1", false);
    expect(book.record<ShipmentRecord>(keys.shipment("trip-1"))?.status).toBe("under-way");
    await book.handover("trip-1", true, recipient);
    await book.handover("trip-1", false);
    expect(book.record<ShipmentRecord>(keys.shipment("trip-1"))?.status).toBe("arrived");
  });
});

describe("a reboot", () => {
  it("leaves unsent readings anchored by the chain when it holds their boot, and unknown when it does not", async () => {
    const book = await underWay();
    book.now = T0 + HOUR;
    const readings = [{ tick: 1000 + 10 * MINUTE, temperature: 5000, humidity: null }];
    const known = await book.send(
      book.next("probe-1", { kind: "readings", readings, clock: null }),
      { boot: OTHER_BOOT, tick: 5 * MINUTE },
      probe,
    );
    expect(factsOf(known).readings).toMatchObject([{ at: T0 + 10 * MINUTE, standing: "anchored" }]);
    const lostBoot = Uint8Array.from(BOOT, (byte) => byte + 1);
    const batch = { kind: "readings", boot: lostBoot, readings, clock: null } as const;
    const unknown = await book.send(book.next("probe-1", batch), { boot: OTHER_BOOT, tick: 6 * MINUTE }, probe);
    expect(factsOf(unknown).readings).toMatchObject([{ at: T0 + 54 * MINUTE, standing: "unknown" }]);
  });
});

describe("imported readings", () => {
  it("keep the file's own times and standing, from an identity that may record nothing else", async () => {
    const book = new Book();
    await book.register("probe-1", { model: IMPORT_MODEL });
    const readings = [T0 - DAY, T0 - DAY, T0].map((at) => ({ at, temperature: 5000, humidity: 400 }));
    const outcome = await book.send(book.next("probe-1", { kind: "imported", readings }), moment, probe);
    expect(factsOf(outcome).readings.map(({ at, standing }) => [at, standing])).toEqual(readings.map(({ at }) => [at, "imported"]));
  });
});

describe("lost batches", () => {
  it("let the sequence jump, and leave the shipment incomplete", async () => {
    const book = await underWay();
    const before = book.record<ShipmentRecord>(keys.shipment("trip-1"));
    const outcome = await book.send(book.next("probe-1", { kind: "lost", from: 2, to: 5, reason: "journal damaged" }), moment, probe);
    expect(outcome.facts as LostFacts).toMatchObject({ from: 2, to: 5, shipments: [{ shipment: "trip-1", incomplete: ["probe-1"] }] });
    expect(book.record<HeadRecord>(keys.head("probe-1"))).toMatchObject({ sequence: 5, lostBatches: 4 });
    expect(book.record<ShipmentRecord>(keys.shipment("trip-1"))?.log.length).toBe((before?.log.length ?? 0) + 1);
    expect(resultOf(await book.readings("probe-1", [[2000, 5000]]))).toMatchObject({ sequence: 6 });
  });

  it("leave alone a shipment that the sensor had left before", async () => {
    const book = await underWay();
    await book.decide("trip-1", "rejected", [named(book)]);
    book.now = T0 + DAY;
    await book.readings("probe-1", [[DAY, 5000]]);
    const outcome = await book.send(book.next("probe-1", { kind: "lost", from: 3, to: 3, reason: "journal" }), moment, probe);
    expect((outcome.facts as LostFacts).shipments).toEqual([]);
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
    const sensor = { sensor: "probe-1", status: "active", thumbprint: probe.thumbprint, doubtfulSince: null, sequence, hash };
    expect(await ask(book, { kind: "sensor", sensor: "probe-1" })).toEqual({
      domain: "winterseal/attested-read/1",
      question: { kind: "sensor", sensor: "probe-1" },
      nonce: "0123456789abcdef",
      answer: sensor,
    });
    expect((await ask(book, { kind: "shipment", shipment: "trip-1" })).answer).toMatchObject({ status: "planned", sensors: [sensor] });
    expect((await ask(book, { kind: "batch", sensor: "probe-1", sequence: 1 })).answer).toMatchObject({ hash, kind: "readings" });
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
