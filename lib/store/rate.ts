import type { Pool } from "pg";

export interface RateState {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Whole seconds until the window ends. */
  readonly resetSeconds: number;
}

const WINDOW = 60_000;

/** Counts one request of a caller in this minute; all servers of the site count in the same row. */
export async function countRequest(pool: Pool, caller: string, limit: number, now: number): Promise<RateState> {
  const window = Math.floor(now / WINDOW);
  const { rows } = await pool.query<{ count: number }>(
    `INSERT INTO request_window AS w (caller, "window", count) VALUES ($1, $2, 1)
     ON CONFLICT (caller) DO UPDATE SET count = CASE WHEN w."window" = excluded."window" THEN w.count + 1 ELSE 1 END, "window" = excluded."window"
     RETURNING count`,
    [caller, window],
  );
  const count = rows[0]?.count ?? 1;
  return {
    allowed: count <= limit,
    limit,
    remaining: Math.max(0, limit - count),
    resetSeconds: Math.ceil(((window + 1) * WINDOW - now) / 1000),
  };
}
