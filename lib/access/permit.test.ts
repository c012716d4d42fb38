import { describe, expect, it } from "vitest";
import { FUNCTIONS, type FunctionName } from "../messages/functions";
import type { OrganisationKind, Role } from "../messages/names";
import { mayCall, maySeeLedger, maySeeShipment, scopeOf, sensorCondition, shipmentCondition } from "./permit";
import type { Viewer } from "./viewer";

const MSP: Record<OrganisationKind, string> = {
  authority: "AuthorityMSP",
  shipper: "ShipperMSP",
  recipient: "RecipientMSP",
  operator: "OperatorMSP",
};
const viewer = (kind: OrganisationKind, role: Role = kind): Viewer => ({ userId: "u", mspId: MSP[kind], kind, role, name: "A Person" });
const shipment = { shipper: "ShipperMSP", recipient: "RecipientMSP", authorities: ["AuthorityMSP"] };

describe("scopeOf", () => {
  it("gives each kind of organisation its own scope", () => {
    expect(scopeOf(viewer("shipper"))).toEqual({ by: "shipper", mspId: "ShipperMSP" });
    expect(scopeOf(viewer("recipient"))).toEqual({ by: "recipient", mspId: "RecipientMSP" });
    expect(scopeOf(viewer("authority"))).toEqual({ by: "authority", mspId: "AuthorityMSP" });
  });

  it("shows an auditor what the auditor's own organisation sees", () => {
    for (const kind of ["shipper", "recipient", "authority"] as const)
      expect(scopeOf(viewer(kind, "auditor"))).toEqual(scopeOf(viewer(kind)));
  });

  it.each([
    ["nobody is signed in", null],
    ["the operator relays and does not browse", viewer("operator")],
    ["a sensor does not browse", viewer("authority", "sensor")],
    ["an importer does not browse", viewer("shipper", "importer")],
    ["a role of another kind of organisation", viewer("shipper", "recipient")],
    ["a kind that is not the organisation's", { ...viewer("shipper"), kind: "authority" as const, role: "authority" as const }],
    ["an organisation that is not on the channel", { ...viewer("shipper"), mspId: "ElsewhereMSP" }],
  ])("shows nothing when %s", (_why, who) => {
    expect(scopeOf(who)).toEqual({ by: "nobody" });
    expect(shipmentCondition(who)).toEqual({ sql: "FALSE", values: [] });
    expect(sensorCondition(who)).toEqual({ sql: "FALSE", values: [] });
    expect(maySeeShipment(who, shipment)).toBe(false);
    expect(maySeeLedger(who)).toBe(false);
    for (const name of Object.keys(FUNCTIONS) as FunctionName[]) expect(mayCall(who, name)).toBe(false);
  });
});

describe("maySeeShipment", () => {
  it("lets both parties and the sensors' authority see it", () => {
    for (const kind of ["shipper", "recipient", "authority"] as const) expect(maySeeShipment(viewer(kind), shipment)).toBe(true);
  });

  it("hides it from an organisation that is no party, and from an authority without a sensor on it", () => {
    expect(maySeeShipment(viewer("shipper"), { ...shipment, shipper: "OtherMSP" })).toBe(false);
    expect(maySeeShipment(viewer("recipient"), { ...shipment, recipient: "OtherMSP" })).toBe(false);
    expect(maySeeShipment(viewer("authority"), { ...shipment, authorities: [] })).toBe(false);
  });

  it("does not let a shipper see what it would only receive: a party's row names its part", () => {
    expect(maySeeShipment(viewer("shipper"), { shipper: "OtherMSP", recipient: "ShipperMSP", authorities: [] })).toBe(false);
  });
});

describe("conditions", () => {
  it("carry the organisation as a parameter, never as text", () => {
    for (const kind of ["shipper", "recipient", "authority"] as const) {
      for (const { sql, values } of [shipmentCondition(viewer(kind), "s", 3), sensorCondition(viewer(kind), "s", 3)]) {
        expect(sql).toContain("$3");
        expect(sql).not.toContain("MSP");
        expect(values).toEqual([MSP[kind]]);
      }
    }
  });
});

describe("mayCall", () => {
  it("lets an auditor change nothing", () => {
    const changing = (Object.keys(FUNCTIONS) as FunctionName[]).filter((name) => name !== "attest:Read");
    for (const kind of ["shipper", "recipient", "authority"] as const) {
      for (const name of changing) expect(mayCall(viewer(kind, "auditor"), name)).toBe(false);
    }
  });

  it("follows the contract's table", () => {
    expect(mayCall(viewer("authority"), "sensor:Register")).toBe(true);
    expect(mayCall(viewer("shipper"), "sensor:Register")).toBe(false);
    expect(mayCall(viewer("shipper"), "shipment:Create")).toBe(true);
    expect(mayCall(viewer("recipient"), "shipment:Decide")).toBe(true);
    expect(mayCall(viewer("shipper"), "shipment:Decide")).toBe(false);
  });
});
