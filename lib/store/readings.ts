/** Readings of a shipment for its chart and its table. The caller has established that the viewer may read the shipment. */
import type { Pool } from "pg";
import { columnWidth, reduceReadings, rollupFor } from "../domain/reduction";

/** Up to here all readings are sent as they are; above, each column of pixels keeps its first, lowest, highest and last. */
export const RAW_LIMIT = 4_000;
/** Readings of violations that always stay, per sensor; a longer violation is reduced like the rest, so its extremes stay too. */
const VIOLATION_LIMIT = 2_000;
/** What is read into memory when a stretch is too short for rollups, per sensor. */
const DIRECT_LIMIT = 250_000;

export interface ReadingRow {
  readonly at: number;
  readonly temperature: number;
  readonly humidity: number | null;
  readonly sequence: number;
  readonly standing: string;
  readonly calibration: string;
}

export interface SensorReadings {
  readonly sensor: string;
  readonly readings: readonly ReadingRow[];
  /** Whether readings were left out. */
  readonly reduced: boolean;
}

export interface Stretch {
  /** ms UTC, both ends belong to it. */
  readonly from: number;
  readonly to: number;
  /** Columns of pixels on the reader's screen. */
  readonly columns: number;
}

const COLUMNS = "at, temperature, humidity, sequence, standing, calibration";

async function select(pool: Pool, tail: string, values: readonly unknown[]): Promise<ReadingRow[]> {
  const { rows } = await pool.query<ReadingRow>(`SELECT ${COLUMNS} FROM reading WHERE shipment = $1 AND sensor = $2 ${tail}`, [...values]);
  return rows;
}

const raw = (pool: Pool, shipment: string, sensor: string, { from, to }: Pick<Stretch, "from" | "to">): Promise<ReadingRow[]> =>
  select(pool, `AND at BETWEEN $3 AND $4 ORDER BY at, sequence, index LIMIT ${DIRECT_LIMIT}`, [shipment, sensor, from, to]);

/** Readings of one sensor in a stretch, with one more at each side so that the line reaches the edges. */
export async function loadSensorReadings(pool: Pool, shipment: string, sensor: string, stretch: Stretch): Promise<SensorReadings> {
  const { rows } = await pool.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM (SELECT 1 FROM reading WHERE shipment = $1 AND sensor = $2 AND at BETWEEN $3 AND $4 LIMIT $5) AS few",
    [shipment, sensor, stretch.from, stretch.to, RAW_LIMIT + 1],
  );
  const reduced = (rows[0]?.count ?? 0) > RAW_LIMIT;
  const [inside, edges] = await Promise.all([
    reduced ? reducedReadings(pool, shipment, sensor, stretch) : raw(pool, shipment, sensor, stretch),
    beyondEdges(pool, shipment, sensor, stretch),
  ]);
  return { sensor, readings: inOrder([...inside, ...edges]), reduced };
}

async function beyondEdges(pool: Pool, shipment: string, sensor: string, { from, to }: Stretch): Promise<ReadingRow[]> {
  const [before, after] = await Promise.all([
    select(pool, "AND at < $3 ORDER BY at DESC LIMIT 1", [shipment, sensor, from]),
    select(pool, "AND at > $3 ORDER BY at LIMIT 1", [shipment, sensor, to]),
  ]);
  return [...before, ...after];
}

async function reducedReadings(pool: Pool, shipment: string, sensor: string, stretch: Stretch): Promise<ReadingRow[]> {
  const { rows: known } = await pool.query<{ width: number }>("SELECT DISTINCT width FROM rollup WHERE shipment = $1 AND sensor = $2", [
    shipment,
    sensor,
  ]);
  const unit = rollupFor(
    stretch.from,
    stretch.to,
    stretch.columns,
    known.map((it) => it.width),
  );
  const candidates = unit ? fromRollups(pool, shipment, sensor, stretch, unit) : raw(pool, shipment, sensor, stretch);
  const [points, always] = await Promise.all([candidates, alwaysShown(pool, shipment, sensor, stretch)]);
  const width = columnWidth(stretch.from, stretch.to, stretch.columns, unit);
  return [...reduceReadings(inOrder(points), width), ...always];
}

/** Readings of violations, and the last before and first after each gap. */
async function alwaysShown(pool: Pool, shipment: string, sensor: string, { from, to }: Stretch): Promise<ReadingRow[]> {
  const values = [shipment, sensor, from, to];
  const violated = `AND at BETWEEN $3 AND $4 AND EXISTS (SELECT 1 FROM violation v WHERE v.shipment = reading.shipment AND v.sensor = reading.sensor
      AND reading.at >= v."from" AND (v."to" IS NULL OR reading.at <= v."to")) ORDER BY at LIMIT ${VIOLATION_LIMIT + 1}`;
  const gaps = `AND at IN (SELECT g."from" FROM gap g WHERE g.shipment = $1 AND g.sensor = $2 AND g."from" BETWEEN $3 AND $4
      UNION SELECT g."to" FROM gap g WHERE g.shipment = $1 AND g.sensor = $2 AND g."to" BETWEEN $3 AND $4)`;
  const [inViolation, atGaps] = await Promise.all([select(pool, violated, values), select(pool, gaps, values)]);
  return [...(inViolation.length > VIOLATION_LIMIT ? [] : inViolation), ...atGaps];
}

/**
 * The readings that rollups point at; buckets that the stretch cuts are read raw, so that nothing outside comes in. The lateral parts look up each
 * bucket by index whatever the planner knows of the tables' sizes (`OFFSET 0` keeps it from joining them otherwise).
 */
async function fromRollups(pool: Pool, shipment: string, sensor: string, { from, to }: Stretch, unit: number): Promise<ReadingRow[]> {
  const first = Math.ceil(from / unit) * unit;
  const end = Math.floor((to + 1) / unit) * unit;
  const [whole, ...edges] = await Promise.all([
    pool.query<ReadingRow>(FROM_ROLLUPS, [shipment, sensor, first, end, unit]).then(({ rows }) => rows),
    raw(pool, shipment, sensor, { from, to: Math.min(to, first - 1) }),
    raw(pool, shipment, sensor, { from: Math.max(from, end), to }),
  ]);
  return [...whole, ...edges.flat()];
}

const OWN = `SELECT ${COLUMNS} FROM reading WHERE shipment = $1 AND sensor = $2`;
const IN_BUCKET = "AND at >= u.bucket AND at < u.bucket + $5";
const FROM_ROLLUPS = `
  SELECT p.* FROM rollup u CROSS JOIN LATERAL (
    (${OWN} AND at IN (u.first_at, u.min_at, u.max_at, u.last_at) OFFSET 0)
    UNION ALL (${OWN} ${IN_BUCKET} AND humidity = u.humidity_min ORDER BY at LIMIT 1)
    UNION ALL (${OWN} ${IN_BUCKET} AND humidity = u.humidity_max ORDER BY at LIMIT 1)) p
   WHERE u.shipment = $1 AND u.sensor = $2 AND u.width = $5 AND u.bucket >= $3 AND u.bucket < $4`;

/** In order of time, each reading once. */
function inOrder(rows: readonly ReadingRow[]): ReadingRow[] {
  const unique = new Map(rows.map((it) => [`${it.at} ${it.sequence} ${it.temperature} ${it.humidity}`, it]));
  return [...unique.values()].sort((a, b) => a.at - b.at || a.sequence - b.sequence);
}

export interface BatchRow {
  readonly sequence: number;
  readonly transaction: string;
  readonly block: number;
  readonly recordedAt: number;
}

/** Where batches stand on the ledger. */
export async function loadBatches(pool: Pool, sensor: string, sequences: readonly number[]): Promise<BatchRow[]> {
  const { rows } = await pool.query<BatchRow>(
    `SELECT sequence, transaction, block, recorded_at AS "recordedAt" FROM batch WHERE sensor = $1 AND sequence = ANY($2::bigint[]) ORDER BY sequence`,
    [sensor, [...new Set(sequences)]],
  );
  return rows;
}

export interface TableRow extends ReadingRow {
  readonly sensor: string;
  readonly index: number;
  readonly transaction: string;
  readonly block: number;
  readonly recordedAt: number;
}

/** Where the next page begins: after this reading, in order of time, sensor and place in the batch. */
export interface TableCursor {
  readonly at: number;
  readonly sensor: string;
  readonly sequence: number;
  readonly index: number;
}

/** Raw readings, newest first, a page at a time. */
export async function loadReadingTable(
  pool: Pool,
  shipment: string,
  { sensor, before, limit }: { readonly sensor: string | null; readonly before: TableCursor | null; readonly limit: number },
): Promise<TableRow[]> {
  const { rows } = await pool.query<TableRow>(
    `SELECT r.sensor, r.index, r.at, r.temperature, r.humidity, r.sequence, r.standing, r.calibration, b.transaction, b.block, b.recorded_at AS "recordedAt"
       FROM reading r JOIN batch b ON b.sensor = r.sensor AND b.sequence = r.sequence
      WHERE r.shipment = $1 AND ($2::text IS NULL OR r.sensor = $2)
        AND ($3::bigint IS NULL OR (r.at, r.sensor, r.sequence, r.index) < ($3, $4::text, $5::bigint, $6::int))
      ORDER BY r.at DESC, r.sensor DESC, r.sequence DESC, r.index DESC LIMIT $7`,
    [shipment, sensor, before?.at ?? null, before?.sensor ?? "", before?.sequence ?? 0, before?.index ?? 0, limit],
  );
  return rows;
}

/** Hash of a recorded batch, hex; null when no batch of that number is on the ledger. */
export async function batchHash(pool: Pool, sensor: string, sequence: number): Promise<string | null> {
  const { rows } = await pool.query<{ hash: string }>("SELECT hash FROM batch WHERE sensor = $1 AND sequence = $2", [sensor, sequence]);
  return rows[0]?.hash ?? null;
}
