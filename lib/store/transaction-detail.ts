import type { Pool } from "pg";
import type { Viewer } from "../access/viewer";
import { sensorScope, shipmentScope } from "./scope";

/** One thing that a transaction did. */
export interface Trace {
  readonly kind: string;
  readonly at: number;
  readonly shipment: string | null;
  readonly sensor: string | null;
  readonly actor: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What a transaction did, as far as it concerns shipments and sensors that the viewer may see. */
export async function tracesOf(pool: Pool, viewer: Viewer, block: number, position: number): Promise<readonly Trace[]> {
  const { rows } = await pool.query<Trace>(
    `SELECT e.kind, e.at, e.shipment, e.sensor, e.actor, e.detail FROM audit_entry e
      WHERE e.block = $2 AND e.position = $3
        AND (EXISTS (SELECT 1 FROM shipment s WHERE s.id = e.shipment AND ${shipmentScope(viewer)})
          OR (e.shipment IS NULL AND EXISTS (SELECT 1 FROM sensor n WHERE n.id = e.sensor AND ${sensorScope(viewer)})))
      ORDER BY e.part`,
    [viewer.mspId, block, position],
  );
  return rows;
}

export interface BatchTrace {
  readonly sensor: string;
  readonly sequence: number;
  readonly hash: string;
  readonly previous: string;
  readonly kind: string;
  readonly count: number;
  readonly boot: string;
  readonly calibrationNumber: string;
}

export interface BatchReading {
  readonly index: number;
  readonly at: number;
  readonly standing: string;
  readonly temperature: number;
  readonly humidity: number | null;
  readonly calibration: string;
  /** Shipment that it belongs to, or null. */
  readonly shipment: string | null;
}

/** The batch that a transaction recorded, or null when it recorded none that the viewer may see. */
export async function batchOf(pool: Pool, viewer: Viewer, transaction: string): Promise<BatchTrace | null> {
  const { rows } = await pool.query<BatchTrace>(
    `SELECT b.sensor, b.sequence, b.hash, b.previous, b.kind, b.count, b.boot, b.calibration_number AS "calibrationNumber"
       FROM batch b JOIN sensor n ON n.id = b.sensor WHERE b.transaction = $2 AND ${sensorScope(viewer)}`,
    [viewer.mspId, transaction],
  );
  return rows[0] ?? null;
}

/** Readings of a batch, in the order measured: those on shipments that the viewer may see, or all of an own sensor. */
export async function readingsOfBatch(pool: Pool, viewer: Viewer, { sensor, sequence }: BatchTrace): Promise<readonly BatchReading[]> {
  const { rows } = await pool.query<BatchReading>(
    `SELECT r.index, r.at, r.standing, r.temperature, r.humidity, r.calibration, r.shipment FROM reading r JOIN sensor n ON n.id = r.sensor
      WHERE r.sensor = $2 AND r.sequence = $3
        AND (n.owner = $1 OR n.authority = $1 OR EXISTS (SELECT 1 FROM shipment s WHERE s.id = r.shipment AND ${shipmentScope(viewer)}))
      ORDER BY r.index`,
    [viewer.mspId, sensor, sequence],
  );
  return rows;
}
