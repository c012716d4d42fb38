import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Viewer } from "../access/viewer";
import { judge } from "../domain/verdict";
import { fillFixture } from "../projection/testing/fixture";
import { closedExcursions, countOpenExcursions, openExcursions } from "./excursions";
import { checkpoint, latestTransactions, transaction } from "./ledger";
import { freeSensors, packing } from "./plan";
import { listSensors, ridesOf, sensor, visibleSensors } from "./sensors";
import { shipmentFacts } from "./shipment-facts";
import type { ShipmentQuery } from "./shipment-query";
import { countShipments, listShipments, openShipments, visibleShipments } from "./shipments";
import { sparklines } from "./sparklines";
import { createTestDatabase, type TestDatabase } from "./testing";
import { batchOf, readingsOfBatch, tracesOf } from "./transaction-detail";

const NOW = Date.UTC(2026, 10, 20, 10);
const viewer = (kind: Viewer["kind"], mspId: string, role: Viewer["role"] = kind as Viewer["role"]): Viewer => ({
  userId: "u",
  mspId,
  kind,
  role,
  name: "N",
});
const SHIPPER = viewer("shipper", "ShipperMSP");
const RECIPIENT = viewer("recipient", "RecipientMSP");
const AUTHORITY = viewer("authority", "AuthorityMSP");
const NOBODY = viewer("shipper", "ShipperMSP", "importer");
const ALL: ShipmentQuery = { search: "", state: "all", sort: "newest", after: null, limit: 50 };

let db: TestDatabase;
let story: Awaited<ReturnType<typeof fillFixture>>;
beforeAll(async () => {
  db = await createTestDatabase();
  story = await fillFixture(db.url, NOW);
});
afterAll(() => db.drop());

const idsOf = async (query: Partial<ShipmentQuery>, who = SHIPPER) =>
  (await listShipments(db.pool, who, { ...ALL, ...query })).rows.map(({ id }) => id);

describe("lists of shipments", () => {
  it("show each party its shipments and a stranger none", async () => {
    for (const who of [SHIPPER, RECIPIENT, AUTHORITY]) expect((await idsOf({}, who)).sort()).toEqual([...story.shipments].sort());
    await db.pool.query("UPDATE shipment SET recipient = 'OtherMSP' WHERE id = $1", [story.shipments[0]]);
    try {
      expect(await idsOf({}, RECIPIENT)).not.toContain(story.shipments[0]);
      expect(await visibleShipments(db.pool, RECIPIENT, story.shipments)).not.toContain(story.shipments[0]);
      expect(await packing(db.pool, RECIPIENT, story.shipments[0] ?? "")).toBeNull();
    } finally {
      await db.pool.query("UPDATE shipment SET recipient = 'RecipientMSP' WHERE id = $1", [story.shipments[0]]);
    }
  });

  it("show nothing at all to an identity that does not browse", async () => {
    expect(await idsOf({}, NOBODY)).toEqual([]);
    expect(await openShipments(db.pool, NOBODY, 10)).toEqual([]);
    expect((await countShipments(db.pool, NOBODY)).all).toBe(0);
    expect(await listSensors(db.pool, NOBODY, { search: "", limit: 10 })).toEqual([]);
    expect(await openExcursions(db.pool, NOBODY, NOW)).toEqual([]);
    expect(await visibleSensors(db.pool, NOBODY, story.sensors)).toEqual([]);
  });

  it("give every row once over pages of any size, in every order", async () => {
    for (const sort of ["newest", "latest", "place", "title"] as const) {
      const whole = await idsOf({ sort });
      for (const limit of [1, 2, 3]) {
        const seen: string[] = [];
        let after: string | null = null;
        do {
          const page = await listShipments(db.pool, SHIPPER, { ...ALL, sort, limit, after });
          seen.push(...page.rows.map(({ id }) => id));
          after = page.next;
        } while (after !== null);
        expect(seen).toEqual(whole);
      }
    }
  });

  it("find by any part of place, goods, SSCC and sensor, and take wildcards literally", async () => {
    const [first] = (await listShipments(db.pool, SHIPPER, ALL)).rows;
    if (!first) throw new Error("the story has shipments");
    expect(await idsOf({ search: first.destination.slice(1).toUpperCase() })).toContain(first.id);
    expect(await idsOf({ search: first.sscc.slice(-5) })).toEqual([first.id]);
    expect(await idsOf({ search: "%" })).toEqual([]);
    expect(await idsOf({ search: "_" })).toEqual([]);
  });

  it("count what each filter shows", async () => {
    const counts = await countShipments(db.pool, SHIPPER);
    for (const state of ["all", "open", "arrived", "decided", "violated"] as const)
      expect((await idsOf({ state })).length).toBe(counts[state]);
    expect(counts.all).toBe(story.shipments.length);
  });
});

describe("facts for the verdict", () => {
  it("tell the story: one was too warm, one outlived its calibration, one is vouched for", async () => {
    const facts = await shipmentFacts(db.pool, story.shipments);
    const verdicts = [...facts].map(([id, its]) => ({ id, ...judge(its, NOW) }));
    expect(verdicts.filter(({ kept }) => kept.answer === "no").length).toBe(1);
    expect(verdicts.filter(({ trust }) => trust.reasons.some(({ code }) => code === "calibration-ended")).length).toBe(1);
    expect(verdicts.filter(({ trust }) => trust.answer === "vouched").length).toBe(1);
  });

  it("agree with the readings themselves", async () => {
    const facts = await shipmentFacts(db.pool, story.shipments);
    const { rows } = await db.pool.query<{
      shipment: string;
      sensor: string;
      readings: number;
      min: number;
      max: number;
      last: number;
      batches: number;
    }>(
      `SELECT shipment, sensor, count(*) AS readings, min(temperature) AS min, max(temperature) AS max, max(at) AS last,
              count(DISTINCT sequence) AS batches FROM reading WHERE shipment IS NOT NULL GROUP BY shipment, sensor`,
    );
    expect(rows.length).toBeGreaterThan(4);
    for (const row of rows) {
      const its = facts.get(row.shipment)?.sensors.find(({ sensor: id }) => id === row.sensor);
      expect(its).toMatchObject({ readings: row.readings, last: row.last });
      expect([its?.lowest?.value, its?.highest?.value]).toEqual([row.min, row.max]);
      expect(its?.batches).toBe(row.batches);
    }
  });

  it("lose no extreme in a sparkline", async () => {
    const lines = await sparklines(db.pool, story.shipments);
    for (const id of story.shipments) {
      const { rows } = await db.pool.query<{ sensor: string; min: number; max: number }>(
        `SELECT sensor, min(temperature) AS min, max(temperature) AS max FROM reading
          WHERE shipment = $1 AND at >= (SELECT max(last_at) FROM coverage WHERE shipment = $1) - 86000000 GROUP BY sensor ORDER BY sensor`,
        [id],
      );
      const drawn = (lines.get(id) ?? []).map((line) => [Math.min(...line.map(({ min }) => min)), Math.max(...line.map(({ max }) => max))]);
      rows.forEach(({ min, max }, index) => {
        expect(drawn[index]?.[0]).toBeLessThanOrEqual(min);
        expect(drawn[index]?.[1]).toBeGreaterThanOrEqual(max);
      });
    }
  });
});

describe("sensors, excursions and transactions", () => {
  it("show the owner and the authority every sensor, soonest due first", async () => {
    for (const who of [SHIPPER, AUTHORITY]) {
      const rows = await listSensors(db.pool, who, { search: "", limit: 50 });
      expect(rows.map(({ id }) => id).sort()).toEqual([...story.sensors].sort());
      const ends = rows.map(({ calibration }) => calibration?.validTo ?? 0);
      expect(ends).toEqual([...ends].sort((a, b) => a - b));
    }
  });

  it("keep from a former recipient what a sensor measures for somebody else now", async () => {
    const rides = (await listSensors(db.pool, RECIPIENT, { search: "", limit: 50 })).find(({ rides: its }) => its !== null);
    if (!rides?.rides) throw new Error("the story has a sensor under way");
    const was = rides.rides.shipment;
    await db.pool.query("UPDATE shipment SET recipient = 'OtherMSP' WHERE id = $1", [was]);
    await db.pool.query(
      "INSERT INTO assignment (shipment, sensor, place, start, \"end\", assigned, transaction) VALUES ($1, $2, 'x', 1, 2, 1, 'x')",
      [story.shipments.find((id) => id !== was), rides.id],
    );
    try {
      expect(await sensor(db.pool, RECIPIENT, rides.id)).toMatchObject({ rides: null, lastTemperature: null, lastHumidity: null });
      expect((await ridesOf(db.pool, RECIPIENT, rides.id, 10)).map(({ shipment }) => shipment)).not.toContain(was);
    } finally {
      await db.pool.query("DELETE FROM assignment WHERE transaction = 'x'");
      await db.pool.query("UPDATE shipment SET recipient = 'RecipientMSP' WHERE id = $1", [was]);
    }
  });

  it("offer only sensors that ride with nothing open", async () => {
    const { rows } = await db.pool.query<{ sensor: string }>(
      "SELECT a.sensor FROM assignment a JOIN shipment s ON s.id = a.shipment WHERE a.\"end\" IS NULL AND s.status NOT IN ('accepted', 'rejected')",
    );
    const busy = new Set(rows.map(({ sensor: id }) => id));
    const free = (await freeSensors(db.pool, SHIPPER)).map(({ id }) => id);
    expect([...free].sort()).toEqual(story.sensors.filter((id) => !busy.has(id)).sort());
    expect(await freeSensors(db.pool, RECIPIENT)).toEqual([]);
  });

  it("list every violation as open or settled, never both", async () => {
    const [open, settled] = await Promise.all([openExcursions(db.pool, SHIPPER, NOW), closedExcursions(db.pool, SHIPPER, 50)]);
    const { rows } = await db.pool.query<{ count: number }>("SELECT count(*) AS count FROM violation");
    expect(open.length + settled.length).toBe(rows[0]?.count);
    expect(await countOpenExcursions(db.pool, SHIPPER)).toBe(open.length);
  });

  it("lead from a transaction to what it did and the readings it brought, and a stranger to neither", async () => {
    const found = (await latestTransactions(db.pool, 500)).find(({ function: name }) => name === "batch:Record");
    if (!found) throw new Error("the story has batches");
    expect(await transaction(db.pool, found.id)).toEqual(found);
    const batch = await batchOf(db.pool, SHIPPER, found.id);
    if (!batch) throw new Error("the transaction recorded a batch");
    expect((await readingsOfBatch(db.pool, SHIPPER, batch)).length).toBe(batch.count);
    expect(await batchOf(db.pool, NOBODY, found.id)).toBeNull();
    expect(await tracesOf(db.pool, NOBODY, found.block, found.position)).toEqual([]);
    expect((await checkpoint(db.pool))?.halt).toBeNull();
  });
});
