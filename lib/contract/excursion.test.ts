import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ExcursionStatus, ExcursionStep } from "../domain/excursion";
import { WintersealError } from "../messages/errors";
import { FUNCTIONS } from "../messages/functions";
import type { BatchFacts } from "./facts";
import { type ExcursionRecord, keys, type ShipmentRecord } from "./state";
import { Book, HOUR, MINUTE, person, recipient, shipper, T0 } from "./testing/book";
import {
  acknowledge,
  assignTo,
  decide,
  EXCURSION,
  excursed,
  excursionOf,
  investigate,
  investigated,
  lasting,
  lena,
  nora,
} from "./testing/excursions";
import { NO_HASH, named, underWay } from "./testing/scenes";

const shipmentOf = (book: Book) => book.record<ShipmentRecord>(keys.shipment("trip-1"));
const code = (action: Promise<unknown>) =>
  action.then(
    () => "accepted",
    (error: { code?: string }) => error.code,
  );

describe("an excursion", () => {
  it("is opened by the batch that finds the violation, and by nothing else", async () => {
    const book = await underWay();
    expect(excursionOf(book)).toBeUndefined();
    const found = await lasting();
    expect(excursionOf(found)).toMatchObject({
      ...EXCURSION,
      status: "open",
      severity: "critical",
      opened: T0 + 20 * MINUTE,
      assignee: null,
    });
  });

  it("goes from open over acknowledged and investigation to a release, each step in its own log and in the shipment's", async () => {
    const book = await excursed();
    const before = shipmentOf(book)?.log.length ?? 0;
    book.now += MINUTE;
    await acknowledge(book, recipient, "seen at the dock");
    await assignTo(book);
    const attachments = [{ name: "report.pdf", type: "application/pdf" as const, size: 12, hash: NO_HASH }];
    book.now += MINUTE;
    await investigate(book, { attachments });
    await investigate(book, { note: "Second note" }, recipient);
    expect(excursionOf(book)).toMatchObject({
      status: "investigating",
      since: book.now,
      assignee: { organisation: "ShipperMSP", person: "lena@shipper" },
      log: { length: 5 },
    });
    book.now += HOUR;
    const { facts } = await decide(book, "released for use");
    expect(facts).toMatchObject({
      type: "ExcursionDecided",
      name: "Lena Brunner",
      step: { meaning: "released for use", signer: { person: "lena@shipper", name: "Lena Brunner" } },
      excursion: { status: "released", since: book.now, log: { length: 6 } },
    });
    expect(shipmentOf(book)?.log.length).toBe(before + 5);
    for (const step of [acknowledge(book), investigate(book), decide(book, "rejected")]) expect(await code(step)).toBe("EXCURSION_ORDER");
  });

  it("is decided by the shipper alone, and assigned to nobody but people of the two parties", async () => {
    const book = await investigated();
    expect(await code(decide(book, "rejected", {}, { ...recipient, commonName: "ines@recipient" }))).toBe("ACCESS_DENIED");
    expect(await code(assignTo(book, "urs@authority", "AuthorityMSP"))).toBe("ARGUMENT_INVALID");
    expect(await code(assignTo(book, "ines@recipient", "RecipientMSP"))).toBe("accepted");
    for (const role of ["auditor", "importer", "signatory"] as const)
      expect(await code(acknowledge(book, person("ShipperMSP", role)))).toBe("ACCESS_DENIED");
  });

  it("attaches a file once to a note", async () => {
    const book = await investigated();
    const file = { name: "a.pdf", type: "application/pdf" as const, size: 1, hash: NO_HASH };
    expect(await code(investigate(book, { attachments: [file, { ...file, name: "b.pdf" }] }))).toBe("ARGUMENT_INVALID");
  });

  it("cannot be decided while it lasts, and can once the ride has ended, since a sensor may never come back", async () => {
    const book = await lasting();
    await acknowledge(book);
    await investigate(book);
    expect(await code(decide(book, "released for use"))).toBe("EXCURSION_LASTS");
    book.now += MINUTE;
    await book.say("shipment:EndAssignment", { shipment: "trip-1", sensor: "probe-1", end: book.now }, shipper);
    expect(await code(decide(book, "released for use"))).toBe("accepted");
  });

  it("outlives the decision on its shipment", async () => {
    const book = await excursed();
    await book.handover("trip-1", true, recipient);
    await book.decide("trip-1", "accepted", [named(book)]);
    await acknowledge(book);
    await investigate(book);
    await decide(book, "released for use");
    expect(excursionOf(book)?.status).toBe("released");
    expect(shipmentOf(book)?.status).toBe("accepted");
  });
});

describe("late readings", () => {
  /** Decided while the sensor still holds hot readings of the ride back. */
  async function decidedEarly(meaning: "released for use" | "rejected"): Promise<Book> {
    const book = await lasting();
    await acknowledge(book);
    await investigate(book);
    book.now = T0 + HOUR;
    await book.say("shipment:EndAssignment", { shipment: "trip-1", sensor: "probe-1", end: T0 + 50 * MINUTE }, shipper);
    await decide(book, meaning);
    book.now = T0 + 2 * HOUR;
    return book;
  }
  const late = (book: Book, temperature: number) =>
    book.readings("probe-1", [[1000 + 40 * MINUTE, temperature]], { tick: 1000 + 2 * HOUR });

  it("of the same violation lead a release back to open, with the reason in both logs", async () => {
    const book = await decidedEarly("released for use");
    const before = shipmentOf(book)?.log.length ?? 0;
    const { facts } = await late(book, 9900);
    expect((facts as BatchFacts).excursions).toMatchObject([{ status: "open", reopened: 1, since: T0 + 2 * HOUR, log: { length: 5 } }]);
    expect((facts as BatchFacts).shipments).toMatchObject([{ shipment: "trip-1", log: { length: before + 1 } }]);
    expect(await code(investigate(book))).toBe("EXCURSION_ORDER");
    await acknowledge(book, nora);
  });

  it("that only end the violation leave the release alone", async () => {
    const book = await decidedEarly("released for use");
    const { facts } = await late(book, 5000);
    expect((facts as BatchFacts).excursions).toEqual([]);
    expect(excursionOf(book)?.status).toBe("released");
  });

  it("leave a rejection alone", async () => {
    const book = await decidedEarly("rejected");
    await late(book, 9900);
    expect(excursionOf(book)?.status).toBe("rejected");
  });
});

/** The life as a table of its own, against which any order of steps is held. */
const MODEL: Readonly<Record<ExcursionStatus, readonly [ExcursionStep, ExcursionStatus][]>> = {
  open: [["acknowledge", "acknowledged"]],
  acknowledged: [
    ["assign", "acknowledged"],
    ["investigate", "investigating"],
  ],
  investigating: [
    ["assign", "investigating"],
    ["investigate", "investigating"],
    ["release", "released"],
    ["reject", "rejected"],
  ],
  released: [],
  rejected: [],
};

const TAKE: Readonly<Record<ExcursionStep, (book: Book, by: typeof lena) => Promise<unknown>>> = {
  acknowledge: (book, by) => acknowledge(book, by),
  assign: (book, by) => assignTo(book, by.commonName, by.mspId, by),
  investigate: (book, by) => investigate(book, {}, by),
  release: (book, by) => decide(book, "released for use", {}, by),
  reject: (book, by) => decide(book, "rejected", {}, by),
};

const isSame = (a: ReadonlyMap<string, Uint8Array>, b: ReadonlyMap<string, Uint8Array>): boolean =>
  a.size === b.size && [...a].every(([key, value]) => Buffer.compare(value, b.get(key) ?? new Uint8Array()) === 0);

/** The same ledger, to be written on anew. */
function startedFrom({ state, now }: Book): Book {
  const book = new Book();
  for (const [key, value] of state) book.state.set(key, value);
  book.now = now;
  return book;
}

describe("any order of steps", () => {
  const ines = person("RecipientMSP", "recipient", { commonName: "ines@recipient" });
  const people = fc.constantFrom(lena, nora, ines, person("AuthorityMSP", "authority", { commonName: "urs@authority" }));
  const steps = fc.array(fc.tuple(fc.constantFrom(...(Object.keys(TAKE) as ExcursionStep[])), people), { minLength: 1, maxLength: 14 });

  it("is taken exactly where the life allows it and by whom it allows it; what is refused changes nothing", async () => {
    const reached = new Set<string>();
    const start = await excursed();
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const book = startedFrom(start);
        let status: ExcursionStatus = "open";
        let taken = 1;
        for (const [step, by] of history) {
          book.now += MINUTE;
          const before = new Map(book.state);
          const next: ExcursionStatus | undefined = MODEL[status].find(([name]) => name === step)?.[1];
          const isParty = by.mspId === "ShipperMSP" || (by.mspId === "RecipientMSP" && step !== "release" && step !== "reject");
          const result = await TAKE[step](book, by).catch((error: unknown) => error);
          if (next === undefined || !isParty) {
            expect(result).toBeInstanceOf(WintersealError);
            expect(["EXCURSION_ORDER", "ACCESS_DENIED"]).toContain((result as WintersealError).code);
            expect(isSame(book.state, before)).toBe(true);
          } else {
            expect(result).not.toBeInstanceOf(Error);
            status = next;
            taken += 1;
          }
          const { status: actual, log } = excursionOf(book) as ExcursionRecord;
          expect([actual, log.length]).toEqual([status, taken]);
          reached.add(status);
        }
      }),
      { seed: 190, numRuns: 200 },
    );
    expect([...reached].sort()).toEqual(["acknowledged", "investigating", "open", "rejected", "released"]);
  }, 60_000);
});

it("steps are people's: no importer takes one, and a decision needs the endorsement of both parties", () => {
  for (const name of ["excursion:Acknowledge", "excursion:Assign", "excursion:Investigate", "excursion:Decide"] as const) {
    expect(FUNCTIONS[name].permitted.some(({ role }) => role === "importer" || role === "auditor")).toBe(false);
  }
  expect(FUNCTIONS["excursion:Decide"].group).toBe("decision");
});
