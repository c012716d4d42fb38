import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dueAt, isQuiet, isZone, MOST_QUIET, minuteOf, nextMinute, quietLength, type Timing } from "./timing";

const ZONES = ["UTC", "Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Chatham", "America/St_Johns"];
const HOUR = 3_600_000;
const moment = fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2029, 0, 1) });
const minute = fc.integer({ min: 0, max: 1_439 });
const quiet = fc.record({ from: minute, to: minute }).filter((it) => quietLength(it) > 0 && quietLength(it) <= MOST_QUIET);
const timing: fc.Arbitrary<Timing> = fc.record({ zone: fc.constantFrom(...ZONES), quiet: fc.option(quiet), digest: minute });
const pace = fc.constantFrom("now" as const, "digest" as const);
const seeded = { seed: 195, numRuns: 2_000 };

describe("when something is told", () => {
  it("is at once for what is grave, whatever the hour and the pace", () => {
    const property = fc.property(moment, pace, timing, (at, how, chosen) => dueAt(at, how, true, chosen) === at);
    fc.assert(property, seeded);
  });

  it("is never before the event, never in quiet hours, and at most two days and a clock change later", () => {
    const property = fc.property(moment, pace, timing, (at, how, chosen) => {
      const due = dueAt(at, how, false, chosen);
      expect(due).toBeGreaterThanOrEqual(at);
      expect(due - at).toBeLessThanOrEqual(42 * HOUR);
      if (chosen.quiet) expect(isQuiet(due, chosen.quiet, chosen.zone)).toBe(false);
    });
    fc.assert(property, seeded);
  });

  it("is at once outside quiet hours, and asking again changes nothing", () => {
    const property = fc.property(moment, timing, (at, chosen) => {
      const due = dueAt(at, "now", false, chosen);
      if (chosen.quiet === null || !isQuiet(at, chosen.quiet, chosen.zone)) expect(due).toBe(at);
      else expect(due - at).toBeLessThanOrEqual((MOST_QUIET / 60 + 1) * HOUR);
      expect(dueAt(due, "now", false, chosen)).toBe(due);
    });
    fc.assert(property, seeded);
  });

  it("keeps the order of events", () => {
    const property = fc.property(moment, fc.integer({ min: 0, max: 72 * HOUR }), pace, timing, (at, later, how, chosen) => {
      expect(dueAt(at + later, how, false, chosen)).toBeGreaterThanOrEqual(dueAt(at, how, false, chosen));
    });
    fc.assert(property, seeded);
  });

  it("shows the digest's minute on the person's clock, unless the clock jumps over it", () => {
    const property = fc.property(moment, minute, fc.constantFrom(...ZONES), (at, wanted, zone) => {
      const found = nextMinute(at, wanted, zone);
      expect(found - at).toBeLessThanOrEqual(25 * HOUR);
      const jumped = minuteOf(found - HOUR, zone) !== (minuteOf(found, zone) + 1_380) % 1_440;
      if (!jumped) expect(minuteOf(found, zone)).toBe(wanted);
    });
    fc.assert(property, seeded);
  });
});

describe("on the days when the clock changes", () => {
  const zone = "Europe/Zurich";
  const night: Timing = { zone, quiet: { from: 22 * 60, to: 2 * 60 + 30 }, digest: 7 * 60 };

  it("ends quiet hours after the jump when their end does not exist", () => {
    // 28 March 2027, 02:00 becomes 03:00: 02:30 is never shown.
    expect(new Date(dueAt(Date.UTC(2027, 2, 27, 23), "now", false, night)).toISOString()).toBe("2027-03-28T01:30:00.000Z");
  });

  it("takes the end that comes next when it is shown twice", () => {
    // 31 October 2027, 03:00 becomes 02:00: 02:30 is shown at 00:30 and at 01:30 UTC.
    expect(new Date(dueAt(Date.UTC(2027, 9, 30, 23), "now", false, night)).toISOString()).toBe("2027-10-31T00:30:00.000Z");
    expect(new Date(dueAt(Date.UTC(2027, 9, 31, 1, 10), "now", false, night)).toISOString()).toBe("2027-10-31T01:30:00.000Z");
  });

  it("sends the digest at seven in the morning in summer and in winter", () => {
    expect(new Date(dueAt(Date.UTC(2027, 6, 1, 12), "digest", false, night)).toISOString()).toBe("2027-07-02T05:00:00.000Z");
    expect(new Date(dueAt(Date.UTC(2027, 11, 1, 12), "digest", false, night)).toISOString()).toBe("2027-12-02T06:00:00.000Z");
  });
});

it("knows zones by name and nothing else", () => {
  expect(["Europe/Zurich", "UTC", "Mars/Olympus", "", "../etc"].map(isZone)).toEqual([true, true, false, false, false]);
});
