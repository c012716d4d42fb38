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

/**
 * The last 24 hours before each shipment's latest reading, over all its sensors. From rollups, which keep the extremes: no spike is lost.
 * Callers pass ids that a scoped query gave them.
 */
export async function sparklines(pool: Pool, ids: readonly string[]): Promise<Map<string, readonly SparkPoint[]>> {
  if (ids.length === 0) return new Map();
  const { rows } = await pool.query<SparkPoint & { shipment: string }>(
    `SELECT r.shipment, (array_agg(r.min_at ORDER BY r.min, r.min_at))[1] AS "minAt", min(r.min) AS min,
            (array_agg(r.max_at ORDER BY r.max DESC, r.max_at))[1] AS "maxAt", max(r.max) AS max
       FROM (SELECT shipment, max(last_at) AS last_at FROM coverage WHERE shipment = ANY($1) GROUP BY shipment) c
       JOIN rollup r ON r.shipment = c.shipment AND r.width = $2 AND r.bucket > c.last_at - $3::bigint
      GROUP BY r.shipment, r.bucket ORDER BY r.shipment, r.bucket`,
    [ids, SPARK_WIDTH, DAY],
  );
  const lines = new Map<string, SparkPoint[]>();
  for (const { shipment, ...point } of rows) lines.set(shipment, [...(lines.get(shipment) ?? []), point]);
  return lines;
}
