import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judge, type SensorFacts, type ShipmentFacts, type ViolationFacts } from "./verdict";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const T0 = Date.UTC(2026, 10, 16, 8);
const END = T0 + 48 * HOUR;
const seed = { seed: 20261122, numRuns: 400 };

const sensor = (id: string, change: Partial<SensorFacts> = {}): SensorFacts => ({
  sensor: id,
  rides: [{ from: T0, to: null }],
  readings: 288,
  first: T0,
  last: END,
  lowest: { value: 3400, at: T0 + HOUR },
  highest: { value: 6200, at: T0 + 2 * HOUR },
  gaps: [],
  uncertainty: 300,
  standings: { anchored: 288, claimed: 0, unknown: 0, imported: 0 },
  calibration: { covered: 288, before: 0, after: 0, outsideRange: 0, endedFrom: null, validTo: END + 1000 * HOUR },
  status: "active",
  equivocated: false,
  doubtfulSince: null,
  doubtful: 0,
  batches: 288,
  lost: 0,
  inspected: { sequence: 288, prefix: "same", at: END, beyond: 0 },
  ...change,
});

const perfect = (): ShipmentFacts => ({
  upper: 8000,
  lower: 2000,
  noData: 30 * MINUTE,
  halted: false,
  closed: END,
  sensors: [sensor("ws-0427"), sensor("ws-0412")],
  violations: [],
  seals: [{ seal: "CH 0048213", standing: "intact" }],
});

const warm = (change: Partial<ViolationFacts> = {}): ViolationFacts => ({
  sensor: "ws-0427",
  rule: "upper",
  direction: "above",
  from: T0 + 10 * HOUR,
  found: T0 + 11 * HOUR,
  to: T0 + 15 * HOUR + 10 * MINUTE,
  peak: 10_300,
  readings: 31,
  ...change,
});

type Change = (facts: ShipmentFacts) => ShipmentFacts;
const onFirst =
  (change: (it: SensorFacts) => Partial<SensorFacts>): Change =>
  (facts) => ({ ...facts, sensors: facts.sensors.map((it, i) => (i === 0 ? { ...it, ...change(it) } : it)) });
const isFullYes = (facts: ShipmentFacts, now = END): boolean => {
  const { kept, trust } = judge(facts, now);
  return kept.answer === "yes" && trust.answer === "vouched" && trust.beyond === 0;
};

/** Facts of the trust half alone. */
const TRUST_CHANGES: Readonly<Record<string, Change>> = {
  revoked: onFirst(() => ({ status: "revoked" })),
  doubtful: onFirst(() => ({ status: "revoked", doubtfulSince: T0 + HOUR, doubtful: 280 })),
  suspended: onFirst(() => ({ status: "suspended" })),
  "equivocated, and renewed since": onFirst(() => ({ equivocated: true })),
  "no calibration": onFirst((it) => ({ calibration: { ...it.calibration, validTo: null } })),
  "calibration ended": onFirst((it) => ({ calibration: { ...it.calibration, covered: 200, after: 88, endedFrom: T0 + 30 * HOUR } })),
  "calibration not begun": onFirst((it) => ({ calibration: { ...it.calibration, covered: 200, before: 88 } })),
  "outside the calibrated range": onFirst((it) => ({ calibration: { ...it.calibration, covered: 287, outsideRange: 1 } })),
  "calibration of one reading not told": onFirst((it) => ({ calibration: { ...it.calibration, covered: 287 } })),
  "batches lost": onFirst(() => ({ lost: 2 })),
  imported: onFirst(() => ({ standings: { anchored: 0, claimed: 0, unknown: 0, imported: 288 } })),
  claimed: onFirst(() => ({ standings: { anchored: 287, claimed: 1, unknown: 0, imported: 0 } })),
  "unknown time": onFirst(() => ({ standings: { anchored: 287, claimed: 0, unknown: 1, imported: 0 } })),
  "standing not told": onFirst(() => ({ standings: { anchored: 287, claimed: 0, unknown: 0, imported: 0 } })),
  "sensor not inspected": onFirst(() => ({ inspected: null })),
  "prefix awaited": onFirst(() => ({ inspected: { sequence: 300, prefix: "awaited", at: null, beyond: 0 } })),
  "prefix differs": onFirst(() => ({ inspected: { sequence: 288, prefix: "differs", at: END, beyond: 0 } })),
  "readings beyond the prefix": onFirst(() => ({ inspected: { sequence: 280, prefix: "same", at: END - HOUR, beyond: 8 } })),
  "no seal": (facts) => ({ ...facts, seals: [] }),
  "seal not inspected": (facts) => ({ ...facts, seals: [...facts.seals, { seal: "B", standing: "applied" }] }),
  "seal broken": (facts) => ({ ...facts, seals: [...facts.seals, { seal: "C", standing: "broken" }] }),
};

/** Facts of the temperature half alone. */
const KEPT_CHANGES: Readonly<Record<string, Change>> = {
  violation: (facts) => ({ ...facts, violations: [warm()] }),
  "violation that lasts": (facts) => ({ ...facts, violations: [...facts.violations, warm({ to: null, sensor: "ws-0412" })] }),
  "too cold": (facts) => ({ ...facts, violations: [...facts.violations, warm({ direction: "below", rule: "lower", peak: 900 })] }),
  gap: onFirst(() => ({ gaps: [{ from: T0 + 30 * HOUR, to: T0 + 33 * HOUR }] })),
  "no lowest": onFirst(() => ({ lowest: null })),
  "no highest": onFirst(() => ({ highest: null })),
  "near the bound": onFirst(() => ({ highest: { value: 7_900, at: T0 } })),
  "past the bound for less than the rule's time": onFirst(() => ({ lowest: { value: 1_800, at: T0 } })),
  "first reading late": onFirst(() => ({ first: T0 + 2 * HOUR })),
};

/** Absence that touches both. */
const ABSENCES: Readonly<Record<string, Change>> = {
  "no sensor": (facts) => ({ ...facts, sensors: [] }),
  "a sensor without a reading": (facts) => ({
    ...facts,
    sensors: [...facts.sensors, sensor("ws-0001", { readings: 0, first: null, last: null, lowest: null, highest: null, batches: 0 })],
  }),
  "silent since": onFirst(() => ({ last: END - 2 * HOUR })),
};
const ALL = { ...TRUST_CHANGES, ...KEPT_CHANGES, ...ABSENCES };

describe("the two halves", () => {
  test("say a full yes when every fact is there", () => {
    expect(isFullYes(perfect())).toBe(true);
    expect(judge(perfect(), END).trust.checks.every((it) => it.state === "holds")).toBe(true);
  });

  test.each(Object.keys(ALL))("never say a full yes: %s", (name) => {
    expect(isFullYes((ALL[name] as Change)(perfect()))).toBe(false);
  });

  test("never say a full yes with any combination of missing or adverse facts", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...Object.keys(ALL)), { minLength: 1 }), (names) => {
        // Later changes may replace what earlier ones took away, so the last of them always stands.
        const facts = names.reduce((it, name) => (ALL[name] as Change)(it), perfect());
        expect(isFullYes(facts)).toBe(false);
      }),
      seed,
    );
  });

  test("never influence each other", () => {
    const names = (of: object) => fc.uniqueArray(fc.constantFrom(...Object.keys(of)));
    fc.assert(
      fc.property(names(TRUST_CHANGES), names(KEPT_CHANGES), names(ABSENCES), (trust, kept, both) => {
        const base = both.reduce((it, name) => (ABSENCES[name] as Change)(it), perfect());
        const withTrust = trust.reduce((it, name) => (TRUST_CHANGES[name] as Change)(it), base);
        const withKept = kept.reduce((it, name) => (KEPT_CHANGES[name] as Change)(it), base);
        const withBoth = kept.reduce((it, name) => (KEPT_CHANGES[name] as Change)(it), withTrust);
        expect(judge(withBoth, END).kept).toEqual(judge(withKept, END).kept);
        expect(judge(withBoth, END).trust).toEqual(judge(withTrust, END).trust);
      }),
      seed,
    );
  });
});

describe("kept cold", () => {
  test("counts no moment twice when two sensors were too warm together", () => {
    const facts = { ...perfect(), violations: [warm(), warm({ sensor: "ws-0412", from: T0 + 12 * HOUR, to: T0 + 16 * HOUR })] };
    const { kept } = judge(facts, END);
    expect(kept).toMatchObject({ answer: "no", direction: "above", outOfRange: 6 * HOUR, lasting: false });
  });

  test("lets a violation that lasts reach to the sensor's last reading, and puts it first", () => {
    const { kept } = judge({ ...perfect(), violations: [warm(), warm({ from: END - HOUR, found: END - HOUR, to: null })] }, END + HOUR);
    expect(kept.lasting).toBe(true);
    expect(kept.outOfRange).toBe(6 * HOUR + 10 * MINUTE);
    expect(kept.violations[0]?.to).toBeNull();
  });

  test("turns unknown by the wall clock alone when a sensor falls silent", () => {
    const facts = { ...perfect(), closed: null };
    expect(judge(facts, END + 30 * MINUTE).kept.answer).toBe("yes");
    const late = judge(facts, END + 31 * MINUTE);
    expect(late.kept).toMatchObject({ answer: "unknown", reason: "not-measured", notMeasured: 31 * MINUTE });
    expect(late.trust.silent).toHaveLength(2);
    expect(late.trust.checks.find((it) => it.name === "sequence")?.state).toBe("open");
  });

  test("asks for no readings after a decision, after a ride's end, or before a ride began", () => {
    expect(judge(perfect(), END + 1000 * HOUR).kept.answer).toBe("yes");
    const ended = { ...perfect(), closed: null, sensors: [sensor("ws-0427", { rides: [{ from: T0, to: END }] })] };
    expect(judge(ended, END + 1000 * HOUR).kept).toMatchObject({ answer: "yes", complete: true });
    const ahead = {
      ...perfect(),
      closed: null,
      sensors: [sensor("ws-0427", { rides: [{ from: END, to: null }], readings: 0, first: null, last: null })],
    };
    expect(judge(ahead, T0).kept).toMatchObject({ answer: "unknown", reason: "no-reading", notMeasured: 0 });
  });

  test("does not count the time between two rides as unmeasured", () => {
    const rides = [
      { from: T0, to: T0 + 10 * HOUR },
      { from: T0 + 20 * HOUR, to: END },
    ];
    const twice = sensor("ws-0427", { rides, gaps: [{ from: T0 + 9 * HOUR, to: T0 + 21 * HOUR }] });
    expect(judge({ ...perfect(), sensors: [twice] }, END).kept.notMeasured).toBe(2 * HOUR);
  });

  test("is through when the slowest sensor is known", () => {
    const facts = { ...perfect(), closed: null, sensors: [sensor("a"), sensor("b", { last: END - 20 * MINUTE })] };
    expect(judge(facts, END).kept.through).toBe(END - 20 * MINUTE);
  });
});

describe("trustworthy", () => {
  const trustOf = (name: string) => judge((TRUST_CHANGES[name] as Change)(perfect()), END).trust;
  test("is attested, not vouched, until the seal was inspected", () => {
    expect(trustOf("seal not inspected")).toMatchObject({ answer: "attested", open: ["seal-not-inspected"] });
    expect(trustOf("no seal").answer).toBe("attested");
    expect(trustOf("prefix awaited")).toMatchObject({ answer: "attested", vouchedThrough: null });
  });
  test("is contested by a broken seal, whatever else holds or fails", () => {
    const facts = TRUST_CHANGES["seal broken"]?.(TRUST_CHANGES.imported?.(perfect()) ?? perfect()) ?? perfect();
    const { trust } = judge(facts, END);
    expect(trust.answer).toBe("contested");
    expect(trust.reasons.map((it) => it.code)).toEqual(["seal-broken", "times-imported"]);
  });
  test("says from when a calibration had ended", () => {
    expect(trustOf("calibration ended")).toMatchObject({ answer: "no", since: T0 + 30 * HOUR });
    expect(trustOf("imported").since).toBeNull();
  });
  test("believes readings from before a revocation's doubtful moment", () => {
    const facts = onFirst(() => ({ status: "revoked", doubtfulSince: END + HOUR, doubtful: 0 }))(perfect());
    expect(judge(facts, END).trust.answer).toBe("vouched");
  });
  test("says what the vouching reaches", () => {
    expect(trustOf("readings beyond the prefix")).toMatchObject({ answer: "vouched", vouchedThrough: END - HOUR, beyond: 8 });
  });
});

describe("a halted record", () => {
  const underWay = (): ShipmentFacts =>
    onEach((it) => ({ rides: it.rides.map(({ from }) => ({ from, to: null })) }))({ ...perfect(), closed: null });
  const onEach =
    (change: (it: SensorFacts) => Partial<SensorFacts>): Change =>
    (facts) => ({ ...facts, sensors: facts.sensors.map((it) => ({ ...it, ...change(it) })) });
  const soon = END + 5 * MINUTE;

  test("is never good for what goes on: who is to measure counts as silent at once", () => {
    expect(judge(underWay(), soon).kept.answer).toBe("yes");
    const { kept, trust } = judge({ ...underWay(), halted: true }, soon);
    expect(kept.answer).toBe("unknown");
    expect(trust.silent.map((it) => it.sensor)).toEqual(["ws-0427", "ws-0412"]);
  });

  test("takes nothing from a shipment whose rides ended and were judged before", () => {
    const facts = { ...perfect(), halted: true };
    expect(judge(facts, soon)).toEqual(judge(perfect(), soon));
  });
});
