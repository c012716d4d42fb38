import { describe, expect, it } from "vitest";
import { encodeBatch, FIRST_PREVIOUS, MAX_READINGS } from "../domain/batch";
import type { ErrorCode } from "../messages/errors";
import { ATTRIBUTES, IMPORT_MODEL } from "../messages/names";
import { keys, type SensorRecord } from "./state";
import { authority, BOOT, Book, CALIBRATION, recipient, resultOf, sensorIdentity, shipper, T0 } from "./testing/book";
import {
  bare,
  type Case,
  codesFrom,
  given,
  inspection,
  moment,
  NO_HASH,
  named,
  one,
  probe,
  reading,
  refusesAll,
  sendAs,
  underWay,
  utf8,
} from "./testing/scenes";

/** There is one authority on the demo channel; others can join. */
function ofAnotherAuthority(book: Book): Book {
  const sensor = book.record<SensorRecord>(keys.sensor("probe-1"));
  book.state.set(keys.sensor("probe-1"), utf8.encode(JSON.stringify({ ...sensor, authority: "OtherAuthorityMSP" })));
  return book;
}

/** Every code that the contract refuses with, each by every way into it. */
const CASES: Partial<Record<ErrorCode, Case>> = {
  ACCESS_DENIED: given(
    underWay,
    (book) => ofAnotherAuthority(book).say("sensor:Revoke", { sensor: "probe-1", reason: "x", doubtfulSince: T0 }, authority),
    (book) => book.say("shipment:Handover", { shipment: "trip-1", giver: "A", taker: "B", place: "C", arrival: true }, authority),
    async (book) => {
      await book.register("probe-2", { owner: "RecipientMSP" });
      await book.assign("trip-1", "probe-2");
    },
  ),
  WRONG_SENSOR: given(
    underWay,
    (book) => sendAs(book, { ...probe, commonName: "probe-2" }),
    (book) => sendAs(book, { ...probe, attributes: { [ATTRIBUTES.role]: "sensor" } }),
  ),
  SENSOR_UNKNOWN: given(
    bare,
    (book) => sendAs(book),
    (book) => book.say("sensor:Revoke", { sensor: "probe-1", reason: "lost", doubtfulSince: T0 }, authority),
    async (book) => {
      await book.create("trip-1");
      await book.assign("trip-1", "probe-1");
    },
  ),
  SENSOR_REVOKED: given(
    async () => {
      const book = await underWay();
      await book.say("sensor:Revoke", { sensor: "probe-1", reason: "lost", doubtfulSince: T0 }, authority);
      return book;
    },
    (book) => sendAs(book),
    (book) => book.say("sensor:Revoke", { sensor: "probe-1", reason: "again", doubtfulSince: T0 }, authority),
    (book) => book.say("sensor:Renew", { sensor: "probe-1", thumbprint: NO_HASH, calibration: CALIBRATION }, authority),
  ),
  SENSOR_SUSPENDED: given(
    async () => {
      const book = await underWay();
      const other = { sequence: 1, previous: FIRST_PREVIOUS };
      await book.send(book.next("probe-1", { ...one, ...other }), moment, probe);
      return book;
    },
    (book) => sendAs(book),
    (book) => book.say("sensor:Renew", { sensor: "probe-1", thumbprint: probe.thumbprint, calibration: CALIBRATION }, authority),
  ),
  IDENTITY_NOT_ACTIVE: given(
    underWay,
    (book) => sendAs(book, sensorIdentity("probe-1", "key-2")),
    (book) => sendAs(book, { ...probe, thumbprint: NO_HASH }),
    (book) => sendAs(ofAnotherAuthority(book)),
    (book) => {
      const on = { sensor: "probe-1", thumbprint: NO_HASH };
      return book.say("seal:Apply", { shipment: "trip-1", seal: "S-2", class: "I", on }, shipper);
    },
    (book) => book.say("seal:Inspect", inspection({ sensors: [{ ...named(book), thumbprint: NO_HASH }] }), recipient),
    async (book) => {
      await book.say("sensor:Renew", { sensor: "probe-1", thumbprint: NO_HASH, calibration: CALIBRATION }, authority);
      await book.say("sensor:Renew", { sensor: "probe-1", thumbprint: probe.thumbprint, calibration: CALIBRATION }, authority);
    },
  ),
  IDENTITY_EXPIRED: given(underWay, (book) => sendAs(book, { ...probe, notAfter: T0 - 1 })),
  IDENTITY_NOT_YET_VALID: given(underWay, (book) => sendAs(book, { ...probe, notBefore: T0 + 1 })),
  CALIBRATION_MISSING: given(
    underWay,
    (book) => sendAs(book, { ...probe, attributes: { [ATTRIBUTES.role]: "sensor", [ATTRIBUTES.sensor]: "probe-1" } }),
    (book) => sendAs(book, { ...probe, attributes: { ...probe.attributes, [ATTRIBUTES.calibrationTo]: "soon" } }),
  ),
  BATCH_MALFORMED: given(
    underWay,
    (book) => book.send(book.next("probe-1", one).slice(0, 20), moment, probe),
    (book) => book.run("batch:Record", [book.next("probe-1", one), new Uint8Array([1, 2])], probe),
    (book) => book.send(new Uint8Array(), moment, probe),
  ),
  BATCH_VERSION: given(underWay, (book) => book.send(book.next("probe-1", one).fill(9, 0, 1), moment, probe)),
  BATCH_TOO_LARGE: given(underWay, (book) => {
    const bytes = [...book.next("probe-1", one)];
    // the count of readings stands after version, kind, sequence, previous, boot and flags
    const at = 3 + 32 + 8 + 1;
    return book.send(
      Uint8Array.from([...bytes.slice(0, at), ((MAX_READINGS + 1) & 127) | 128, (MAX_READINGS + 1) >> 7, ...bytes.slice(at + 1)]),
      moment,
      probe,
    );
  }),
  SEQUENCE_GAP: given(
    underWay,
    (book) => book.send(book.next("probe-1", { ...one, sequence: 3 }), moment, probe),
    (book) => book.send(book.next("probe-1", { kind: "lost", from: 3, to: 4, reason: "journal" }), moment, probe),
  ),
  SEQUENCE_PAST: given(
    async () => {
      const book = await underWay();
      await book.send(book.next("probe-1", { kind: "lost", from: 2, to: 4, reason: "journal" }), moment, probe);
      return book;
    },
    (book) => book.send(book.next("probe-1", { ...one, sequence: 3 }), moment, probe),
    (book) => book.send(book.next("probe-1", { kind: "lost", from: 4, to: 6, reason: "journal" }), moment, probe),
  ),
  PREVIOUS_HASH: given(
    underWay,
    (book) => book.send(book.next("probe-1", { ...one, previous: FIRST_PREVIOUS }), moment, probe),
    (book) => book.send(book.next("probe-1", { kind: "lost", from: 2, to: 2, reason: "journal", previous: FIRST_PREVIOUS }), moment, probe),
  ),
  TICKS_BACKWARDS: given(
    underWay,
    (book) => book.send(book.next("probe-1", one), { boot: BOOT, tick: 2000 }, probe),
    (book) =>
      book.readings("probe-1", [
        [2000, 5000],
        [1999, 5000],
      ]),
    (book) => book.readings("probe-1", [[2000, 5000]], { tick: 1999 }),
    (book) => {
      const readings = [{ at: T0 - 1, temperature: 5000, humidity: null }];
      return book.send(book.next("probe-1", { kind: "imported", readings }), moment, probe);
    },
  ),
  TIMESTAMP_OFF: given(underWay, (book) => book.run("batch:Record", [], probe, { now: T0 + 300_001 })),
  VALUE_RANGE: given(
    underWay,
    (book) => {
      const readings = [{ at: T0 + 1, temperature: 5000, humidity: null }];
      return book.send(book.next("probe-1", { kind: "imported", readings }), moment, probe);
    },
    (book) => {
      // humidity 100.0 % in the only reading, then one step more
      const bytes = book.next("probe-1", { ...one, readings: [{ ...reading, humidity: 1000 }] });
      const at = bytes.length - 2;
      return book.send(bytes.fill((bytes[at] ?? 0) + 2, at, at + 1), moment, probe);
    },
  ),
  IMPORT_ONLY: given(
    async () => {
      const book = new Book();
      await book.register("probe-1", { model: IMPORT_MODEL });
      return book;
    },
    (book) => sendAs(book),
  ),
};

describe("the contract refuses a sensor", () => {
  refusesAll(codesFrom("ACCESS_DENIED", "IMPORT_ONLY"), CASES);
});

describe("a repeated batch", () => {
  it("with the same content is a typed success that writes nothing", async () => {
    const book = await underWay();
    const bytes = book.next("probe-1", { ...one, readings: [{ ...reading, tick: 2000 }] });
    const first = await book.send(bytes, { boot: BOOT, tick: 2000 }, probe);
    const state = new Map(book.state);
    const again = await book.send(bytes, { boot: BOOT, tick: 9000 }, probe);
    expect(resultOf(again)).toEqual({ ...resultOf(first), result: "already-recorded" });
    expect([again.writes.size, again.event, book.state]).toEqual([0, undefined, state]);
  });

  it("with other content suspends the sensor, and a new key brings it back to where it was", async () => {
    const book = await underWay();
    const other = encodeBatch({ sequence: 1, previous: FIRST_PREVIOUS, boot: BOOT, ...one });
    const outcome = await book.send(other, moment, probe);
    expect(resultOf(outcome).result).toBe("equivocation");
    expect(outcome.facts).toMatchObject({ type: "SensorSuspended", sequence: 1, sensor: { status: "suspended" } });
    const fresh = sensorIdentity("probe-1", "key-2");
    await book.say("sensor:Renew", { sensor: "probe-1", thumbprint: fresh.thumbprint, calibration: CALIBRATION }, authority);
    expect(resultOf(await book.readings("probe-1", [[3000, 5000]], { creator: fresh }))).toMatchObject({ result: "recorded", sequence: 2 });
  });
});
