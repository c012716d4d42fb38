import { describe, expect, it } from "vitest";
import { type CanonicalValue, canonicalBytes } from "../domain/canonical-json";
import { longestInterval, profileById } from "../domain/profiles";
import { COMMAND_LIFE_MS, type Command, type CommandReport, IDENTIFY_MS, INTERVAL_MS } from "../messages/commands";
import type { ErrorCode } from "../messages/errors";
import type { AttestedAnswer, CommandAnswer } from "../messages/functions";
import { IMPORT_MODEL } from "../messages/names";
import type { CommandReportFacts } from "./facts";
import { type CommandRecord, keys } from "./state";
import { authority, Book, MINUTE, person, recipient, sensorIdentity, shipper, T0 } from "./testing/book";
import { type Case, codesFrom, given, probe, refusesAll, underWay, utf8 } from "./testing/scenes";

const LIMIT = longestInterval(profileById("fridge-2-8/1"));
const TEN_MINUTES: Command = { kind: "interval", ms: 10 * MINUTE };

const say = (book: Book, command: Command, counter = 1, more: { expires?: number; by?: typeof shipper; sensor?: string } = {}) =>
  book.say(
    "sensor:Command",
    { sensor: more.sensor ?? "probe-1", counter, expires: more.expires ?? book.now + 10 * MINUTE, command },
    more.by ?? shipper,
  );
const report = (book: Book, counter: number, more: Partial<CommandReport> = {}, creator = probe, sensor = "probe-1") => {
  const word: CommandReport = {
    kind: "command",
    counter,
    outcome: "done",
    ago: 0,
    interval: 60_000,
    profile: null,
    measuring: true,
    ...more,
  };
  return book.run("sensor:Report", [canonicalBytes({ sensor, report: word } as unknown as CanonicalValue)], creator);
};
const ask = async (book: Book, sensor = "probe-1", by = probe): Promise<CommandAnswer | null> => {
  const question = { kind: "command", sensor };
  const { result, writes } = await book.run("attest:Read", [canonicalBytes(question), utf8.encode("ab".repeat(16))], by);
  expect(writes.size).toBe(0);
  return (JSON.parse(new TextDecoder().decode(result)) as AttestedAnswer).answer as CommandAnswer | null;
};
const registered = async (): Promise<Book> => {
  const book = new Book();
  await book.register("probe-1");
  return book;
};
const commanded = async (): Promise<Book> => {
  const book = await registered();
  await say(book, { kind: "interval", ms: LIMIT + 1 });
  return book;
};
const withShipment = async (command: Command): Promise<Book> => {
  const book = await registered();
  await say(book, command);
  await book.create("trip-1");
  return book;
};
const record = (book: Book) => book.record<CommandRecord>(keys.command("probe-1"));

const CASES: Partial<Record<ErrorCode, Case>> = {
  ACCESS_DENIED: given(
    registered,
    (book) => say(book, TEN_MINUTES, 1, { by: recipient }),
    (book) => say(book, TEN_MINUTES, 1, { by: authority }),
    (book) => say(book, TEN_MINUTES, 1, { by: person("RhineShipperMSP", "shipper") }),
    (book) => say(book, TEN_MINUTES, 1, { by: person("ShipperMSP", "auditor") }),
    (book) => say(book, TEN_MINUTES, 1, { by: probe }),
  ),
  COMMAND_COUNTER: given(
    commanded,
    (book) => say(book, TEN_MINUTES, 1),
    (book) => say(book, TEN_MINUTES, 3),
  ),
  COMMAND_LIFE: given(
    registered,
    (book) => say(book, TEN_MINUTES, 1, { expires: book.now }),
    (book) => say(book, TEN_MINUTES, 1, { expires: book.now + COMMAND_LIFE_MS.min - 1 }),
    (book) => say(book, TEN_MINUTES, 1, { expires: book.now + COMMAND_LIFE_MS.max + 1 }),
  ),
  COMMAND_UNFIT: given(
    underWay,
    (book) => say(book, { kind: "interval", ms: LIMIT + 1 }),
    (book) => say(book, { kind: "stop" }),
    (book) => say(book, { kind: "profile", profile: "frozen-vaccine/1" }),
    async (book) => {
      await book.register("file-1", { model: IMPORT_MODEL });
      await say(book, TEN_MINUTES, 1, { sensor: "file-1" });
    },
  ),
  COMMAND_STANDS: given(
    () => withShipment({ kind: "interval", ms: LIMIT + 1 }),
    (book) => book.assign("trip-1", "probe-1"),
    async (book) => {
      // a shorter one that the sensor has not taken yet: the longer one may be in force
      await say(book, TEN_MINUTES, 2);
      await book.assign("trip-1", "probe-1");
    },
    async (book) => {
      // nor does a word about the one before
      await say(book, TEN_MINUTES, 2);
      await report(book, 1, { interval: LIMIT + 1 });
      await book.assign("trip-1", "probe-1");
    },
  ),
  COMMAND_UNKNOWN: given(
    registered,
    (book) => report(book, 1),
    async (book) => {
      await say(book, TEN_MINUTES);
      await report(book, 2);
    },
  ),
};

describe("a command is refused", () => {
  refusesAll(["ACCESS_DENIED", ...codesFrom("COMMAND_COUNTER", "COMMAND_UNKNOWN")], CASES);

  it.each<[string, Command]>([
    ["an interval below its bound", { kind: "interval", ms: INTERVAL_MS.min - 1 }],
    ["an interval above its bound", { kind: "interval", ms: INTERVAL_MS.max + 1 }],
    ["a blink below its bound", { kind: "identify", ms: IDENTIFY_MS.min - 1 }],
    ["a blink above its bound", { kind: "identify", ms: IDENTIFY_MS.max + 1 }],
    ["a kind that is none", { kind: "explode" } as unknown as Command],
    ["a field too many", { kind: "stop", ms: 1 } as unknown as Command],
  ])("with ARGUMENT_INVALID for %s", async (_, command) => {
    const book = await registered();
    await expect(say(book, command)).rejects.toMatchObject({ code: "ARGUMENT_INVALID" });
  });

  it("by a revoked or suspended sensor, and for an unknown profile", async () => {
    const book = await registered();
    await expect(say(book, { kind: "profile", profile: "made-up/1" })).rejects.toMatchObject({ code: "PROFILE_UNKNOWN" });
    await expect(say(book, TEN_MINUTES, 1, { sensor: "probe-9" })).rejects.toMatchObject({ code: "SENSOR_UNKNOWN" });
    await book.say("sensor:Revoke", { sensor: "probe-1", reason: "lost", doubtfulSince: T0 }, authority);
    await expect(say(book, TEN_MINUTES)).rejects.toMatchObject({ code: "SENSOR_REVOKED" });
  });
});

describe("a command is taken", () => {
  it("at each bound, and in order", async () => {
    const book = await registered();
    await say(book, { kind: "interval", ms: INTERVAL_MS.min }, 1, { expires: book.now + COMMAND_LIFE_MS.min });
    await say(book, { kind: "interval", ms: INTERVAL_MS.max }, 2, { expires: book.now + COMMAND_LIFE_MS.max });
    await say(book, { kind: "identify", ms: IDENTIFY_MS.max }, 3);
    await say(book, { kind: "stop" }, 4);
    await say(book, { kind: "start" }, 5);
    expect(record(book)).toMatchObject({ counter: 5, by: shipper.commonName, possible: { interval: INTERVAL_MS.max, stopped: true } });
  });

  it("of a riding sensor up to exactly what its goods allow, and beyond it when the ride is over", async () => {
    const book = await underWay();
    await say(book, { kind: "interval", ms: LIMIT }, 1);
    await say(book, { kind: "profile", profile: "fridge-2-8/1" }, 2);
    expect(LIMIT).toBe(30 * MINUTE);
    book.now += MINUTE;
    await book.say("shipment:EndAssignment", { shipment: "trip-1", sensor: "probe-1", end: book.now }, shipper);
    await say(book, { kind: "interval", ms: LIMIT + 1 }, 3);
  });

  it("and every call runs again to the same bytes", async () => {
    const book = await commanded();
    await report(book, 1, { interval: LIMIT + 1 });
    const again = new Book();
    for (const { call, outcome } of book.history) {
      again.now = call.timestamp;
      const repeated = await again.run(call.name, call.args, call.creator);
      expect(repeated.writes).toEqual(outcome.writes);
      expect(repeated.result).toEqual(outcome.result);
    }
  });
});

describe("a shipment's no-data rule", () => {
  it("lets a sensor ride again once it has said itself that it measures often enough", async () => {
    const book = await withShipment({ kind: "stop" });
    await say(book, { kind: "start" }, 2);
    await expect(book.assign("trip-1", "probe-1")).rejects.toMatchObject({ code: "COMMAND_STANDS" });
    await report(book, 2, { interval: LIMIT, measuring: true });
    await book.assign("trip-1", "probe-1");
  });

  it("is not met by a sensor's own word that it measures less often", async () => {
    const book = await withShipment({ kind: "identify", ms: 1_000 });
    await report(book, 1, { interval: LIMIT + 1 });
    await expect(book.assign("trip-1", "probe-1")).rejects.toMatchObject({ code: "COMMAND_STANDS" });
  });
});

describe("a report", () => {
  it("is one sensor's own, comes in order, and is a success without writes when it comes again", async () => {
    const book = await registered();
    await book.register("probe-2");
    await say(book, TEN_MINUTES, 1);
    await say(book, { kind: "identify", ms: 5_000 }, 2);
    await expect(report(book, 1, {}, sensorIdentity("probe-2"))).rejects.toMatchObject({ code: "WRONG_SENSOR" });
    await expect(report(book, 1, {}, sensorIdentity("probe-1", "key-2"))).rejects.toMatchObject({ code: "IDENTITY_NOT_ACTIVE" });
    await report(book, 2);
    const late = await report(book, 1, { outcome: "COMMAND_EXPIRED" });
    expect(late.writes.size).toBe(0);
    expect(JSON.parse(new TextDecoder().decode(late.result))).toEqual({ result: "already-recorded", sensor: "probe-1", reported: 2 });
  });

  it("says when, by its own ticks from the transaction's time back", async () => {
    const book = await commanded();
    const { facts } = await report(book, 1, { ago: 90_000, outcome: "COMMAND_EXPIRED" });
    expect(facts).toMatchObject({ at: book.now - 90_000, outcome: "COMMAND_EXPIRED" } satisfies Partial<CommandReportFacts>);
    await say(book, TEN_MINUTES, 2);
    expect((await report(book, 2, { ago: null })).facts).toMatchObject({ at: null });
  });
});

describe("a sensor's word about a proxy", () => {
  const given = "ab".repeat(32);
  const name = (book: Book, more: object = {}, creator = probe) => {
    const report = { kind: "withheld", sequence: 1, transaction: given, proxy: "proxy-a", said: true, ago: 60_000, ...more };
    return book.run("sensor:Report", [canonicalBytes({ sensor: "probe-1", report })], creator);
  };

  it("stands on the ledger when another transaction brought the batch, once", async () => {
    const book = await underWay();
    const { facts } = await name(book);
    expect(facts).toMatchObject({ withheld: { sequence: 1, proxy: "proxy-a", given, said: true, at: book.now - 60_000 } });
    const again = await name(book);
    expect([again.writes.size, JSON.parse(new TextDecoder().decode(again.result))]).toEqual([
      0,
      { result: "already-recorded", sensor: "probe-1", reported: 1 },
    ]);
  });

  it("is refused for a batch that is not there, for the transaction that did bring it, and from another sensor", async () => {
    const book = await underWay();
    const brought = book.record<{ transaction: string }>(keys.batch("probe-1", 1))?.transaction;
    await expect(name(book, { sequence: 2 })).rejects.toMatchObject({ code: "ARGUMENT_INVALID" });
    await expect(name(book, { transaction: brought })).rejects.toMatchObject({ code: "ARGUMENT_INVALID" });
    await expect(name(book, { proxy: "Not A Name" })).rejects.toMatchObject({ code: "ARGUMENT_INVALID" });
    await book.register("probe-2");
    await expect(name(book, {}, sensorIdentity("probe-2"))).rejects.toMatchObject({ code: "WRONG_SENSOR" });
  });
});

describe("an attested read of a sensor's commands", () => {
  it("tells the newest, what was reported, and how often the goods ask for readings", async () => {
    const book = await underWay();
    expect(await ask(book)).toEqual({ sensor: "probe-1", newest: null, reported: 0, limit: LIMIT });
    await say(book, TEN_MINUTES, 1);
    await say(book, { kind: "identify", ms: 5_000 }, 2);
    await report(book, 1);
    const newest = { counter: 2, expires: book.now + 10 * MINUTE, command: { kind: "identify", ms: 5_000 } };
    expect(await ask(book)).toEqual({ sensor: "probe-1", newest, reported: 1, limit: LIMIT });
    expect(await ask(book, "probe-9")).toBeNull();
  });

  it("has no limit for a sensor that rides with nothing open", async () => {
    expect(await ask(await registered())).toMatchObject({ limit: null });
  });
});
