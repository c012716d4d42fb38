import type { Pool } from "pg";

/** Lowest and highest of one stretch of time, with the moments at which they were measured. */
export interface SparkPoint {
  readonly minAt: number;
  readonly min: number;
  readonly maxAt: number;
  readonly max: number;
}

/** Width of a rollup that suits a line of 144 pixels over a day, ms. */
export const SPARK_WIDTH = 600_000;
const DAY = 24 * 3_600_000;

/** One line per sensor. */
export type Sparklines = readonly (readonly SparkPoint[])[];

/**
 * The last 24 hours before each shipment's latest reading, one line per sensor. From rollups, which keep the extremes: no spike is lost.
 * Callers pass ids that a scoped query gave them.
 */
export async function sparklines(pool: Pool, ids: readonly string[]): Promise<Map<string, Sparklines>> {
  if (ids.length === 0) return new Map();
  const { rows } = await pool.query<SparkPoint & { shipment: string; sensor: string }>(
    `SELECT r.shipment, r.sensor, r.min_at AS "minAt", r.min, r.max_at AS "maxAt", r.max
       FROM (SELECT shipment, max(last_at) AS last_at FROM coverage WHERE shipment = ANY($1) GROUP BY shipment) c
       JOIN rollup r ON r.shipment = c.shipment AND r.width = $2 AND r.bucket > c.last_at - $3::bigint
      ORDER BY r.shipment, r.sensor, r.bucket`,
    [ids, SPARK_WIDTH, DAY],
  );
  const lines = new Map<string, Map<string, SparkPoint[]>>();
  for (const { shipment, sensor, ...point } of rows) {
    const its = lines.get(shipment) ?? new Map<string, SparkPoint[]>();
    lines.set(shipment, its.set(sensor, appended(its.get(sensor), point)));
  }
  return new Map([...lines].map(([shipment, its]) => [shipment, [...its.values()]]));
}

function appended(line: SparkPoint[] | undefined, point: SparkPoint): SparkPoint[] {
  if (line === undefined) return [point];
  line.push(point);
  return line;
}
