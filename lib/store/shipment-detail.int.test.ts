import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Viewer } from "../access/viewer";
import { judge } from "../domain/verdict";
import { fillFixture } from "../projection/testing/fixture";
import { warmestKinetic } from "./kinetic";
import { loadShipment, type ShipmentDetail, shipmentHead } from "./shipment-detail";
import { createTestDatabase, type TestDatabase } from "./testing";

const NOW = Date.UTC(2026, 10, 20, 12);
const HOUR = 3_600_000;
const viewer = (kind: "shipper" | "recipient" | "authority", change: Partial<Viewer> = {}): Viewer => ({
  userId: "u",
  mspId: { shipper: "ShipperMSP", recipient: "RecipientMSP", authority: "AuthorityMSP" }[kind],
  kind,
  role: kind,
  name: "N",
  ...change,
});

describe("one shipment's page", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    await fillFixture(database.url, NOW);
  });
  afterAll(async () => {
    await database?.drop();
  });
  const open = async (id: string): Promise<ShipmentDetail> => {
    const detail = await loadShipment(database.pool, viewer("recipient"), id);
    if (!detail) throw new Error(`${id} is not there`);
    return detail;
  };

  test("shows a warm shipment as warm and as attested, each half from its own facts", async () => {
    const detail = await open("basel-vienna");
    const { kept, trust } = judge(detail.facts, NOW);
    expect(kept).toMatchObject({ answer: "no", direction: "above", notMeasured: 0 });
    expect(kept.violations.map((it) => it.sensor)).toEqual(["ws-0388"]);
    expect(trust).toMatchObject({ answer: "attested", reasons: [] });
  });

  test("says from when a calibration had ended", async () => {
    const { trust, kept } = judge((await open("basel-porto")).facts, NOW);
    expect(trust.answer).toBe("no");
    expect(trust.reasons[0]?.code).toBe("calibration-ended");
    expect(trust.since).toBeGreaterThan(NOW - 20 * HOUR);
    expect(kept.answer).toBe("yes");
  });

  test("vouches by an inspection, and turns silence into not measured", async () => {
    const detail = await open("basel-lisbon");
    expect(judge(detail.facts, NOW).trust).toMatchObject({ answer: "vouched", beyond: 0 });
    expect(detail.inspections).toHaveLength(1);
    expect(detail.decisions.map((it) => it.decision)).toEqual(["accepted"]);
    const waiting = judge((await open("basel-zurich")).facts, NOW);
    expect(waiting.kept).toMatchObject({ answer: "unknown", reason: "not-measured" });
    expect(waiting.trust.silent).toHaveLength(2);
  });

  test("names batches late only when they came later than they usually do", async () => {
    expect((await open("basel-vienna")).sensors.every((it) => it.late.length === 0)).toBe(true);
    await database.pool.query("UPDATE batch SET recorded_at = recorded_at + $1 WHERE sensor = 'ws-0391' AND sequence IN (5, 6)", [
      5 * HOUR,
    ]);
    const late = (await open("basel-vienna")).sensors.find((it) => it.sensor === "ws-0391")?.late;
    expect(late).toEqual([expect.objectContaining({ batches: 2, readings: 24 })]);
  });

  test("is not there for an organisation that is no party, and alike for one that does not exist", async () => {
    const stranger = viewer("recipient", { mspId: "OtherMSP" });
    expect(await loadShipment(database.pool, stranger, "basel-vienna")).toBeNull();
    expect(await shipmentHead(database.pool, viewer("recipient", { role: "sensor" }), "basel-vienna")).toBeNull();
    expect(await shipmentHead(database.pool, viewer("shipper"), "no-such")).toBeNull();
    for (const kind of ["shipper", "recipient", "authority"] as const)
      expect(await shipmentHead(database.pool, viewer(kind), "basel-vienna")).toMatchObject({ id: "basel-vienna" });
  });

  test("tells the warmest mean kinetic temperature between lowest and highest reading", async () => {
    const detail = await open("basel-vienna");
    const warmest = await warmestKinetic(database.pool, "basel-vienna", detail.profile.noData);
    const lowest = Math.min(...detail.facts.sensors.map((it) => it.lowest?.value ?? 0));
    const highest = Math.max(...detail.facts.sensors.map((it) => it.highest?.value ?? 0));
    expect(warmest).toBeGreaterThan(lowest);
    expect(warmest).toBeLessThan(highest);
    expect(await warmestKinetic(database.pool, "none", detail.profile.noData)).toBeNull();
  });
});
