import type { Pool } from "pg";
import type { Viewer } from "../access/viewer";
import type { SensorRecord } from "../contract/state";
import { sensorScope, shipmentScope } from "./scope";
import { likePattern } from "./shipments";

export interface SensorRow {
  readonly id: string;
  readonly model: string;
  readonly owner: string;
  readonly authority: string;
  readonly thumbprint: string;
  readonly status: SensorRecord["status"];
  readonly statusReason: string;
  readonly doubtfulSince: number | null;
  readonly registeredAt: number;
  readonly sequence: number;
  readonly headHash: string;
  readonly lostBatches: number;
  /** Last reading's own time, and when the transaction that brought it was made. */
  readonly lastAt: number | null;
  readonly lastSeen: number | null;
  readonly lastTemperature: number | null;
  readonly lastHumidity: number | null;
  /** Calibration in force for its active key. */
  readonly calibration: SensorCalibration | null;
  /** Open shipment that it rides with now. */
  readonly rides: { readonly shipment: string; readonly title: string; readonly place: string } | null;
}

export interface SensorCalibration {
  readonly number: string;
  readonly hash: string;
  readonly laboratory: string;
  readonly validFrom: number;
  readonly validTo: number;
  readonly min: number;
  readonly max: number;
  /** Expanded uncertainty, k = 2, milli-°C. */
  readonly uncertainty: number;
}

const CALIBRATION = `jsonb_build_object('number', number, 'hash', hash, 'laboratory', laboratory, 'validFrom', valid_from, 'validTo', valid_to,
  'min', min, 'max', max, 'uncertainty', uncertainty)`;

/**
 * A recipient keeps seeing a sensor that once rode to it; what that sensor measures now on somebody else's shipment, and which, it does not.
 */
const select = (viewer: Viewer): string => {
  const seen = "(n.owner = $1 OR n.authority = $1 OR r.rides IS NOT NULL)";
  return `
  SELECT n.id, n.model, n.owner, n.authority, n.thumbprint, n.status, n.status_reason AS "statusReason", n.doubtful_since AS "doubtfulSince",
         n.registered_at AS "registeredAt", n.sequence, n.head_hash AS "headHash", n.lost_batches AS "lostBatches", n.last_at AS "lastAt",
         n.last_seen AS "lastSeen", CASE WHEN ${seen} THEN n.last_temperature END AS "lastTemperature",
         CASE WHEN ${seen} THEN n.last_humidity END AS "lastHumidity", k.calibration, r.rides
    FROM sensor n
    LEFT JOIN LATERAL (SELECT ${CALIBRATION} AS calibration, valid_to FROM calibration
                        WHERE sensor = n.id AND thumbprint = n.thumbprint ORDER BY registered_at DESC LIMIT 1) k ON true
    LEFT JOIN LATERAL (SELECT jsonb_build_object('shipment', s.id, 'title', s.origin || ' to ' || s.destination, 'place', a.place) AS rides
                         FROM assignment a JOIN shipment s ON s.id = a.shipment
                        WHERE a.sensor = n.id AND a."end" IS NULL AND s.status NOT IN ('accepted', 'rejected') AND ${shipmentScope(viewer)}
                        ORDER BY a.start DESC LIMIT 1) r ON true`;
};

export interface SensorQuery {
  readonly search: string;
  readonly limit: number;
}

/** Sensors, those whose calibration ends soonest first; revoked ones last. */
export async function listSensors(pool: Pool, viewer: Viewer, { search, limit }: SensorQuery): Promise<readonly SensorRow[]> {
  const { rows } = await pool.query<SensorRow>(
    `${select(viewer)} WHERE ${sensorScope(viewer)} AND ($2 = '' OR n.id ILIKE $2 OR n.model ILIKE $2 OR k.calibration->>'number' ILIKE $2)
      ORDER BY n.status = 'revoked', k.valid_to NULLS FIRST, n.id LIMIT $3`,
    [viewer.mspId, likePattern(search), limit],
  );
  return rows;
}

/** Sensors in order of their ids, a page at a time. @param after id that the page before ended with, or "" */
export async function sensorPage(pool: Pool, viewer: Viewer, after: string, limit: number): Promise<readonly SensorRow[]> {
  const { rows } = await pool.query<SensorRow>(`${select(viewer)} WHERE ${sensorScope(viewer)} AND n.id > $2 ORDER BY n.id LIMIT $3`, [
    viewer.mspId,
    after,
    limit,
  ]);
  return rows;
}

/** One sensor, or null when there is none that the viewer may see. */
export async function sensor(pool: Pool, viewer: Viewer, id: string): Promise<SensorRow | null> {
  const { rows } = await pool.query<SensorRow>(`${select(viewer)} WHERE ${sensorScope(viewer)} AND n.id = $2`, [viewer.mspId, id]);
  return rows[0] ?? null;
}

export interface CalibrationRow extends SensorCalibration {
  readonly thumbprint: string;
  readonly registeredAt: number;
  readonly transaction: string;
}

/** Every calibration that a sensor ever had, newest first. Callers have asked {@link sensor} first. */
export async function calibrationsOf(pool: Pool, id: string): Promise<readonly CalibrationRow[]> {
  const { rows } = await pool.query<CalibrationRow>(
    `SELECT number, hash, laboratory, valid_from AS "validFrom", valid_to AS "validTo", min, max, uncertainty, thumbprint,
            registered_at AS "registeredAt", transaction
       FROM calibration WHERE sensor = $1 ORDER BY registered_at DESC, valid_to DESC`,
    [id],
  );
  return rows;
}

export interface RideRow {
  readonly shipment: string;
  readonly title: string;
  readonly origin: string;
  readonly destination: string;
  readonly place: string;
  readonly start: number;
  readonly end: number | null;
  readonly readings: number;
}

/** Shipments that a sensor rode with, as far as the viewer may see them, newest first. */
export async function ridesOf(pool: Pool, viewer: Viewer, id: string, limit: number): Promise<readonly RideRow[]> {
  const { rows } = await pool.query<RideRow>(
    `SELECT a.shipment, s.title, s.origin, s.destination, a.place, a.start, a."end", coalesce(c.readings, 0) AS readings
       FROM assignment a JOIN shipment s ON s.id = a.shipment LEFT JOIN coverage c ON c.shipment = a.shipment AND c.sensor = a.sensor
      WHERE ${shipmentScope(viewer)} AND a.sensor = $2 ORDER BY a.start DESC LIMIT $3`,
    [viewer.mspId, id, limit],
  );
  return rows;
}

/** What stands under a sensor's id, and which sensor uses a key: for the registration form. The contract decides, this only says it early. */
export async function registered(pool: Pool, id: string, thumbprint: string) {
  const { rows } = await pool.query<Pick<SensorRow, "id" | "model" | "owner" | "authority" | "status" | "thumbprint">>(
    "SELECT id, model, owner, authority, status, thumbprint FROM sensor WHERE id = $1 OR thumbprint = $2",
    [id, thumbprint],
  );
  return { byId: rows.find((row) => row.id === id) ?? null, byKey: rows.find((row) => row.thumbprint === thumbprint)?.id ?? null };
}

/** Which of these sensors the viewer may see: live notices name ids of everyone. */
export async function visibleSensors(pool: Pool, viewer: Viewer, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const { rows } = await pool.query<{ id: string }>(`SELECT n.id FROM sensor n WHERE ${sensorScope(viewer)} AND n.id = ANY($2)`, [
    viewer.mspId,
    ids,
  ]);
  return rows.map(({ id }) => id);
}
