/** Raw readings of a shipment for files and the read API: every one, in order, a page at a time. */
import type { Pool } from "pg";
import type { Viewer } from "../access/viewer";
import { type ShipmentHead, shipmentHead } from "./shipment-detail";

export interface ExportRow {
  readonly sensor: string;
  readonly sequence: number;
  readonly index: number;
  readonly at: number;
  readonly temperature: number;
  readonly humidity: number | null;
  readonly standing: string;
  readonly calibration: string;
  readonly calibrationNumber: string;
  readonly transaction: string;
  readonly block: number;
  readonly recordedAt: number;
}

/** Where a page ended: the reading's place in the order (sensor, time, batch, place in the batch). */
export type ExportCursor = Pick<ExportRow, "sensor" | "at" | "sequence" | "index">;

export interface ExportQuery {
  /** Blocks up to this one, so that a long file is of one moment. */
  readonly through: number;
  readonly after: ExportCursor | null;
  readonly limit: number;
  readonly sensor?: string | null;
  /** ms UTC, both ends belong to it. */
  readonly from?: number | null;
  readonly to?: number | null;
}

/** The shipment and the newest block that its file can tell of; null when it does not exist for the viewer. */
export async function exportHead(
  pool: Pool,
  viewer: Viewer,
  shipment: string,
): Promise<{ readonly head: ShipmentHead; readonly block: number } | null> {
  const head = await shipmentHead(pool, viewer, shipment);
  if (head === null) return null;
  const { rows } = await pool.query<{ block: number }>("SELECT block FROM checkpoint");
  return { head, block: rows[0]?.block ?? 0 };
}

/** One page. The caller has established that the viewer may read the shipment ({@link exportHead}). */
export async function exportPage(
  pool: Pool,
  shipment: string,
  { through, after, limit, sensor = null, from = null, to = null }: ExportQuery,
): Promise<ExportRow[]> {
  const { rows } = await pool.query<ExportRow>(
    `SELECT r.sensor, r.sequence, r.index, r.at, r.temperature, r.humidity, r.standing, r.calibration, r.calibration_number AS "calibrationNumber",
            b.transaction, b.block, b.recorded_at AS "recordedAt"
       FROM reading r JOIN batch b ON b.sensor = r.sensor AND b.sequence = r.sequence
      WHERE r.shipment = $1 AND b.block <= $2
        AND ($3::text IS NULL OR (r.sensor, r.at, r.sequence, r.index) > ($3, $4::bigint, $5::bigint, $6::int))
        AND ($8::text IS NULL OR r.sensor = $8) AND ($9::bigint IS NULL OR r.at >= $9) AND ($10::bigint IS NULL OR r.at <= $10)
      ORDER BY r.sensor, r.at, r.sequence, r.index LIMIT $7`,
    [shipment, through, after?.sensor ?? null, after?.at ?? 0, after?.sequence ?? 0, after?.index ?? 0, limit, sensor, from, to],
  );
  return rows;
}

const PAGE = 5_000;

/** Every raw reading up to a block, sensor by sensor, oldest first, as many at a time as memory need hold. */
export async function* exportReadings(pool: Pool, shipment: string, through: number): AsyncGenerator<readonly ExportRow[]> {
  let after: ExportCursor | null = null;
  for (;;) {
    const rows: ExportRow[] = await exportPage(pool, shipment, { through, after, limit: PAGE });
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (rows.length < PAGE || !last) return;
    after = last;
  }
}
