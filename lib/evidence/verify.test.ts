import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { TestLedger } from "../projection/testing/ledger";
import { handleExcursion, TestSensor, tellTrip } from "../projection/testing/trip";
import { printReport } from "./cli/print";
import { decodeEnvelope } from "./decode";
import { type EvidenceParts, writeEvidence } from "./file";
import { NO_PINS } from "./pins";
import type { CheckName, Report } from "./report";
import { partsOf, pinsOf, transactionsOf } from "./testing/case";
import { verifyEvidence } from "./verify";
import { webVerify } from "./verify-web";

const SUBJECT = { kind: "shipment", shipment: "trip-1" } as const;
const verify = webVerify();

let ledger: TestLedger;
let parts: EvidenceParts;

beforeAll(async () => {
  ledger = await TestLedger.create();
  await tellTrip(ledger);
  parts = await partsOf(ledger, SUBJECT);
});

const check = (changed: EvidenceParts, more: Partial<Parameters<typeof verifyEvidence>[1]> = {}): Promise<Report> =>
  verifyEvidence(writeEvidence(changed), { pins: pinsOf(ledger), verify, ...more });
const failed = (report: Report): CheckName[] => report.checks.filter(({ state }) => state === "fails").map(({ name }) => name);
const codes = (report: Report): string[] => report.checks.flatMap(({ findings }) => findings.map(({ code }) => code));

describe("a whole file against pinned roots", () => {
  test("is verified, and its record is recomputed", async () => {
    const report = await check(parts);
    expect(report.checks.filter(({ state }) => state !== "holds")).toEqual([]);
    expect(report.outcome).toBe("verified");
    expect(report.record?.violations.length).toBeGreaterThan(0);
    expect(report.record?.facts.sensors.map(({ sensor, readings }) => [sensor, readings])).toEqual([
      ["probe-1", 12],
      ["probe-2", 10],
    ]);
  });
});

describe("the reader's own roots", () => {
  test("are asked for: without them a file is internally consistent, of an unknown network", async () => {
    const report = await check(parts, { pins: NO_PINS });
    expect([report.outcome, failed(report), codes(report)]).toEqual(["open", [], ["not-pinned"]]);
  });

  test("refuse a file of another network whose organisations have the same names", async () => {
    const other = await TestLedger.create();
    const report = await check(parts, { pins: pinsOf(other) });
    expect([report.outcome, failed(report)]).toEqual(["refused", ["network"]]);
    expect(codes(report)).toEqual(["other-root", "other-root", "other-root"]);
  });

  test("stand for one organisation each: a shipper's root pinned for the authority is another root", async () => {
    const [authority, shipper, recipient] = pinsOf(ledger).roots.map(({ fingerprint }) => fingerprint);
    const pin = (mspId: string, fingerprint = "") => ({ mspId, fingerprint });
    const roots = [pin("AuthorityMSP", shipper), pin("ShipperMSP", authority), pin("RecipientMSP", recipient)];
    expect(failed(await check(parts, { pins: { roots, genesis: [] } }))).toEqual(["network"]);
  });

  test("must cover everybody who signed", async () => {
    const report = await check(parts, { pins: { roots: pinsOf(ledger).roots.slice(0, 2), genesis: [] } });
    expect([failed(report), codes(report)]).toEqual([["network"], ["unknown-roots"]]);
  });

  test("of a demonstration are refused, unless the reader says otherwise", async () => {
    const demo = await TestLedger.create(undefined, true);
    await tellTrip(demo);
    const file = await partsOf(demo, SUBJECT);
    const refused = await check(file, { pins: pinsOf(demo) });
    expect([failed(refused), codes(refused)]).toEqual([["demonstration"], ["demonstration"]]);
    expect((await check(file, { pins: pinsOf(demo), acceptDemonstration: true })).outcome).toBe("verified");
  });
});

describe("an altered file", () => {
  test("is refused, whichever byte was altered", async () => {
    const bytes = writeEvidence(parts);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const altered = Uint8Array.from(bytes);
        altered[at] = (altered[at] ?? 0) ^ change;
        expect(failed(await verifyEvidence(altered, { pins: pinsOf(ledger), verify }))).toEqual(["file"]);
      }),
      { numRuns: 150, seed: 6 },
    );
  });

  test("is refused, whichever byte of a signed input was altered, also when its digest was made anew", async () => {
    const places = [...parts.transactions.keys()];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), fc.nat(), fc.integer({ min: 1, max: 255 }), async (index, at, change) => {
        const transactions = parts.transactions.map((each, position) =>
          position === index ? { ...each, envelope: flip(each.envelope, at % each.envelope.length, change) } : each,
        );
        const report = await check({ ...parts, transactions });
        expect(failed(report).some((name) => name === "signatures" || name === "endorsements")).toBe(true);
      }),
      { numRuns: 25, seed: 7 },
    );
  });

  test("is refused, whichever byte of an attested answer or its signatures was altered", async () => {
    const [head] = parts.heads;
    if (head === undefined) throw new TypeError("no head");
    await fc.assert(
      fc.asyncProperty(fc.constantFrom("payload", "endorsement"), fc.nat(), fc.integer({ min: 1, max: 255 }), async (part, at, change) => {
        const [first = new Uint8Array(), ...rest] = head.endorsements;
        const altered =
          part === "payload"
            ? { ...head, payload: flip(head.payload, at % head.payload.length, change) }
            : { ...head, endorsements: [flip(first, at % first.length, change), ...rest] };
        expect((await check({ ...parts, heads: [altered] })).outcome).toBe("refused");
      }),
      { numRuns: 25, seed: 8 },
    );
  });

  test("is refused without any one of its transactions, and the check that misses it is named", async () => {
    for (const [left, { envelope }] of parts.transactions.entries()) {
      const transactions = parts.transactions.filter((_, index) => index !== left);
      const report = await check({ ...parts, transactions });
      const names = failed(report);
      expect([decodeEnvelope(envelope).function, report.outcome]).toEqual([decodeEnvelope(envelope).function, "refused"]);
      expect(names.some((name) => name === "sequence" || name === "heads")).toBe(true);
    }
  });

  test("is refused when two transactions change places, or say another place than they have", async () => {
    const [a, b, ...rest] = parts.transactions;
    if (a === undefined || b === undefined) throw new TypeError("too few");
    expect(failed(await check({ ...parts, transactions: [b, a, ...rest] }))).toContain("sequence");
    const swapped = [{ ...b, block: a.block, position: a.position }, { ...a, block: b.block, position: b.position }, ...rest];
    expect(failed(await check({ ...parts, transactions: swapped }))).toContain("sequence");
  });
});

const flip = (bytes: Uint8Array, at: number, change: number): Uint8Array =>
  bytes.map((byte, index) => (index === at ? byte ^ change : byte));

describe("what is left out at the end", () => {
  /** Files of the same ledger: what stood there before `step`, with what the ledger attests after it. */
  async function withoutLast(step: (trip: TestLedger, sensors: readonly TestSensor[]) => Promise<void>): Promise<Report> {
    const trip = await TestLedger.create();
    const sensors = await shortTrip(trip);
    const before = transactionsOf(trip);
    await step(trip, sensors);
    const file = await partsOf(trip, SUBJECT);
    expect((await check(file, { pins: pinsOf(trip) })).outcome).toBe("verified");
    return check({ ...file, transactions: before }, { pins: pinsOf(trip) });
  }

  test("is named when it is a revocation", async () => {
    const report = await withoutLast(async (trip) => {
      const statement = { sensor: "probe-1", reason: "opened", doubtfulSince: trip.now - 60_000 };
      await trip.say(trip.people.authority, "sensor:Revoke", statement);
      trip.cut();
    });
    expect([failed(report), codes(report)]).toEqual([["heads"], expect.arrayContaining(["revocation-left-out"])]);
  });

  test("is named when it is the inspection that found a seal broken", async () => {
    const report = await withoutLast(inspectBroken);
    expect([failed(report), codes(report)]).toEqual([["heads"], expect.arrayContaining(["inspection-left-out", "events-left-out"])]);
    expect(report.checks.flatMap(({ findings }) => findings.map(({ detail }) => detail)).join()).toContain("found broken");
  });

  test("is named when it is the batch that brought a violation", async () => {
    const report = await withoutLast(async (trip, [sensor]) => {
      trip.now += 40 * 60_000;
      await sensor?.send(Array.from({ length: 35 }, () => 14_000));
      trip.cut();
    });
    expect([failed(report), codes(report)]).toEqual([["heads"], expect.arrayContaining(["violation-left-out", "batches-left-out"])]);
  });

  test("is named when it is a batch without a violation", async () => {
    const report = await withoutLast(async (trip, [sensor]) => {
      trip.now += 60_000;
      await sensor?.send([5000]);
      trip.cut();
    });
    expect([failed(report), codes(report)]).toEqual([["heads"], expect.arrayContaining(["batches-left-out"])]);
  });

  test("leaves the answer open when the file carries no attested read at all", async () => {
    const report = await check({ ...parts, heads: [] });
    expect([report.outcome, failed(report), codes(report), report.asAt]).toEqual(["open", [], ["no-heads"], null]);
  });
});

async function shortTrip(trip: TestLedger): Promise<TestSensor[]> {
  const { shipper } = trip.people;
  const sensors = [await TestSensor.register(trip, "probe-1")];
  const plan = { shipment: "trip-1", sscc: "006141411234567890", title: "Vaccine", origin: "Basel", destination: "Chur" };
  await trip.say(shipper, "shipment:Create", { ...plan, recipient: "RecipientMSP", profile: "fridge-2-8/1" });
  trip.cut();
  for (const { id } of sensors)
    await trip.say(shipper, "shipment:Assign", { shipment: "trip-1", sensor: id, place: "top", start: trip.now });
  trip.cut();
  await trip.say(shipper, "seal:Apply", { shipment: "trip-1", seal: "WS-1", class: "H", on: { container: "BOX-1" } });
  trip.cut();
  trip.now += 5 * 60_000;
  for (const sensor of sensors) await sensor.send([5000, 5100, 5200]);
  trip.cut();
  return sensors;
}

async function inspectBroken(trip: TestLedger, sensors: readonly TestSensor[]): Promise<void> {
  const checks = { number: true, pull: false, twist: true, surface: true, shaft: true };
  const seen = sensors.map(({ id, thumbprint, sequence, hash }) => ({ sensor: id, thumbprint, sequence, hash }));
  const statement = { shipment: "trip-1", seal: "WS-1", result: "broken", checks, sensors: seen, photo: null, note: "cut" } as const;
  await trip.say(trip.people.recipient, "seal:Inspect", statement);
  trip.cut();
}

describe("two organisations that sign what they like", () => {
  test("cannot give a record that the rules do not give", async () => {
    const trip = await TestLedger.create();
    const [sensor] = await shortTrip(trip);
    trip.now += 40 * 60_000;
    await sensor?.send(
      Array.from({ length: 35 }, () => 14_000),
      {
        writes: (writes) => new Map([...writes].filter(([key]) => !key.startsWith("violation~") && !key.startsWith("shipment~"))),
      },
    );
    trip.cut();
    expect(failed(await check(await partsOf(trip, SUBJECT), { pins: pinsOf(trip) }))).toContain("rules");
  });

  test("cannot make a batch that the sensor did not sign", async () => {
    const trip = await TestLedger.create();
    const [sensor] = await shortTrip(trip);
    await sensor?.send([5000], { signer: trip.peers[0] as NonNullable<(typeof trip.peers)[0]> });
    trip.cut();
    expect(failed(await check(await partsOf(trip, SUBJECT), { pins: pinsOf(trip) }))).toEqual(["signatures"]);
  });

  test("are two: one alone neither endorses nor attests", async () => {
    const trip = await TestLedger.create();
    const [sensor] = await shortTrip(trip);
    await sensor?.send([5000], { endorsers: trip.peers.slice(0, 1) });
    trip.cut();
    expect(failed(await check(await partsOf(trip, SUBJECT), { pins: pinsOf(trip) }))).toEqual(["endorsements"]);
    const head = await trip.read(trip.people.recipient, { kind: "shipment", shipment: "trip-1" }, { endorsers: trip.peers.slice(0, 1) });
    const alone = { ...(await partsOf(ledger, SUBJECT)), heads: [{ ...head, endorsements: [...head.endorsements] }] };
    expect(failed(await check(alone))).toEqual(["heads"]);
  });
});

describe("under an agreement of the organisations", () => {
  /** A founding agreement, a shipment, and a decision that `endorsers` endorsed; the agreement wants recipient and shipper. */
  async function decidedBy(endorsers: readonly number[]): Promise<{ trip: TestLedger; file: EvidenceParts }> {
    const trip = await TestLedger.create();
    await trip.found();
    const [sensor] = await shortTrip(trip);
    const through = [{ sensor: "probe-1", sequence: sensor?.sequence ?? 0, hash: sensor?.hash ?? "" }];
    const statement = { shipment: "trip-1", decision: "rejected", reason: "late", through } as const;
    const peers = endorsers.flatMap((index) => trip.peers[index] ?? []);
    await trip.say(trip.people.recipient, "shipment:Decide", statement, { endorsers: peers });
    trip.cut();
    return { trip, file: await partsOf(trip, SUBJECT) };
  }

  test("a decision that the agreed organisations endorsed is verified, one that two others endorsed is refused", async () => {
    const agreed = await decidedBy([1, 2]);
    expect((await check(agreed.file, { pins: pinsOf(agreed.trip) })).outcome).toBe("verified");
    const other = await decidedBy([0, 2]);
    const report = await check(other.file, { pins: pinsOf(other.trip) });
    expect([failed(report).includes("endorsements"), codes(report)]).toEqual([true, expect.arrayContaining(["agreement"])]);
  });

  test("leaving the agreement out does not loosen it", async () => {
    const { trip, file } = await decidedBy([0, 2]);
    const transactions = file.transactions.filter(({ envelope }) => decodeEnvelope(envelope).function !== "governance:Agree");
    const report = await check({ ...file, transactions }, { pins: pinsOf(trip) });
    expect([failed(report), codes(report)]).toEqual([["heads"], expect.arrayContaining(["agreement"])]);
  });
});

describe("an excursion in the file", () => {
  let handled: TestLedger;
  let file: EvidenceParts;
  beforeAll(async () => {
    handled = await TestLedger.create();
    await tellTrip(handled);
    await handleExcursion(handled, [{ name: "door.pdf", type: "application/pdf", size: 12, hash: "d".repeat(64) }]);
    file = await partsOf(handled, SUBJECT);
  });
  const checkHandled = (changed: EvidenceParts) => verifyEvidence(writeEvidence(changed), { pins: pinsOf(handled), verify });
  const steps = () =>
    [...file.transactions.entries()].filter(([, { envelope }]) => decodeEnvelope(envelope).function.startsWith("excursion:"));

  test("is told with every step, who signed it and what the signature means", async () => {
    const report = await checkHandled(file);
    expect(report.outcome).toBe("verified");
    const [first] = report.record?.excursions ?? [];
    expect(first?.excursion).toMatchObject({ sensor: "probe-1", rule: "upper", status: "released", log: { length: 5 } });
    expect(first?.steps.map(({ facts, by }) => [facts.type, by])).toEqual([
      ["ExcursionAcknowledged", "ines@recipient"],
      ["ExcursionAssigned", "ines@recipient"],
      ["ExcursionInvestigated", "lena@shipper"],
      ["ExcursionDecided", "lena@shipper"],
    ]);
    const text = printReport(report);
    expect(text).toContain("released for use");
    expect(text).toContain("d".repeat(64));
  });

  test("has its steps in the ledger's order: two that change places are found", async () => {
    const [first, second] = steps().slice(1, 3);
    if (!first || !second) throw new TypeError("no steps");
    const swapped = file.transactions.map((each, index) => {
      if (index === first[0]) return { ...each, envelope: second[1].envelope };
      return index === second[0] ? { ...each, envelope: first[1].envelope } : each;
    });
    const report = await checkHandled({ ...file, transactions: swapped });
    expect([report.outcome, failed(report).includes("sequence")]).toEqual(["refused", true]);
  });

  test("is refused without any one step, the release itself included", async () => {
    expect(steps()).toHaveLength(4);
    for (const [left] of steps()) {
      const report = await checkHandled({ ...file, transactions: file.transactions.filter((_, index) => index !== left) });
      expect([report.outcome, failed(report).some((name) => name === "sequence" || name === "heads")]).toEqual(["refused", true]);
    }
  });
});
