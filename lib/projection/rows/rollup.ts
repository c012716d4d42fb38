import type { ReadingFact } from "../../contract/facts";
import type { Row } from "./table";
import type { tables } from "./tables";

const MINUTE = 60_000;

/** Bucket widths, ms: 1 min, 10 min, 1 h, 6 h. Charts take the widest that still gives each pixel column its own bucket. */
export const ROLLUP_WIDTHS: readonly number[] = [MINUTE, 10 * MINUTE, 60 * MINUTE, 360 * MINUTE];

/** Rollup and coverage rows of readings outside every assignment carry this shipment. */
export const NO_SHIPMENT = "";

type Rollup = Row<typeof tables.rollup>;
type Coverage = Row<typeof tables.coverage>;

/** Start of the bucket that holds `at`, ms UTC. */
export const bucketOf = (at: number, width: number): number => Math.floor(at / width) * width;

/** Whether (a, b) comes before (c, d). Ties in time are broken by value, so that the order in which readings arrive never shows. */
const before = (a: number, b: number, c: number, d: number): boolean => a < c || (a === c && b < d);

const lowest = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.min(a, b));
const highest = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.max(a, b));

/** The rollup of two disjoint sets of readings in one bucket; commutative and associative. */
export function mergeRollup(a: Rollup, b: Rollup): Rollup {
  const first = before(b.first_at, b.first, a.first_at, a.first) ? b : a;
  const last = before(a.last_at, a.last, b.last_at, b.last) ? b : a;
  const min = before(b.min, b.min_at, a.min, a.min_at) ? b : a;
  const max = before(-b.max, b.max_at, -a.max, a.max_at) ? b : a;
  return {
    ...a,
    count: a.count + b.count,
    first_at: first.first_at,
    first: first.first,
    min_at: min.min_at,
    min: min.min,
    max_at: max.max_at,
    max: max.max,
    last_at: last.last_at,
    last: last.last,
    humidity_min: lowest(a.humidity_min, b.humidity_min),
    humidity_max: highest(a.humidity_max, b.humidity_max),
  };
}

/** {@link mergeRollup} in SQL, for rows that are in the database already (`t` is the stored row). */
export const MERGE_ROLLUP: readonly string[] = [
  `"count" = t."count" + excluded."count"`,
  ...pick("(excluded.first_at, excluded.first) < (t.first_at, t.first)", ["first_at", "first"]),
  ...pick("(excluded.min, excluded.min_at) < (t.min, t.min_at)", ["min_at", "min"]),
  ...pick("(-excluded.max, excluded.max_at) < (-t.max, t.max_at)", ["max_at", "max"]),
  ...pick("(excluded.last_at, excluded.last) > (t.last_at, t.last)", ["last_at", "last"]),
  "humidity_min = LEAST(t.humidity_min, excluded.humidity_min)",
  "humidity_max = GREATEST(t.humidity_max, excluded.humidity_max)",
];

function pick(condition: string, names: readonly string[]): string[] {
  return names.map((name) => `"${name}" = CASE WHEN ${condition} THEN excluded."${name}" ELSE t."${name}" END`);
}

export function rollupOf(sensor: string, reading: ReadingFact, width: number): Rollup {
  const { at, temperature, humidity } = reading;
  return {
    shipment: reading.shipment ?? NO_SHIPMENT,
    sensor,
    width,
    bucket: bucketOf(at, width),
    count: 1,
    first_at: at,
    first: temperature,
    min_at: at,
    min: temperature,
    max_at: at,
    max: temperature,
    last_at: at,
    last: temperature,
    humidity_min: humidity,
    humidity_max: humidity,
  };
}

const COUNTS = ["readings", "anchored", "claimed", "unknown", "imported", "calibrated", "before", "after", "outside_range"] as const;

const dry = (humidity: number | null): number => humidity ?? -1;

function isLater(a: Coverage, b: Coverage): boolean {
  if (a.last_at !== b.last_at || a.last_temperature !== b.last_temperature)
    return before(b.last_at, b.last_temperature, a.last_at, a.last_temperature);
  return dry(a.last_humidity) > dry(b.last_humidity);
}

/** The coverage of two disjoint sets of readings; commutative and associative. */
export function mergeCoverage(a: Coverage, b: Coverage): Coverage {
  const low = before(b.lowest, b.lowest_at, a.lowest, a.lowest_at) ? b : a;
  const high = before(-b.highest, b.highest_at, -a.highest, a.highest_at) ? b : a;
  const last = isLater(b, a) ? b : a;
  const counts = Object.fromEntries(COUNTS.map((name) => [name, a[name] + b[name]])) as Pick<Coverage, (typeof COUNTS)[number]>;
  return {
    ...a,
    ...counts,
    ended_from: lowest(a.ended_from, b.ended_from),
    first_at: Math.min(a.first_at, b.first_at),
    last_at: last.last_at,
    lowest: low.lowest,
    lowest_at: low.lowest_at,
    highest: high.highest,
    highest_at: high.highest_at,
    last_temperature: last.last_temperature,
    last_humidity: last.last_humidity,
  };
}

/** {@link mergeCoverage} in SQL. */
export const MERGE_COVERAGE: readonly string[] = [
  ...COUNTS.map((name) => `"${name}" = t."${name}" + excluded."${name}"`),
  "ended_from = LEAST(t.ended_from, excluded.ended_from)",
  "first_at = LEAST(t.first_at, excluded.first_at)",
  ...pick("(excluded.lowest, excluded.lowest_at) < (t.lowest, t.lowest_at)", ["lowest", "lowest_at"]),
  ...pick("(-excluded.highest, excluded.highest_at) < (-t.highest, t.highest_at)", ["highest", "highest_at"]),
  ...pick(
    "(excluded.last_at, excluded.last_temperature, COALESCE(excluded.last_humidity, -1)) > (t.last_at, t.last_temperature, COALESCE(t.last_humidity, -1))",
    ["last_at", "last_temperature", "last_humidity"],
  ),
];

export function coverageOf(sensor: string, reading: ReadingFact): Coverage {
  const { at, temperature, standing, calibration } = reading;
  const one = (is: boolean): number => (is ? 1 : 0);
  return {
    shipment: reading.shipment ?? NO_SHIPMENT,
    sensor,
    readings: 1,
    anchored: one(standing === "anchored"),
    claimed: one(standing === "claimed"),
    unknown: one(standing === "unknown"),
    imported: one(standing === "imported"),
    calibrated: one(calibration === "calibrated"),
    before: one(calibration === "before"),
    after: one(calibration === "after"),
    outside_range: one(calibration === "outside-range"),
    ended_from: calibration === "after" ? at : null,
    first_at: at,
    last_at: at,
    lowest: temperature,
    lowest_at: at,
    highest: temperature,
    highest_at: at,
    last_temperature: temperature,
    last_humidity: reading.humidity,
  };
}
