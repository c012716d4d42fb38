import { beforeEach, describe, expect, it } from "vitest";
import type { BatchFacts } from "./facts";
import { type HeadRecord, keys, type ShipmentRecord, type ViolationRecord } from "./state";
import { Book, HOUR, MINUTE, recipient, resultOf, shipper, T0 } from "./testing/book";

/** A story told once from registration to decision; each rule has its own tests beside its file. */
describe("a shipment's whole way", () => {
  let book: Book;
  beforeEach(async () => {
    book = new Book();
    await book.register("probe-1");
    await book.create("trip-1");
    await book.assign("trip-1", "probe-1", T0);
  });

  const factsOf = (outcome: Awaited<ReturnType<Book["run"]>>): BatchFacts => outcome.facts as BatchFacts;

  it("times readings by ticks, finds the violation at the bound, and closes it by the first reading back in range", async () => {
    book.now = T0 + 30 * MINUTE;
    const first = await book.readings("probe-1", [
      [1000, 5000],
      [1000 + 10 * MINUTE, 7999],
      [1000 + 20 * MINUTE, 8000],
    ]);
    expect(resultOf(first)).toMatchObject({ result: "recorded", sequence: 1 });
    expect(factsOf(first).readings.map(({ at }) => at - T0)).toEqual([10 * MINUTE, 20 * MINUTE, 30 * MINUTE]);
    expect(factsOf(first).violations).toMatchObject([{ rule: "upper", from: T0 + 30 * MINUTE, to: null, readings: 1, peak: 8000 }]);

    book.now = T0 + HOUR;
    const second = await book.readings("probe-1", [
      [1000 + 40 * MINUTE, 9000],
      [1000 + 50 * MINUTE, 7000],
    ]);
    const key = keys.violation("trip-1", "probe-1", "upper", 1);
    const record = book.record<ViolationRecord>(key);
    expect(record).toMatchObject({ number: 1, readings: 2, peak: 9000, to: T0 + HOUR, transaction: book.history[3]?.call.transactionId });
    expect(factsOf(second).violations).toEqual([record]);
  });

  it("reopens a decision when late heat lands on it, and asks for the new prefix", async () => {
    book.now = T0 + 10 * MINUTE;
    const cool = resultOf(await book.readings("probe-1", [[0, 5000]]));
    await book.handover("trip-1", false);
    await book.handover("trip-1", true, recipient);
    book.now = T0 + 30 * MINUTE;
    await book.decide("trip-1", "accepted", [{ sensor: "probe-1", sequence: 1, hash: cool.hash }]);

    book.now = T0 + HOUR;
    const late = await book.readings("probe-1", [[10 * MINUTE, 9000]], { tick: 50 * MINUTE });
    expect(factsOf(late).readings[0]).toMatchObject({ at: T0 + 20 * MINUTE, shipment: "trip-1" });
    expect(book.record<ShipmentRecord>(keys.shipment("trip-1"))?.status).toBe("reopened");
    await expect(book.decide("trip-1", "accepted", [{ sensor: "probe-1", sequence: 1, hash: cool.hash }])).rejects.toMatchObject({
      code: "DECISION_STALE",
    });
    await book.decide("trip-1", "rejected", [{ sensor: "probe-1", sequence: 2, hash: resultOf(late).hash }]);
    expect(book.record<ShipmentRecord>(keys.shipment("trip-1"))?.status).toBe("rejected");
  });

  it("gives readings to the shipment that the sensor rode with when they were measured", async () => {
    await book.create("trip-2", { sscc: "106141412345678908" });
    book.now = T0 + HOUR;
    await book.say("shipment:EndAssignment", { shipment: "trip-1", sensor: "probe-1", end: T0 + 30 * MINUTE }, shipper);
    await book.assign("trip-2", "probe-1", T0 + 40 * MINUTE);
    const outcome = await book.readings("probe-1", [
      [0, 5000],
      [15 * MINUTE, 9000],
      [35 * MINUTE, 9000],
      [60 * MINUTE, 9000],
    ]);
    expect(factsOf(outcome).readings.map(({ shipment }) => shipment)).toEqual(["trip-1", "trip-1", null, "trip-2"]);
    expect(factsOf(outcome).violations.map(({ shipment, from, readings }) => [shipment, from - T0, readings])).toEqual([
      ["trip-1", 15 * MINUTE, 1],
      ["trip-2", HOUR, 1],
    ]);
    expect(Object.keys(book.record<HeadRecord>(keys.head("probe-1"))?.assignments ?? {})).toEqual(["trip-2"]);
  });
});
