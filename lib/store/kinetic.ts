import type { Pool } from "pg";
import { meanKineticTemperature, type Stretch } from "../domain/mkt";

const HOUR = 3_600_000;
const WINDOW = 24 * HOUR;
/** Above this the figure is left out: it is information only, and reading a million rows for it is not worth the wait. */
const MOST = 60_000;

interface Row {
  readonly sensor: string;
  readonly at: number;
  readonly temperature: number;
  /** Time until the sensor's next reading, at most the profile's no-data rule, ms. */
  readonly duration: number;
}

/**
 * The highest mean kinetic temperature of any sensor over 24 hours (windows end at each whole hour), milli-°C. Each reading lasts until the next
 * one; what a gap leaves open has no weight. Null without readings, or with more than {@link MOST}.
 */
export async function warmestKinetic(pool: Pool, shipment: string, noData: number): Promise<number | null> {
  const { rows: size } = await pool.query<{ readings: number }>(
    "SELECT coalesce(sum(readings), 0)::int AS readings FROM coverage WHERE shipment = $1",
    [shipment],
  );
  const count = size[0]?.readings ?? 0;
  if (count === 0 || count > MOST) return null;
  const { rows } = await pool.query<Row>(
    `SELECT sensor, at, temperature, least(coalesce(lead(at) OVER (PARTITION BY sensor ORDER BY at, sequence, index) - at, 1), $2) AS duration
       FROM reading WHERE shipment = $1 ORDER BY sensor, at`,
    [shipment, noData],
  );
  const sensors = new Map<string, Row[]>();
  for (const row of rows) {
    const own = sensors.get(row.sensor);
    if (own) own.push(row);
    else sensors.set(row.sensor, [row]);
  }
  return [...sensors.values()].reduce<number | null>((warmest, own) => greater(warmest, warmestWindow(own)), null);
}

const greater = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.max(a, b));

/** Hours are summed up once each; a window is 24 of them, so a month costs as little as a day. */
function warmestWindow(rows: readonly Row[]): number | null {
  const hours = new Map<number, Row[]>();
  for (const row of rows) {
    const hour = Math.floor(row.at / HOUR);
    const own = hours.get(hour);
    if (own) own.push(row);
    else hours.set(hour, [row]);
  }
  const condensed = new Map([...hours].map(([hour, own]) => [hour, condense(own)]));
  let warmest: number | null = null;
  for (const hour of condensed.keys()) {
    const window = Array.from({ length: WINDOW / HOUR }, (_, back) => condensed.get(hour - back)).filter((it) => it !== undefined);
    warmest = greater(warmest, meanKineticTemperature(window));
  }
  return warmest;
}

/** An hour as one stretch with the same mean kinetic temperature: means of means weigh the same. */
function condense(rows: readonly Row[]): Stretch {
  const duration = rows.reduce((sum, it) => sum + it.duration, 0);
  return { temperature: meanKineticTemperature(rows) ?? 0, duration };
}
