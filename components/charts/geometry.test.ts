import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clusters } from "./annotations";
import { brokenLine, moments, nearest, nearestMoment, usualStep, violatedLine } from "./lines";
import type { ChartPoint, ChartViolation } from "./model";
import { crosses, firstFree, isFree, placeInLane, spread } from "./place";
import { humidityRange, layout, niceStep, temperatureRange, temperatureTicks, timeAt, xOf, yOf } from "./scale";
import { labelled, timeTicks, wallClock } from "./time-ticks";

const seed = { seed: 20261122, numRuns: 300 };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const point = (minute: number, temperature: number): ChartPoint => [minute * MINUTE, temperature, null, 1, 0];

describe("time ticks", () => {
  const clockOf = (at: number, zone: string) => new Date(wallClock(at, zone)).toISOString().slice(11, 16);

  test("stand at the reader's own midnights and hours", () => {
    const from = Date.UTC(2026, 10, 16, 7, 50);
    const ticks = timeTicks(from, from + 98 * HOUR, "Europe/Zurich", 9);
    expect(ticks.map((it) => clockOf(it.at, "Europe/Zurich"))).toEqual([
      "12:00",
      "00:00",
      "12:00",
      "00:00",
      "12:00",
      "00:00",
      "12:00",
      "00:00",
    ]);
    expect(ticks.filter((it) => it.midnight)).toHaveLength(4);
  });

  test("stay at whole hours of the wall clock where clocks change, and skip an hour that is not there", () => {
    const spring = Date.UTC(2026, 2, 28, 12);
    const hours = timeTicks(spring, spring + 24 * HOUR, "Europe/Zurich", 30).map((it) => clockOf(it.at, "Europe/Zurich"));
    expect(hours).toContain("01:00");
    expect(hours).not.toContain("02:00");
    expect(hours).toContain("03:00");
    const midnights = timeTicks(spring - 48 * HOUR, spring + 72 * HOUR, "Europe/Zurich", 6).filter((it) => it.midnight);
    expect(midnights.every((it) => clockOf(it.at, "Europe/Zurich") === "00:00")).toBe(true);
  });

  test("keep labels apart, midnights before hours, hours regular or not at all", () => {
    const ticks = timeTicks(0, 96 * HOUR, "UTC", 40);
    for (const size of [4, 12, 20, 40, 300]) {
      const kept = labelled(
        ticks,
        (at) => (at / HOUR) * 5,
        () => size,
      );
      const hours = new Set(kept.filter((it) => !it.midnight).map((it) => it.clock));
      const steps = [...hours].sort((a, b) => a - b);
      expect(steps.every((it) => it % (steps[0] ?? 1) === 0)).toBe(true);
      for (const [i, tick] of kept.entries()) {
        const before = kept[i - 1];
        if (before) expect(((tick.at - before.at) / HOUR) * 5).toBeGreaterThanOrEqual(size + 10);
      }
    }
  });
});

test("a zoomed stretch of minutes keeps a regular choice of them", () => {
  const ticks = timeTicks(9.3 * HOUR, 10.3 * HOUR, "UTC", 14);
  const kept = labelled(
    ticks,
    (at) => (at / HOUR) * 600,
    () => 34,
  );
  expect(kept.length).toBeGreaterThan(4);
  expect(new Set(kept.slice(1).map((it, i) => it.at - (kept[i]?.at ?? 0))).size).toBe(1);
});

describe("scale", () => {
  test("turns pixels back into the time they show", () => {
    const it = layout(1000, { min: 0, max: 10_000 }, null);
    const view = { from: 0, to: 96 * HOUR };
    expect(Math.round(timeAt(it, view, xOf(it, view, 12_345_678)))).toBe(12_345_678);
    expect(yOf(it.temperature, 10_000)).toBe(it.temperature.y);
  });
  test("shows every value and every bound, with room around them", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -90_000, max: 60_000 })),
        fc.array(fc.integer({ min: -90_000, max: 60_000 })),
        (values, bounds) => {
          const range = temperatureRange(values, bounds);
          for (const it of [...values, ...bounds]) expect(it > range.min && it < range.max).toBe(true);
        },
      ),
      seed,
    );
    expect(humidityRange([])).toBeNull();
    expect(humidityRange([400, 1000])).toEqual({ min: 300, max: 1000 });
  });
  test("sets the profile's bounds among the ticks in either unit", () => {
    const panel = { y: 0, height: 256, min: -500, max: 11_500 };
    expect(temperatureTicks(panel, [2_000, 8_000], "C")).toEqual([
      { value: 0, bound: false },
      { value: 2_000, bound: true },
      { value: 4_000, bound: false },
      { value: 6_000, bound: false },
      { value: 8_000, bound: true },
      { value: 10_000, bound: false },
    ]);
    const fahrenheit = temperatureTicks(panel, [2_000, 8_000], "F").filter((it) => !it.bound);
    expect(
      fahrenheit.every(
        (it) => Math.abs(((it.value * 9) / 5 + 32_000) % 5_000) < 2 || Math.abs((((it.value * 9) / 5 + 32_000) % 5_000) - 5_000) < 2,
      ),
    ).toBe(true);
  });
  test("steps by 1, 2 or 5", () => {
    expect([niceStep(12_000, 6), niceStep(130_000, 6), niceStep(3, 5)]).toEqual([2_000, 50_000, 1]);
  });
});

describe("lines", () => {
  test("break where nothing was measured for longer than allowed, and nowhere else", () => {
    const line = brokenLine([point(0, 1), point(10, 2), point(50, 3), point(60, 4)], 30 * MINUTE, (it) => it[1]);
    expect(line.map((it) => it.value)).toEqual([1, 2, null, 3, 4]);
  });

  const violation: ChartViolation = {
    sensor: "a",
    direction: "above",
    bound: 8_000,
    from: 0,
    found: 0,
    to: 100 * MINUTE,
    title: "",
    lines: [],
  };
  test("are red from the bound on, at every reading out of bounds and at nothing inside", () => {
    const line = [point(0, 8_000), point(10, 9_000), point(20, 7_000), point(30, 7_500), point(40, 8_500)].map((it) => ({
      at: it[0],
      value: it[1],
    }));
    const red = violatedLine(line, violation);
    expect(red.filter((it) => it.value !== null).every((it) => (it.value ?? 0) >= 8_000)).toBe(true);
    expect(red).toContainEqual({ at: 15 * MINUTE, value: 8_000 });
    expect(red).toContainEqual({ at: 35 * MINUTE, value: 8_000 });
    for (const it of line.filter((it) => it.value >= 8_000)) expect(red).toContainEqual(it);
  });
  test("take no reading from beside the violation", () => {
    const line = [point(0, 9_000), point(10, 9_000), point(20, 9_000)].map((it) => ({ at: it[0], value: it[1] }));
    expect(violatedLine(line, { ...violation, from: 10 * MINUTE, to: 10 * MINUTE })).toEqual([line[1]]);
  });

  test("answer the cross-hair with the nearest reading, and with none across a gap", () => {
    const points = [point(0, 1), point(10, 2), point(200, 3)];
    expect(nearest(points, 8 * MINUTE, 10 * MINUTE)?.[1]).toBe(2);
    expect(nearest(points, 100 * MINUTE, 10 * MINUTE)).toBeUndefined();
    expect(nearest([], 0, 10)).toBeUndefined();
    expect(usualStep([point(0, 1), point(10, 1), point(20, 1), point(400, 1)])).toBe(10 * MINUTE);
    expect(nearestMoment(moments([{ sensor: "a", reduced: false, points, batches: {} }], 0, HOUR * 10), 7 * MINUTE)).toBe(10 * MINUTE);
  });
});

describe("labels", () => {
  const box = fc.record({
    x: fc.integer({ min: 0, max: 80 }),
    y: fc.integer({ min: 0, max: 80 }),
    width: fc.integer({ min: 1, max: 30 }),
    height: fc.integer({ min: 1, max: 30 }),
  });
  const dot = fc.record({ x: fc.integer({ min: -20, max: 120 }), y: fc.integer({ min: -20, max: 120 }) });

  test("never cover a line, another label or the edge", () => {
    const inside = { x: 0, y: 0, width: 100, height: 100 };
    fc.assert(
      fc.property(
        fc.array(box, { minLength: 1, maxLength: 12 }),
        fc.array(box, { maxLength: 3 }),
        fc.array(dot, { minLength: 2, maxLength: 12 }),
        (candidates, taken, line) => {
          const chosen = firstFree(candidates, inside, taken, [line]);
          if (!chosen) return;
          let covered = false;
          // Looks at the line pixel by pixel, without the clipping under test.
          for (let i = 1; i < line.length; i += 1) {
            const [a, b] = [line[i - 1], line[i]];
            for (let t = 0; a && b && t <= 1; t += 0.002) {
              const [x, y] = [a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t];
              covered ||= x > chosen.x && x < chosen.x + chosen.width && y > chosen.y && y < chosen.y + chosen.height;
            }
          }
          expect(covered).toBe(false);
          expect(chosen.x + chosen.width <= 100 && chosen.y + chosen.height <= 100).toBe(true);
        },
      ),
      seed,
    );
  });
  test("see a line that runs through without a corner inside", () => {
    const small = { x: 40, y: 40, width: 10, height: 10 };
    expect(crosses(small, { x: 0, y: 0 }, { x: 100, y: 100 })).toBe(true);
    expect(crosses(small, { x: 0, y: 60 }, { x: 100, y: 60 })).toBe(false);
    expect(isFree(small, { x: 0, y: 0, width: 100, height: 100 }, [], [[{ x: 0, y: 45 }, null, { x: 100, y: 45 }]])).toBe(true);
  });
  test("of violations that overlap or nearly touch are one, with their number and the longest one's words", () => {
    const it = (from: number, to: number, title: string): ChartViolation => ({
      sensor: "a",
      direction: "above",
      bound: 8_000,
      from,
      found: from,
      to,
      title,
      lines: [title],
    });
    const found = clusters([it(0, 10, "short"), it(5, 60, "long"), it(62, 65, "near"), it(200, 210, "apart")], 5);
    expect(found.map(({ title, from, to, lines }) => [title, from, to, lines[0]])).toEqual([
      ["3 violations", 0, 65, "long"],
      ["apart", 200, 210, "apart"],
    ]);
  });
  test("of marks stay in order, apart and inside", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 600 }), { maxLength: 12 }), (xs) => {
        const out = spread(
          [...xs].sort((a, b) => a - b),
          24,
          0,
          600,
        );
        for (let i = 1; i < out.length; i += 1) expect((out[i] ?? 0) - (out[i - 1] ?? 0)).toBeGreaterThanOrEqual(24);
        for (const x of out) expect(x >= 0 && x <= 600).toBe(true);
      }),
      seed,
    );
  });
  test("of lanes never run into each other", () => {
    expect(
      placeInLane(
        [
          { from: 10, width: 50 },
          { from: 30, width: 50 },
          { from: 580, width: 50 },
        ],
        0,
        600,
      ),
    ).toEqual([10, 70, 550]);
    expect(
      placeInLane(
        [
          { from: 0, width: 590 },
          { from: 30, width: 50 },
        ],
        0,
        600,
      ),
    ).toEqual([0, null]);
  });
});
