import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../domain/canonical-json";
import { appendLog, EMPTY_LOG } from "./log";
import { type HeadRecord, keys, type SensorRecord } from "./state";
import { authority, BOOT, Book, sensorIdentity, shipper, T0 } from "./testing/book";
import type { Call } from "./types";

const call: Call = { name: "shipment:Handover", args: [], creator: shipper, transactionId: "ab".repeat(32), timestamp: T0 };

describe("a shipment's log", () => {
  it("hashes the head before it and the entry with transaction, time and caller, as anyone can recompute", () => {
    const entry = { type: "shipment:Handover", statement: { arrival: true } };
    const full = { ...entry, at: T0, by: shipper.commonName, organisation: shipper.mspId, transaction: call.transactionId };
    const expected = createHash("sha256").update(Buffer.alloc(32)).update(canonicalJson(full)).digest("hex");
    expect(appendLog(EMPTY_LOG, call, entry)).toEqual({ length: 1, head: expected });
  });

  it("has another head for another past, however equal its last entry is", () => {
    const [a, b] = ["a", "b"].map((type) => appendLog(appendLog(EMPTY_LOG, call, { type }), call, { type: "same" }));
    expect(a?.length).toBe(2);
    expect(a?.head).not.toBe(b?.head);
  });
});

describe("a sensor's logs", () => {
  const probe = sensorIdentity("probe-1");
  const head = (book: Book) => (book.record<HeadRecord>(keys.head("probe-1")) as HeadRecord).log;

  it("tell two transactions apart that brought the same batch: of a twin that was kept back, only one is the ledger's", async () => {
    const bring = async (tick: number, before: number) => {
      const book = new Book();
      await book.register("probe-1");
      for (let index = 0; index < before; index++) await book.register(`other-${index}`);
      const bytes = book.next("probe-1", { kind: "readings", readings: [{ tick: 0, temperature: 5000, humidity: null }], clock: null });
      await book.send(bytes, { boot: BOOT, tick }, probe);
      return head(book);
    };
    const logs = [await bring(0, 0), await bring(1000, 0), await bring(0, 1)];
    expect(new Set(logs).size).toBe(3);
  });

  it("grow by one entry with each registration, renewal, suspension and revocation, and by none with an assignment", async () => {
    const book = new Book();
    const length = () => (book.record<SensorRecord>(keys.sensor("probe-1")) as SensorRecord).log.length;
    await book.register("probe-1");
    await book.create("trip-1");
    await book.assign("trip-1", "probe-1", T0);
    expect(length()).toBe(1);
    const { thumbprint } = probe;
    const { calibration } = book.record<SensorRecord>(keys.sensor("probe-1")) as SensorRecord;
    await book.say("sensor:Renew", { sensor: "probe-1", thumbprint, calibration }, authority);
    expect(length()).toBe(2);
    await book.readings("probe-1", [[0, 5000]]);
    const other = book.next("probe-1", {
      kind: "readings",
      readings: [{ tick: 0, temperature: 6000, humidity: null }],
      clock: null,
      sequence: 1,
    });
    await book.send(other, { boot: BOOT, tick: 0 }, probe);
    expect(length()).toBe(3);
    await book.say("sensor:Revoke", { sensor: "probe-1", reason: "lost", doubtfulSince: T0 }, authority);
    expect(length()).toBe(4);
  });
});
