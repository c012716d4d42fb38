import type { Pool } from "pg";
import type { Viewer } from "../access/viewer";
import { sensorScope } from "./scope";

/** A sensor's signed word that a proxy was given a batch's transaction and never got it committed. */
export interface WithheldRow {
  readonly sensor: string;
  readonly sequence: number;
  readonly proxy: string;
  /** Transaction that the proxy was given. */
  readonly given: string;
  /** What this database finds of it: null = it stands nowhere on the ledger; else Fabric's validation code. */
  readonly found: number | null;
  readonly said: boolean;
  /** When it was given; null when a start of the device lies between. */
  readonly at: number | null;
  readonly recordedAt: number;
  /** Transaction that brought the batch in the end, and when. */
  readonly brought: { readonly transaction: string; readonly recordedAt: number } | null;
  readonly transaction: string;
}

/** Newest first, of the sensors that the viewer may see. @param sensor one of them, or null for all */
export async function withheldBatches(pool: Pool, viewer: Viewer, sensor: string | null, limit: number): Promise<readonly WithheldRow[]> {
  const { rows } = await pool.query<WithheldRow>(
    `SELECT w.sensor, w.sequence, w.proxy, w.given, w.said, w.at, w.recorded_at AS "recordedAt", w.transaction,
            (SELECT min(t.validation_code) FROM "transaction" t WHERE t.id = w.given) AS found,
            CASE WHEN b.sequence IS NOT NULL THEN jsonb_build_object('transaction', b.transaction, 'recordedAt', b.recorded_at) END AS brought
       FROM withheld w JOIN sensor n ON n.id = w.sensor LEFT JOIN batch b ON b.sensor = w.sensor AND b.sequence = w.sequence
      WHERE ${sensorScope(viewer)} AND ($2::text IS NULL OR w.sensor = $2) ORDER BY w.recorded_at DESC, w.sensor, w.sequence DESC LIMIT $3`,
    [viewer.mspId, sensor, limit],
  );
  return rows;
}
