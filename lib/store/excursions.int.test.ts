import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Viewer } from "../access/viewer";
import { excursionName, parseExcursionName } from "../domain/excursion";
import { DUE_AFTER } from "../domain/excursion-due";
import { MAX_ATTACHMENT_BYTES } from "../messages/attachments";
import { project } from "../projection/testing/fixture";
import { TestLedger } from "../projection/testing/ledger";
import { handleExcursion, tellTrip } from "../projection/testing/trip";
import { loadExcursion } from "./excursion-detail";
import { keepFile, readFile } from "./excursion-files";
import { closedExcursions, countOpenExcursions, dueExcursions, openExcursions } from "./excursions";
import { createTestDatabase, type TestDatabase } from "./testing";

const viewer = (kind: Viewer["kind"], mspId: string, role: Viewer["role"] = kind as Viewer["role"]): Viewer => ({
  userId: "u",
  mspId,
  kind,
  role,
  name: "N",
});
const SHIPPER = viewer("shipper", "ShipperMSP");
const RECIPIENT = viewer("recipient", "RecipientMSP");
const AUDITOR = viewer("shipper", "ShipperMSP", "auditor");
const STRANGER = viewer("recipient", "NordRecipientMSP");
const REPORT = Buffer.from("%PDF-1.7 the door stood open");
const HASH = createHash("sha256").update(REPORT).digest("hex");
const ID = { shipment: "trip-1", sensor: "probe-1", rule: "upper", number: 1 };

/** The same story, once as far as the ledger tells it and once handled up to the release. */
let untouched: TestDatabase;
let handled: TestDatabase;
let now: number;

beforeAll(async () => {
  [untouched, handled] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  const first = await TestLedger.create();
  await tellTrip(first);
  await project(first, untouched.url);
  const second = await TestLedger.create();
  await tellTrip(second);
  await handleExcursion(second, [{ name: "door.pdf", type: "application/pdf", size: REPORT.length, hash: HASH }]);
  await project(second, handled.url);
  now = second.now;
});
afterAll(() => Promise.all([untouched.drop(), handled.drop()]));

describe("excursions", () => {
  it("stay in sight until somebody signs for them, also when their shipment was accepted long ago", async () => {
    const { rows } = await untouched.pool.query<{ status: string }>("SELECT status FROM shipment");
    expect(rows).toEqual([{ status: "accepted" }]);
    const open = await openExcursions(untouched.pool, SHIPPER, now + 1000 * 86_400_000);
    expect(open.map((row) => [excursionName(row), row.status, row.due?.level])).toContainEqual([excursionName(ID), "open", "escalated"]);
    expect(await countOpenExcursions(untouched.pool, SHIPPER)).toBe(open.length);
    expect(await closedExcursions(untouched.pool, SHIPPER, 10)).toEqual([]);
    expect(await openExcursions(untouched.pool, STRANGER, now)).toEqual([]);
  });

  it("leave the list by a release, which is told with everything that led to it", async () => {
    const [closed] = await closedExcursions(handled.pool, RECIPIENT, 10);
    expect(closed).toMatchObject({ ...ID, status: "released", assignee: "lena@shipper" });
    expect((await openExcursions(handled.pool, RECIPIENT, now)).map(excursionName)).not.toContain(excursionName(ID));
    const detail = await loadExcursion(handled.pool, AUDITOR, ID, now);
    expect(detail?.due).toBeNull();
    expect(detail?.log.length).toBe(5);
    expect(detail?.steps.map(({ kind, by, text, meaning }) => [kind, by, text, meaning])).toEqual([
      ["ExcursionAcknowledged", "ines@recipient", "Seen at the dock", null],
      ["ExcursionAssigned", "ines@recipient", "", null],
      ["ExcursionInvestigated", "lena@shipper", "The lorry’s door stood open", null],
      ["ExcursionDecided", "lena@shipper", "Within the stability data", "released for use"],
    ]);
    expect(detail?.steps[2]?.attachments).toEqual([
      { name: "door.pdf", type: "application/pdf", size: REPORT.length, hash: HASH, kept: false },
    ]);
    for (const step of detail?.steps ?? []) {
      const found = await handled.pool.query("SELECT 1 FROM transaction WHERE id = $1 AND function LIKE 'excursion:%'", [step.transaction]);
      expect(found.rowCount).toBe(1);
    }
  });

  it("do not exist for whoever may not see their shipment, nor under a name that is none", async () => {
    expect(await loadExcursion(handled.pool, STRANGER, ID, now)).toBeNull();
    expect(await loadExcursion(handled.pool, SHIPPER, { ...ID, number: 9 }, now)).toBeNull();
    expect(parseExcursionName("trip-1~probe-1~upper~1'; DROP TABLE excursion --")).toBeNull();
  });
});

describe("what is due", () => {
  it("is told to whom it concerns, once per level that is reached", async () => {
    const { since } = (await loadExcursion(untouched.pool, SHIPPER, ID, now)) ?? { since: 0 };
    const time = DUE_AFTER.critical.acknowledge;
    const at = async (after: number) =>
      (await dueExcursions(untouched.pool, since + after)).find((it) => excursionName(it) === excursionName(ID));
    expect(await at(0)).toBeUndefined();
    expect(await at(time / 2)).toMatchObject({ due: { level: "remind", step: "acknowledge", since }, tell: ["assignee"], assignee: null });
    expect(await at(time)).toMatchObject({ due: { level: "overdue" }, tell: ["assignee", "shipper"], shipper: "ShipperMSP" });
    expect(await at(2 * time)).toMatchObject({ due: { level: "escalated" }, tell: ["assignee", "shipper", "recipient"] });
    const overdue = await dueExcursions(untouched.pool, since + time, "overdue");
    expect(overdue.every(({ due }) => due.level === "overdue" || due.level === "escalated")).toBe(true);
  });

  it("is nothing of what was released", async () => {
    const due = await dueExcursions(handled.pool, now + 1000 * 86_400_000);
    expect(due.map(excursionName)).not.toContain(excursionName(ID));
  });
});

describe("files of an investigation", () => {
  it("are kept under their hash and given to the parties; what a note does not name is given to nobody", async () => {
    expect(await keepFile(handled.pool, SHIPPER, "trip-1", "door.pdf", REPORT, now)).toEqual({
      hash: HASH,
      type: "application/pdf",
      size: REPORT.length,
    });
    expect(Buffer.from((await readFile(handled.pool, RECIPIENT, "trip-1", HASH))?.bytes ?? [])).toEqual(REPORT);
    expect((await loadExcursion(handled.pool, SHIPPER, ID, now))?.steps[2]?.attachments[0]?.kept).toBe(true);
    expect(await readFile(handled.pool, STRANGER, "trip-1", HASH)).toBeNull();
    const other = await keepFile(handled.pool, SHIPPER, "trip-1", "notes.txt", Buffer.from("never signed"), now);
    expect(await readFile(handled.pool, SHIPPER, "trip-1", other.hash)).toBeNull();
  });

  it("are refused by their own bytes, whatever their name says", async () => {
    const keep = (name: string, bytes: Buffer, who = SHIPPER) =>
      keepFile(handled.pool, who, "trip-1", name, bytes, now).catch((error: { code: string }) => error.code);
    for (const [name, bytes] of [
      ["report.pdf", Buffer.from("<html><script>alert(1)</script></html>\0")],
      ["photo.png", Buffer.from([0x4d, 0x5a, 0x90, 0x00])],
      ["empty.txt", Buffer.alloc(0)],
      ["latin1.txt", Buffer.from([0x64, 0xe9, 0x66])],
    ] as const) {
      expect(await keep(name, bytes), name).toBe("FILE_TYPE");
    }
    expect(await keep("large.pdf", Buffer.concat([REPORT, Buffer.alloc(MAX_ATTACHMENT_BYTES)]))).toBe("FILE_TOO_LARGE");
    expect(await keep("door.pdf", REPORT, AUDITOR)).toBe("ACCESS_DENIED");
    expect(await keep("door.pdf", REPORT, STRANGER)).toBe("SHIPMENT_UNKNOWN");
    expect(await keep("page.html", Buffer.from("<script>alert(1)</script>"))).toMatchObject({ type: "text/plain" });
  });

  it("may be left without a note up to a bound, for each organisation by itself", async () => {
    await handled.pool.query(
      `INSERT INTO excursion_file (shipment, hash, type, bytes, uploaded_by, msp_id, uploaded_at)
       SELECT 'trip-1', 'filler-' || n, 'text/plain', decode(repeat('00', 10000000), 'hex'), 'u', 'ShipperMSP', $1 FROM generate_series(1, 21) n`,
      [now],
    );
    try {
      const keep = (who: Viewer) =>
        keepFile(handled.pool, who, "trip-1", "more.txt", Buffer.from("more"), now).then(
          () => "kept",
          (error: { code: string }) => error.code,
        );
      expect([await keep(SHIPPER), await keep(RECIPIENT)]).toEqual(["BUSY", "kept"]);
    } finally {
      await handled.pool.query("DELETE FROM excursion_file WHERE hash LIKE 'filler-%'");
    }
  });
});
