import { describe, expect, it } from "vitest";
import { EVENTS } from "@/lib/messages/functions";
import { evidencePath, subjectOf, subjectOfTrace } from "./subject";

const SUBJECTS = [
  { kind: "shipment", shipment: "trip-1" },
  { kind: "violation", shipment: "trip-1", sensor: "probe-1", rule: "hot & long", number: 2 },
  { kind: "inspection", shipment: "trip-1", seal: "CH 0012", number: 1 },
  { kind: "batch", shipment: "trip-1", sensor: "probe-1", sequence: 7 },
  { kind: "reading", shipment: "trip-1", sensor: "probe-1", sequence: 7, index: 0 },
] as const;

describe("the subject of an evidence file", () => {
  it.each(SUBJECTS)("comes back from its own address: $kind", (subject) => {
    const { searchParams } = new URL(evidencePath(subject), "https://site.test");
    expect(subjectOf("trip-1", Object.fromEntries(searchParams))).toEqual(subject);
  });

  it("is the shipment when an address names nothing that could be", () => {
    for (const query of [
      {},
      { kind: "violation" },
      { kind: "reading", sensor: "../x", sequence: "NaN", index: "-1" },
      { kind: ["batch", "x"] },
    ])
      expect(subjectOf("trip-1", query)).toEqual({ kind: "shipment", shipment: "trip-1" });
  });

  it("is what a transaction did: a violation, an inspection, else the shipment, and nothing where there is no shipment", () => {
    const trace = { shipment: "trip-1", sensor: "probe-1", detail: { rule: "hot", number: 1, seal: "CH 1" } };
    expect(subjectOfTrace({ ...trace, kind: "ViolationFound" })).toMatchObject({ kind: "violation", rule: "hot", number: 1 });
    expect(subjectOfTrace({ ...trace, kind: EVENTS.sealInspected })).toMatchObject({ kind: "inspection", seal: "CH 1" });
    expect(subjectOfTrace({ ...trace, kind: EVENTS.decided })).toEqual({ kind: "shipment", shipment: "trip-1" });
    expect(subjectOfTrace({ ...trace, kind: EVENTS.sensorRevoked, shipment: null })).toBeNull();
  });
});
