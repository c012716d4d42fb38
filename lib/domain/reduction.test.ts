import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { columnWidth, reduceReadings, rollupFor, type Sample } from "./reduction";

const seed = { seed: 20261122, numRuns: 300 };
const series = fc
  .array(
    fc.record({
      step: fc.integer({ min: 0, max: 5_000 }),
      temperature: fc.integer({ min: -90_000, max: 60_000 }),
      humidity: fc.option(fc.integer({ min: 0, max: 1000 })),
    }),
    { minLength: 1, maxLength: 400 },
  )
  .map((steps) => {
    let at = 1_700_000_000_000;
    return steps.map(({ step, temperature, humidity }): Sample => {
      at += step;
      return { at, temperature, humidity };
    });
  });
const width = fc.integer({ min: 1, max: 60_000 });

/** Written without the code under test: group by column, look at every reading. */
function columns(readings: readonly Sample[], size: number): Sample[][] {
  const out = new Map<number, Sample[]>();
  for (const it of readings) {
    const key = Math.floor(it.at / size);
    out.set(key, [...(out.get(key) ?? []), it]);
  }
  return [...out.values()];
}
const extremes = (readings: readonly Sample[]) => ({
  first: readings[0]?.at,
  last: readings.at(-1)?.at,
  lowest: Math.min(...readings.map((it) => it.temperature)),
  highest: Math.max(...readings.map((it) => it.temperature)),
  driest: Math.min(...readings.flatMap((it) => it.humidity ?? [])),
  wettest: Math.max(...readings.flatMap((it) => it.humidity ?? [])),
});

describe("reduceReadings", () => {
  test("loses no column and no column's first, lowest, highest or last, of temperature and humidity", () => {
    fc.assert(
      fc.property(series, width, (readings, size) => {
        const raw = columns(readings, size);
        const reduced = columns(reduceReadings(readings, size), size);
        expect(reduced.map(extremes)).toEqual(raw.map(extremes));
      }),
      seed,
    );
  });

  test("keeps at most four readings of a column where there is no humidity, six where there is, in order of time", () => {
    fc.assert(
      fc.property(series, width, (readings, size) => {
        const reduced = reduceReadings(readings, size);
        for (const column of columns(reduced, size))
          expect(column.length).toBeLessThanOrEqual(column.some((it) => it.humidity !== null) ? 6 : 4);
        expect(reduced.map((it) => it.at)).toEqual([...reduced.map((it) => it.at)].sort((a, b) => a - b));
        expect(reduced.every((it) => readings.includes(it))).toBe(true);
      }),
      seed,
    );
  });

  test("keeps every reading that must always stay", () => {
    fc.assert(
      fc.property(series, width, (readings, size) => {
        const warm = (it: Sample) => it.temperature >= 8_000;
        const reduced = new Set(reduceReadings(readings, size, warm));
        expect(readings.filter(warm).every((it) => reduced.has(it))).toBe(true);
      }),
      seed,
    );
  });

  test("gives the same extremes when it starts from rollups that nest in its columns", () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 12 }), (readings, unit, times) => {
        const fine = reduceReadings(readings, unit);
        const size = unit * times;
        expect(columns(reduceReadings(fine, size), size).map(extremes)).toEqual(columns(readings, size).map(extremes));
      }),
      seed,
    );
  });
});

describe("columnWidth", () => {
  test("makes no more columns than pixels and nests rollups", () => {
    expect(columnWidth(0, 1_000_000, 500)).toBe(2_000);
    expect(columnWidth(0, 1_000_000, 500, 600)).toBe(2_400);
    expect(columnWidth(5, 5, 500)).toBe(1);
  });
  test("takes the widest rollup that is no wider than a column", () => {
    expect(rollupFor(0, 7_200_000, 100, [60_000, 600_000])).toBe(60_000);
    expect(rollupFor(0, 720_000_000, 100, [60_000, 600_000])).toBe(600_000);
    expect(rollupFor(0, 1_000, 100, [60_000])).toBeUndefined();
  });
});
