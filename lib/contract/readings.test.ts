import { describe, expect, it } from "vitest";
import { IMPORT_MODEL } from "../messages/names";
import type { BatchFacts, LostFacts } from "./facts";
import { type HeadRecord, keys, type ShipmentRecord } from "./state";
import { authority, BOOT, Book, CALIBRATION, DAY, HOUR, MINUTE, OTHER_BOOT, recipient, resultOf, sensorIdentity, T0 } from "./testing/book";
import { inspection, moment, named, probe, underWay } from "./testing/scenes";

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
