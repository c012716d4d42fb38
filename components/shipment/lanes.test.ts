import { describe, expect, test } from "vitest";
import type { Reading } from "@/components/verdict/kept-words";
import { profileById } from "@/lib/domain/profiles";
import { judge, type SensorFacts } from "@/lib/domain/verdict";
import type { SensorDetail, ShipmentDetail } from "@/lib/store/shipment-detail";
import { chartModel, tripRange } from "./chart-model";
import { buildLanes } from "./lanes";

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 16, 8);
const END = START + 48 * HOUR;
const reader: Reading = { unit: "C", zone: "UTC", now: END };

const facts = (change: Partial<SensorFacts> = {}): SensorFacts => ({
  sensor: "ws-1",
  rides: [{ from: START, to: null }],
  readings: 10,
  first: START,
  last: END,
  lowest: { value: 3_000, at: START },
  highest: { value: 6_000, at: START },
  gaps: [],
  uncertainty: 100,
  standings: { anchored: 10, claimed: 0, unknown: 0, imported: 0 },
  calibration: { covered: 10, before: 0, after: 0, outsideRange: 0, endedFrom: null, validTo: END + HOUR },
  status: "active",
  equivocated: false,
  doubtfulSince: null,
  doubtful: 0,
  batches: 312,
  lost: 0,
  inspected: null,
  ...change,
});
const sensor = (change: Partial<SensorDetail> = {}): SensorDetail => ({
  sensor: "ws-1",
  model: "M",
  authority: "AuthorityMSP",
  thumbprint: "a",
  status: "active",
  statusReason: "",
  doubtfulSince: null,
  sequence: 312,
  headHash: "h",
  place: "top",
  start: START,
  assigned: START,
  late: [],
  calibrations: [
    { sensor: "ws-1", number: "1", laboratory: "L", validFrom: START - 900 * HOUR, validTo: END + 900 * HOUR, uncertainty: 100 },
  ],
  ...change,
});
const detail = (own: Partial<SensorFacts> = {}, its: Partial<SensorDetail> = {}, change: Partial<ShipmentDetail> = {}): ShipmentDetail => ({
  head: {
    id: "s",
    sscc: "106141411234567897",
    title: "T",
    origin: "O",
    destination: "D",
    profile: "fridge-2-8/1",
    shipper: "ShipperMSP",
    recipient: "RecipientMSP",
    status: "under-way",
    createdAt: START,
    startedAt: START,
    arrivedAt: null,
    decidedAt: null,
  },
  profile: profileById("fridge-2-8/1"),
  facts: {
    upper: 8_000,
    lower: 2_000,
    noData: 35 * 60_000,
    halted: false,
    closed: null,
    sensors: [facts(own)],
    violations: [],
    seals: [{ seal: "A", standing: "applied" }],
  },
  sensors: [sensor(its)],
  violations: [],
  gaps: [],
  seals: [{ seal: "A", class: "H", container: "BOX", sensor: null, appliedAt: START, appliedBy: "lena", standing: "applied" }],
  inspections: [],
  handovers: [],
  decisions: [],
  audit: [],
  people: {},
  block: 7,
  ...change,
});
const lanes = (it: ShipmentDetail, now = END) => {
  const range = tripRange(it, now);
  const built = buildLanes(it, judge(it.facts, now), range, { ...reader, now });
  return {
    range,
    of: (name: string) => built.find((lane) => lane.name === name)?.stretches.map(({ tone, text }) => [tone, text.replace(/\u00a0/g, " ")]),
  };
};

describe("lanes", () => {
  test("say in words what the readings stand on", () => {
    const { of } = lanes(detail());
    expect(of("Calibration")).toEqual([["kept", "valid to 25 Dec 2026"]]);
    expect(of("Sequence")).toEqual([["kept", "312 batches, none missing"]]);
    expect(of("Committed")).toEqual([["kept", "all of it"]]);
    expect(of("Seal")).toEqual([["info", "class H, not inspected yet: readings attested"]]);
  });
  test("show where a calibration ended on the way, and that none is known", () => {
    const validTo = START + 24 * HOUR;
    const calibrations = [{ sensor: "ws-1", number: "1", laboratory: "L", validFrom: START - HOUR * 24, validTo, uncertainty: 100 }];
    expect(lanes(detail({}, { calibrations })).of("Calibration")).toEqual([
      ["kept", "valid"],
      ["untrusted", "ended 17 Nov"],
    ]);
    expect(lanes(detail({}, { calibrations: [] })).of("Calibration")).toEqual([["untrusted", "no calibration known"]]);
  });
  test("draw silence up to now, and never as complete", () => {
    const now = END + 2 * HOUR;
    const { of, range } = lanes(detail(), now);
    expect(range.to).toBeGreaterThan(now);
    expect(of("Sequence")?.map(([tone]) => tone)).toEqual(["kept", "warning"]);
    expect(of("Committed")).toEqual([["kept", "all that came"]]);
  });
  test("say how late a backlog came, and that it is complete", () => {
    const late = [{ from: START + HOUR, to: START + 3 * HOUR, recordedAt: START + 3 * HOUR + 600_000, batches: 2, readings: 26 }];
    expect(lanes(detail({}, { late })).of("Committed")).toEqual([
      ["kept", "all of it"],
      ["info", "up to 2 h 10 min late, complete"],
    ]);
  });
  test("say that a number was signed twice, whatever key came later", () => {
    for (const own of [{ equivocated: true }, { status: "suspended" as const }])
      expect(lanes(detail(own)).of("Sequence")).toEqual([["untrusted", "312 batches, one number signed twice"]]);
  });
  test("put lost batches and broken seals in the colour of what is not trusted", () => {
    const broken = detail(
      { lost: 2 },
      {},
      { seals: [{ seal: "A", class: "H", container: "BOX", sensor: null, appliedAt: START, appliedBy: "lena", standing: "broken" }] },
    );
    expect(lanes(broken).of("Sequence")).toEqual([["untrusted", "312 batches, 2 lost"]]);
    expect(lanes(broken).of("Seal")?.[0]?.[0]).toBe("untrusted");
  });
});

describe("the chart's model", () => {
  test("names the rule, its bound and its times, and draws what lasts to the last reading", () => {
    const violations = [
      {
        sensor: "ws-1",
        rule: "upper",
        number: 1,
        severity: "critical" as const,
        from: END - HOUR,
        found: END - HOUR,
        to: null,
        readings: 3,
        peak: 9_000,
        transaction: "x",
      },
    ];
    const it = detail({}, {}, { violations });
    const model = chartModel(it, judge(it.facts, END), reader);
    expect(model.violations[0]).toMatchObject({
      title: "Violation, upper bound",
      bound: 8_000,
      direction: "above",
      from: END - HOUR,
      to: END,
    });
    expect(model.violations[0]?.lines[1]).toBe("ws-1: began 07:00, found 07:00, not ended");
    expect(model.summary).toContain("1");
    expect(model.bounds).toEqual([8_000, 2_000]);
  });
});
