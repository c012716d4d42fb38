import fc from "fast-check";
import { expect, test } from "vitest";
import type { ReadingFact } from "../../contract/facts";
import { bucketOf, coverageOf, mergeCoverage, mergeRollup, rollupOf } from "./rollup";

const WIDTH = 600_000;

/** Few distinct times and values, so that ties are common. */
const reading: fc.Arbitrary<ReadingFact> = fc.record({
  index: fc.nat(9),
  at: fc.nat(5).map((minute) => 1_800_000_000_000 + minute * 60_000),
  standing: fc.constantFrom("anchored", "claimed", "unknown", "imported"),
  temperature: fc.integer({ min: -3, max: 3 }),
  humidity: fc.option(fc.nat(3)),
  calibration: fc.constantFrom("calibrated", "before", "after", "outside-range"),
  calibrationNumber: fc.constant("CAL"),
  shipment: fc.constant("trip"),
});
const readings = fc.array(reading, { minLength: 1, maxLength: 12 });

function fold<T>(items: readonly T[], merge: (a: T, b: T) => T): T {
  const [first, ...rest] = items as readonly [T, ...T[]];
  return rest.reduce(merge, first);
}

test("a rollup does not depend on the order or the grouping in which readings came", () => {
  const property = fc.property(readings, fc.func(fc.integer()), fc.nat(11), (list, order, cut) => {
    const rows = list.map((each) => rollupOf("s", each, WIDTH));
    const shuffled = [...rows].sort((a, b) => order(a) - order(b));
    const at = Math.min(cut, rows.length - 1);
    const grouped =
      at === 0 ? fold(shuffled, mergeRollup) : mergeRollup(fold(shuffled.slice(0, at), mergeRollup), fold(shuffled.slice(at), mergeRollup));
    expect(grouped).toEqual(fold(rows, mergeRollup));
  });
  fc.assert(property, { seed: 60, numRuns: 500 });
});

test("a rollup keeps the first, lowest, highest and last reading with their times", () => {
  const property = fc.property(readings, (list) => {
    const rollup = fold(
      list.map((each) => rollupOf("s", each, WIDTH)),
      mergeRollup,
    );
    const values = list.map(({ temperature }) => temperature);
    const times = list.map(({ at }) => at);
    const has = (at: number, temperature: number) => list.some((each) => each.at === at && each.temperature === temperature);
    expect([rollup.min, rollup.max, rollup.count]).toEqual([Math.min(...values), Math.max(...values), list.length]);
    expect([rollup.first_at, rollup.last_at]).toEqual([Math.min(...times), Math.max(...times)]);
    expect(has(rollup.first_at, rollup.first) && has(rollup.last_at, rollup.last)).toBe(true);
    expect(has(rollup.min_at, rollup.min) && has(rollup.max_at, rollup.max)).toBe(true);
  });
  fc.assert(property, { seed: 61, numRuns: 500 });
});

test("coverage does not depend on the order either, and its standings and calibrations add up", () => {
  const property = fc.property(readings, fc.func(fc.integer()), (list, order) => {
    const rows = list.map((each) => coverageOf("s", each));
    const coverage = fold(rows, mergeCoverage);
    expect(
      fold(
        [...rows].sort((a, b) => order(a) - order(b)),
        mergeCoverage,
      ),
    ).toEqual(coverage);
    const { anchored, claimed, unknown, imported, calibrated, before, after, outside_range } = coverage;
    expect(anchored + claimed + unknown + imported).toBe(list.length);
    expect(calibrated + before + after + outside_range).toBe(list.length);
  });
  fc.assert(property, { seed: 62, numRuns: 500 });
});

test("buckets begin at multiples of their width, before 1970 too", () => {
  expect([bucketOf(0, WIDTH), bucketOf(599_999, WIDTH), bucketOf(600_000, WIDTH), bucketOf(-1, WIDTH)]).toEqual([0, 0, 600_000, -600_000]);
});
