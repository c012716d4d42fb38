import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EXCURSION_STATUSES, excursionName, nextSteps, parseExcursionName } from "./excursion";
import { AUDIENCE, DUE_AFTER, DUE_LEVELS, dueOf } from "./excursion-due";
import { SEVERITIES } from "./profiles";

const T = Date.UTC(2026, 10, 1);

describe("an excursion's name", () => {
  const part = (max: number) => fc.stringMatching(/^[a-z0-9-]+$/).map((text) => text.slice(0, max));
  it("says which violation it is of, and comes back from an address unchanged", () => {
    fc.assert(
      fc.property(part(48), part(32), part(32), fc.integer({ min: 1, max: 999_999_999 }), (shipment, sensor, rule, number) => {
        const id = { shipment, sensor, rule, number };
        expect(parseExcursionName(excursionName(id))).toEqual(id);
        expect(parseExcursionName(decodeURIComponent(encodeURIComponent(excursionName(id))))).toEqual(id);
      }),
      { seed: 190 },
    );
  });

  it("is refused when it is none", () => {
    for (const name of ["", "a~b~c", "a~b~c~0", "a~b~c~01", "a~b~c~1~2", "A~b~c~1", "a~b~c~1'", "~b~c~1", "a~b~c~1e3"]) {
      expect(parseExcursionName(name), name).toBeNull();
    }
  });
});

describe("an excursion's next step", () => {
  it("is due later the less severe the violation is", () => {
    for (const step of ["acknowledge", "investigate", "decide"] as const) {
      const times = [...SEVERITIES].reverse().map((severity) => DUE_AFTER[severity][step]);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
  });

  it("is reminded of at half of its time, overdue at its end and escalated after as much again, to the millisecond", () => {
    const time = DUE_AFTER.critical.acknowledge;
    const level = (after: number) => dueOf({ status: "open", severity: "critical", since: T }, T + after)?.level;
    expect([0, time / 2 - 1].map(level)).toEqual(["waiting", "waiting"]);
    expect([time / 2, time - 1].map(level)).toEqual(["remind", "remind"]);
    expect([time, 2 * time - 1].map(level)).toEqual(["overdue", "overdue"]);
    expect([2 * time, 1000 * time].map(level)).toEqual(["escalated", "escalated"]);
  });

  it("never grows less pressing while nobody takes it, and is told to ever more people", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SEVERITIES),
        fc.constantFrom("open", "acknowledged", "investigating"),
        fc.nat(),
        fc.nat(),
        (severity, status, a, b) => {
          const [early, late] = [Math.min(a, b), Math.max(a, b)].map(
            (after) => dueOf({ status, severity, since: T }, T + after * 1000)?.level ?? "waiting",
          );
          expect(DUE_LEVELS.indexOf(late ?? "waiting")).toBeGreaterThanOrEqual(DUE_LEVELS.indexOf(early ?? "waiting"));
          expect(AUDIENCE[late ?? "waiting"]).toEqual(expect.arrayContaining([...AUDIENCE[early ?? "waiting"]]));
        },
      ),
      { seed: 192 },
    );
  });

  it("is due exactly as long as there is one", () => {
    for (const status of EXCURSION_STATUSES)
      expect(dueOf({ status, severity: "minor", since: T }, T) !== null).toBe(nextSteps(status).length > 0);
  });
});
