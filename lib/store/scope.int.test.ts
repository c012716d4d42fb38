import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { maySeeShipment } from "../access/permit";
import type { Viewer } from "../access/viewer";
import type { OrganisationKind, Role } from "../messages/names";
import { sensorScope, shipmentScope } from "./scope";
import { createTestDatabase, type TestDatabase } from "./testing";

const MSP: Record<OrganisationKind, string> = {
  authority: "AuthorityMSP",
  shipper: "ShipperMSP",
  recipient: "RecipientMSP",
  operator: "OperatorMSP",
};
const viewer = (kind: OrganisationKind, role: Role = kind, mspId = MSP[kind]): Viewer => ({ userId: "u", mspId, kind, role, name: "P" });

/** Shipper, recipient and the sensors that ride: ours, half ours, and not ours at all. */
const SHIPMENTS = [
  { id: "ours", shipper: "ShipperMSP", recipient: "RecipientMSP", sensors: ["a1"] },
  { id: "sent-elsewhere", shipper: "ShipperMSP", recipient: "OtherMSP", sensors: ["b1"] },
  { id: "from-elsewhere", shipper: "OtherMSP", recipient: "RecipientMSP", sensors: ["a2", "b1"] },
  { id: "foreign", shipper: "OtherMSP", recipient: "ElsewhereMSP", sensors: ["b2"] },
  { id: "without-sensors", shipper: "ShipperMSP", recipient: "RecipientMSP", sensors: [] },
] as const;
const SENSORS = [
  { id: "a1", owner: "ShipperMSP", authority: "AuthorityMSP" },
  { id: "a2", owner: "OtherMSP", authority: "AuthorityMSP" },
  { id: "b1", owner: "OtherMSP", authority: "OtherAuthorityMSP" },
  { id: "b2", owner: "OtherMSP", authority: "OtherAuthorityMSP" },
  { id: "idle", owner: "ShipperMSP", authority: "OtherAuthorityMSP" },
] as const;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const { prisma } = database;
  const unused = { sscc: "", title: "", origin: "", destination: "", profile: "", status: "planned", createdAt: 0n, createdBy: "" };
  for (const { sensors, ...shipment } of SHIPMENTS) {
    await prisma.shipment.create({ data: { ...unused, ...shipment, logLength: 0, logHead: "" } });
    for (const sensor of sensors) {
      await prisma.assignment.create({ data: { shipment: shipment.id, sensor, place: "", start: 0n, assigned: 0n, transaction: "" } });
    }
  }
  for (const sensor of SENSORS) {
    await prisma.sensor.create({ data: { ...sensor, model: "", thumbprint: "", status: "active", statusReason: "", registeredAt: 0n } });
  }
});
afterAll(() => database.drop());

async function ids(sql: string, mspId: string): Promise<string[]> {
  const { rows } = await database.pool.query<{ id: string }>(sql, [mspId]);
  return rows.map(({ id }) => id).sort();
}
const shipmentsOf = (who: Viewer) => ids(`SELECT s.id FROM shipment s WHERE ${shipmentScope(who)}`, who.mspId);
const sensorsOf = (who: Viewer) => ids(`SELECT n.id FROM sensor n WHERE ${sensorScope(who)}`, who.mspId);

describe("rows that a viewer's queries reach", () => {
  it.each([
    ["shipper", ["ours", "sent-elsewhere", "without-sensors"], ["a1", "b1", "idle"]],
    ["recipient", ["from-elsewhere", "ours", "without-sensors"], ["a1", "a2", "b1"]],
    ["authority", ["from-elsewhere", "ours"], ["a1", "a2"]],
  ] as const)("%s: those of the own organisation, the same for its auditor", async (kind, shipments, sensors) => {
    for (const role of [kind, "auditor"] as const) {
      expect(await shipmentsOf(viewer(kind, role))).toEqual(shipments);
      expect(await sensorsOf(viewer(kind, role))).toEqual(sensors);
    }
  });

  it.each([
    ["the operator", viewer("operator")],
    ["a sensor", viewer("authority", "sensor")],
    ["an importer", viewer("shipper", "importer")],
    ["a role of another kind", viewer("shipper", "authority")],
    ["an organisation that is not on the channel", viewer("shipper", "shipper", "OtherMSP")],
  ])("%s: none", async (_who, who) => {
    expect(await shipmentsOf(who)).toEqual([]);
    expect(await sensorsOf(who)).toEqual([]);
  });

  it("are the same ones that the rule for a shipment at hand lets through", async () => {
    for (const kind of ["shipper", "recipient", "authority", "operator"] as const) {
      const seen = SHIPMENTS.filter(({ shipper, recipient, sensors }) => {
        const authorities = SENSORS.filter(({ id }) => (sensors as readonly string[]).includes(id)).map(({ authority }) => authority);
        return maySeeShipment(viewer(kind), { shipper, recipient, authorities });
      });
      expect(await shipmentsOf(viewer(kind))).toEqual(seen.map(({ id }) => id).sort());
    }
  });
});
