import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { columnWidth } from "../domain/reduction";
import { bucketOf, mergeRollup, ROLLUP_WIDTHS, rollupOf } from "../projection/rows/rollup";
import { batchHash, loadBatches, loadReadingTable, loadSensorReadings, RAW_LIMIT, type ReadingRow, type TableCursor } from "./readings";
import { createTestDatabase, type TestDatabase } from "./testing";

const SHIPMENT = "trip";
const STEP = 20_000;
const COUNT = 15_000;
const START = Date.UTC(2026, 10, 16, 8) + 1_234;
const GAP = { from: START + 6_000 * STEP, to: START + 6_400 * STEP };
const VIOLATION = { from: START + 9_000 * STEP, to: START + 9_300 * STEP };

/** Park and Miller's generator: the same readings in every run. */
function* randoms(seed: number): Generator<number> {
  for (let it = seed; ; ) {
    it = (it * 48_271) % 2_147_483_647;
    yield it / 2_147_483_647;
  }
}

/** Noise with single-reading spikes: what averages and thinning lose first. */
function series(): ReadingRow[] {
  const random = randoms(20261122);
  const next = () => random.next().value as number;
  return Array.from({ length: COUNT }, (_, i): ReadingRow => {
    const spike = next() < 0.002 ? (next() - 0.5) * 40_000 : 0;
    return {
      at: START + i * STEP,
      temperature: Math.round(5_000 + (next() - 0.5) * 1_000 + spike),
      humidity: i % 3 === 0 ? null : Math.round(450 + (next() - 0.5) * 300),
      sequence: Math.floor(i / 50) + 1,
      standing: "anchored",
      calibration: "calibrated",
    };
  }).filter((it) => it.at <= GAP.from || it.at >= GAP.to);
}

describe("readings for a chart", () => {
  let database: TestDatabase;
  const all = series();

  beforeAll(async () => {
    database = await createTestDatabase();
    const { pool } = database;
    await pool.query(
      `INSERT INTO reading (sensor, sequence, index, at, standing, temperature, humidity, calibration, calibration_number, shipment)
       SELECT 'ws-1', s, i, a, 'anchored', t, h, 'calibrated', 'AC-1', $1
         FROM unnest($2::bigint[], $3::int[], $4::bigint[], $5::int[], $6::int[]) AS r(s, i, a, t, h)`,
      [
        SHIPMENT,
        all.map((it) => it.sequence),
        all.map((_, i) => i),
        all.map((it) => it.at),
        all.map((it) => it.temperature),
        all.map((it) => it.humidity),
      ],
    );
    for (const width of ROLLUP_WIDTHS) {
      const buckets = new Map<number, ReturnType<typeof rollupOf>>();
      for (const [index, it] of all.entries()) {
        const fact = {
          ...it,
          index,
          standing: "anchored" as const,
          calibration: "calibrated" as const,
          calibrationNumber: "AC-1",
          shipment: SHIPMENT,
        };
        const own = rollupOf("ws-1", fact, width);
        const before = buckets.get(bucketOf(it.at, width));
        buckets.set(bucketOf(it.at, width), before ? mergeRollup(before, own) : own);
      }
      const rows = [...buckets.values()];
      const columns = Object.keys(rows[0] ?? {});
      await pool.query(
        `INSERT INTO rollup (${columns.map((it) => `"${it}"`).join(", ")}) SELECT ${columns.map((it) => `"${it}"`).join(", ")} FROM json_populate_recordset(null::rollup, $1::json)`,
        [JSON.stringify(rows)],
      );
    }
    await pool.query(`INSERT INTO gap (shipment, sensor, "from", "to", open, transaction) VALUES ($1, 'ws-1', $2, $3, false, 'x')`, [
      SHIPMENT,
      GAP.from,
      GAP.to,
    ]);
    await pool.query(
      `INSERT INTO violation (shipment, sensor, rule, number, severity, "from", found, "to", readings, peak, transaction)
       VALUES ($1, 'ws-1', 'upper', 1, 'critical', $2, $2, $3, 1, 9000, 'x')`,
      [SHIPMENT, VIOLATION.from, VIOLATION.to],
    );
    await pool.query(
      `INSERT INTO batch (sensor, sequence, hash, previous, kind, boot, count, first_at, last_at, recorded_at, thumbprint, calibration_number, transaction, block)
       SELECT 'ws-1', s, 'hash ' || s, 'previous', 'readings', 'b', 50, 0, 0, 0, 'k', 'AC-1', 'transaction ' || s, s FROM generate_series(1, 300) AS s`,
    );
  });
  afterAll(async () => {
    await database?.drop();
  });

  const extremes = (rows: readonly ReadingRow[], width: number) => {
    const columns = new Map<number, ReadingRow[]>();
    for (const it of rows) columns.set(Math.floor(it.at / width), [...(columns.get(Math.floor(it.at / width)) ?? []), it]);
    return [...columns].map(([column, own]) => {
      const humid = own.flatMap((it) => it.humidity ?? []);
      const values = own.map((it) => it.temperature);
      return [column, own[0]?.at, own.at(-1)?.at, Math.min(...values), Math.max(...values), Math.min(...humid), Math.max(...humid)];
    });
  };
  const keyed = ({ at, temperature, humidity, sequence, standing, calibration }: ReadingRow) => [
    at,
    temperature,
    humidity,
    sequence,
    standing,
    calibration,
  ];
  /** The width that the query took: the widest rollup no wider than a column, made whole. */
  const widthOf = (from: number, to: number, columns: number): number => {
    const unit = [...ROLLUP_WIDTHS].reverse().find((it) => it <= (to - from) / columns);
    return columnWidth(from, to, columns, unit);
  };

  test.each([
    ["the whole trip", 0, COUNT, 300],
    ["the whole trip on a phone", 0, COUNT, 120],
    ["a stretch cut inside buckets", 1_017, 14_003, 250],
    ["a stretch too short for rollups", 3_000, 8_500, 4_000],
  ])("lose no column's first, lowest, highest or last: %s", async (_, first, last, columns) => {
    const [from, to] = [START + first * STEP, START + last * STEP];
    const { readings, reduced } = await loadSensorReadings(database.pool, SHIPMENT, "ws-1", { from, to, columns });
    const raw = all.filter((it) => it.at >= from && it.at <= to);
    const inside = readings.filter((it) => it.at >= from && it.at <= to);
    const width = widthOf(from, to, columns);
    expect(reduced).toBe(raw.length > RAW_LIMIT);
    expect(extremes(inside, width)).toEqual(extremes(raw, width));
    const known = new Set(all.map((it) => JSON.stringify(Object.values(it))));
    expect(inside.filter((it) => !known.has(JSON.stringify(keyed(it))))).toEqual([]);
    const violated = raw.filter((it) => it.at >= VIOLATION.from && it.at <= VIOLATION.to).length;
    expect(inside.length).toBeLessThanOrEqual(6 * (columns + 1) + violated + 2);
  });

  test("keep every reading of a violation and both ends of a gap", async () => {
    const { readings } = await loadSensorReadings(database.pool, SHIPMENT, "ws-1", { from: START, to: START + COUNT * STEP, columns: 100 });
    const times = new Set(readings.map((it) => it.at));
    for (const it of all.filter(({ at }) => at >= VIOLATION.from && at <= VIOLATION.to)) expect(times.has(it.at)).toBe(true);
    expect(times.has(GAP.from) && times.has(GAP.to)).toBe(true);
  });

  test("are all sent where they are few, with one more at each side", async () => {
    const [from, to] = [START + 1_000 * STEP, START + 2_000 * STEP];
    const { readings, reduced } = await loadSensorReadings(database.pool, SHIPMENT, "ws-1", { from, to, columns: 300 });
    expect(reduced).toBe(false);
    expect(readings).toEqual(all.filter((it) => it.at >= from - STEP && it.at <= to + STEP));
  });

  test("belong to the shipment that was asked for", async () => {
    const stretch = { from: START, to: START + COUNT * STEP, columns: 300 };
    expect((await loadSensorReadings(database.pool, "other", "ws-1", stretch)).readings).toEqual([]);
    expect((await loadSensorReadings(database.pool, SHIPMENT, "ws-2", stretch)).readings).toEqual([]);
  });

  test("page through a table without losing or repeating one", async () => {
    const seen: string[] = [];
    let before: TableCursor | null = null;
    for (let page = 0; page < 20; page += 1) {
      const rows = await loadReadingTable(database.pool, SHIPMENT, { sensor: null, before, limit: 1_000 });
      seen.push(...rows.map((it) => `${it.sequence}.${it.index}`));
      const last = rows.at(-1);
      if (!last) break;
      before = { at: last.at, sensor: last.sensor, sequence: last.sequence, index: last.index };
    }
    expect(seen).toEqual(all.map((it, i) => `${it.sequence}.${i}`).reverse());
  });

  test("lead to their batches", async () => {
    expect(await loadBatches(database.pool, "ws-1", [7, 7, 3])).toEqual([
      { sequence: 3, transaction: "transaction 3", block: 3, recordedAt: 0 },
      { sequence: 7, transaction: "transaction 7", block: 7, recordedAt: 0 },
    ]);
    expect(await batchHash(database.pool, "ws-1", 3)).toBe("hash 3");
    expect(await batchHash(database.pool, "ws-1", 301)).toBeNull();
  });
});
