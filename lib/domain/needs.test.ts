import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dueOf } from "./excursion-due";
import { type CalibratedSensor, type Need, needsOf, type OpenShipment, type WaitingExcursion } from "./needs";
import { judge, type SensorFacts, type ShipmentFacts } from "./verdict";

const MINUTE = 60_000;
const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 20, 10);
const START = NOW - DAY;
const seed = { seed: 20261122 };

const rider = (change: Partial<SensorFacts> = {}): SensorFacts => ({
  sensor: "ws-1",
  rides: [{ from: START, to: null }],
  readings: 144,
  first: START,
  last: NOW - MINUTE,
  lowest: { value: 4_000, at: START },
  highest: { value: 5_000, at: START },
  gaps: [],
  uncertainty: 200,
  standings: { anchored: 144, claimed: 0, unknown: 0, imported: 0 },
  calibration: { covered: 144, before: 0, after: 0, outsideRange: 0, endedFrom: null, validTo: NOW + 200 * DAY },
  status: "active",
  equivocated: false,
  doubtfulSince: null,
  doubtful: 0,
  batches: 12,
  lost: 0,
  inspected: null,
  ...change,
});

const facts = (change: Partial<ShipmentFacts> = {}): ShipmentFacts => ({
  upper: 8_000,
  lower: 2_000,
  noData: 35 * MINUTE,
  halted: false,
  closed: null,
  sensors: [rider()],
  violations: [],
  seals: [{ seal: "A", standing: "applied" }],
  ...change,
});

const shipment = (its: ShipmentFacts, status: OpenShipment["status"] = "under-way"): OpenShipment => ({
  id: "s-1",
  status,
  arrivedAt: status === "under-way" ? null : NOW - 2 * 60 * MINUTE,
  ...judge(its, NOW),
  excursions: its.violations.map(({ sensor, rule, from }, index) => waiting({ sensor, rule, from, number: index + 1 })),
});

const waiting = (more: Partial<WaitingExcursion> = {}, after = 0): WaitingExcursion => {
  const due = dueOf({ status: "open", severity: "critical", since: NOW - after }, NOW);
  if (due === null) throw new TypeError("nothing is due");
  return { shipment: "s-1", sensor: "ws-1", rule: "upper", number: 1, from: NOW - after, due, ...more };
};

const violation = {
  sensor: "ws-1",
  rule: "upper",
  direction: "above",
  from: NOW - 90 * MINUTE,
  found: NOW - 90 * MINUTE,
  peak: 8_900,
  readings: 9,
} as const;
const codes = (needs: readonly Need[]) => needs.map(({ code, urgency }) => `${code} ${urgency}`);
const calibrated = (id: string, validTo: number | null, rides = false): CalibratedSensor => ({ id, status: "active", validTo, rides });

describe("what needs somebody", () => {
  it("is nothing when all is well", () => {
    for (const asker of ["shipper", "recipient", "authority", "operator"] as const)
      expect(needsOf(asker, [shipment(facts())], [calibrated("ws-1", NOW + 200 * DAY, true)], NOW)).toEqual([]);
  });

  it("puts a violation that lasts before one that is over", () => {
    const over = shipment(facts({ violations: [{ ...violation, to: NOW - 30 * MINUTE }] }));
    const lasting = { ...shipment(facts({ violations: [{ ...violation, to: null }] })), id: "s-2" };
    expect(needsOf("shipper", [over, lasting], [], NOW).map(({ code, shipment: id }) => [code, id])).toEqual([
      ["violation-lasting", "s-2"],
      ["violation", "s-1"],
    ]);
  });

  it("tells the parties of a violation, not the authority", () => {
    const warm = [shipment(facts({ violations: [{ ...violation, to: null }] }))];
    expect(needsOf("authority", warm, [], NOW)).toEqual([]);
    expect(codes(needsOf("recipient", warm, [], NOW))).toEqual(["violation-lasting now"]);
  });

  it("names a silent sensor, urgent for the parties", () => {
    const silent = [shipment(facts({ sensors: [rider({ last: NOW - 3 * 60 * MINUTE })] }))];
    expect(codes(needsOf("shipper", silent, [], NOW))).toEqual(["silent now"]);
    expect(codes(needsOf("authority", silent, [], NOW))).toEqual(["silent soon"]);
  });

  it("asks the recipient to inspect, and lets the shipper wait for it", () => {
    const arrived = [shipment(facts(), "arrived")];
    expect(codes(needsOf("recipient", arrived, [], NOW))).toEqual(["inspect now"]);
    expect(codes(needsOf("shipper", arrived, [], NOW))).toEqual(["awaiting-inspection soon"]);
  });

  it("asks for a decision once everything is inspected", () => {
    const seen = facts({
      seals: [{ seal: "A", standing: "intact" }],
      sensors: [rider({ inspected: { sequence: 12, prefix: "same", at: NOW - MINUTE, beyond: 0 } })],
    });
    expect(codes(needsOf("recipient", [shipment(seen, "arrived")], [], NOW))).toEqual(["decide now"]);
    expect(codes(needsOf("recipient", [shipment(seen, "reopened")], [], NOW))).toEqual(["decide-again now"]);
  });

  it("says a broken seal as contested, once", () => {
    expect(codes(needsOf("shipper", [shipment(facts({ seals: [{ seal: "A", standing: "broken" }] }))], [], NOW))).toEqual([
      "seal-contested now",
    ]);
  });

  it("reminds of a calibration three months before, one month before and on its last day, which is urgent", () => {
    const due = (left: number) => codes(needsOf("authority", [], [calibrated("ws-1", NOW + left)], NOW));
    expect(due(93 * DAY)).toEqual([]);
    expect(due(92 * DAY)).toEqual(["calibration-due soon"]);
    expect(due(30 * DAY)).toEqual(["calibration-due soon"]);
    expect(due(DAY)).toEqual(["calibration-due now"]);
    expect(due(0)).toEqual(["calibration-ended soon"]);
  });

  it("says a calibration that ended on the way at the shipment and not a second time at the sensor", () => {
    const ended = facts({
      sensors: [
        rider({
          calibration: { covered: 100, before: 0, after: 44, outsideRange: 0, endedFrom: NOW - 60 * MINUTE, validTo: NOW - 60 * MINUTE },
        }),
      ],
    });
    expect(codes(needsOf("shipper", [shipment(ended)], [calibrated("ws-1", NOW - 60 * MINUTE, true)], NOW))).toEqual(["not-trusted now"]);
    expect(codes(needsOf("shipper", [], [calibrated("ws-1", NOW - 60 * MINUTE, true)], NOW))).toEqual(["calibration-ended now"]);
  });

  it("gathers what falls due on one day within three months, and leaves what is due within a month alone", () => {
    const due = [
      calibrated("a", NOW + 60 * DAY),
      calibrated("b", NOW + 60 * DAY),
      calibrated("c", NOW + 10 * DAY),
      calibrated("d", NOW + 100 * DAY),
    ];
    expect(needsOf("authority", [], due, NOW).map(({ sensors }) => sensors)).toEqual([["c"], ["a", "b"]]);
    expect(needsOf("recipient", [], due, NOW)).toEqual([]);
  });

  it("never lists what can wait before what cannot", () => {
    const some = fc.record({ validTo: fc.integer({ min: NOW - 10 * DAY, max: NOW + 120 * DAY }), rides: fc.boolean() });
    fc.assert(
      fc.property(fc.array(some), fc.boolean(), (list, warm) => {
        const sensors = list.map(({ validTo, rides }, index) => calibrated(`n-${index}`, validTo, rides));
        const needs = needsOf("shipper", [shipment(facts(warm ? { violations: [{ ...violation, to: null }] } : {}))], sensors, NOW);
        const urgencies = needs.map(({ urgency }) => urgency);
        expect(urgencies.lastIndexOf("now")).toBeLessThan(
          urgencies.includes("soon") ? urgencies.indexOf("soon") : Number.POSITIVE_INFINITY,
        );
        expect(needs.filter(({ urgency }) => urgency === "now").length).toBe(
          sensors.filter(({ validTo, rides }) => ((validTo ?? 0) <= NOW ? rides : (validTo ?? 0) - NOW <= DAY)).length + (warm ? 1 : 0),
        );
      }),
      seed,
    );
  });
});

describe("an excursion", () => {
  const violated = shipment(facts({ violations: [{ ...violation, to: NOW - MINUTE }] }));
  const codes = (needs: readonly Need[]) => needs.map(({ code, urgency }) => [code, urgency]);

  it("that somebody has decided needs nobody any more, though its violation stays on record", () => {
    expect(codes(needsOf("shipper", [violated], [], NOW))).toContainEqual(["violation", "now"]);
    expect(codes(needsOf("shipper", [{ ...violated, excursions: [] }], [], NOW))).not.toContainEqual(["violation", "now"]);
  });

  it("outlives the decision on its shipment, and presses once it is overdue", () => {
    expect(codes(needsOf("recipient", [], [], NOW, [waiting()]))).toEqual([["excursion", "soon"]]);
    expect(codes(needsOf("recipient", [], [], NOW, [waiting({}, DAY)]))).toEqual([["excursion", "now"]]);
    expect(needsOf("authority", [], [], NOW, [waiting({}, DAY)])).toEqual([]);
  });
});
