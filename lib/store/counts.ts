import type { Database } from "./db";

/** What health reports; every figure is exact as of one snapshot. */
export interface Counts {
  readonly readings: number;
  /** Transactions that the ledger committed as VALID. */
  readonly commits: number;
  readonly violations: number;
  readonly shipments: number;
  readonly sensors: number;
}

/** Cheap at any size: readings are summed from one row per sensor and shipment, commits are kept in the checkpoint. */
const COUNTS = `SELECT
  (SELECT COALESCE(SUM(readings), 0)::int8 FROM coverage) AS readings,
  COALESCE((SELECT commits FROM checkpoint), 0)::int8 AS commits,
  (SELECT COUNT(*) FROM violation) AS violations,
  (SELECT COUNT(*) FROM shipment) AS shipments,
  (SELECT COUNT(*) FROM sensor) AS sensors`;

export async function readCounts({ pool }: Pick<Database, "pool">): Promise<Counts> {
  const { rows } = await pool.query<Counts>(COUNTS);
  const [counts] = rows;
  if (!counts) throw new TypeError("a query of aggregates gave no row");
  return counts;
}
