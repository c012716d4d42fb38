import type { Pool } from "pg";
import type { Viewer } from "../access/viewer";
import type { Severity, ShipmentRecord } from "../contract/state";
import { shipmentScope } from "./scope";

/** A violation that the ledger found, with the shipment on which people must handle it. */
export interface ExcursionRow {
  readonly shipment: string;
  readonly title: string;
  readonly origin: string;
  readonly destination: string;
  readonly profile: string;
  readonly status: ShipmentRecord["status"];
  readonly sensor: string;
  readonly rule: string;
  readonly number: number;
  readonly severity: Severity;
  readonly from: number;
  readonly found: number;
  /** null while it lasts */
  readonly to: number | null;
  /** Last reading of the sensor on this shipment: how far a lasting one is known. */
  readonly lastAt: number | null;
  readonly readings: number;
  readonly peak: number;
  readonly transaction: string;
}

const SELECT = `
  SELECT v.shipment, s.title, s.origin, s.destination, s.profile, s.status, v.sensor, v.rule, v.number, v.severity, v."from", v.found, v."to",
         c.last_at AS "lastAt", v.readings, v.peak, v.transaction
    FROM violation v JOIN shipment s ON s.id = v.shipment LEFT JOIN coverage c ON c.shipment = v.shipment AND c.sensor = v.sensor`;

const DECIDED = "s.status IN ('accepted', 'rejected')";
const SEVEREST = "CASE v.severity WHEN 'critical' THEN 0 WHEN 'major' THEN 1 ELSE 2 END";

/** On shipments that nobody has decided: all of them, so that none ever scrolls out of sight. Those that last first, then the gravest. */
export async function openExcursions(pool: Pool, viewer: Viewer): Promise<readonly ExcursionRow[]> {
  const { rows } = await pool.query<ExcursionRow>(
    `${SELECT} WHERE ${shipmentScope(viewer)} AND NOT ${DECIDED} ORDER BY v."to" IS NOT NULL, ${SEVEREST}, v."from", v.shipment, v.sensor, v.rule`,
    [viewer.mspId],
  );
  return rows;
}

/** On shipments that were accepted or rejected, latest decision first. */
export async function settledExcursions(pool: Pool, viewer: Viewer, limit: number): Promise<readonly ExcursionRow[]> {
  const { rows } = await pool.query<ExcursionRow>(
    `${SELECT} WHERE ${shipmentScope(viewer)} AND ${DECIDED} ORDER BY s.decided_at DESC NULLS LAST, v."from", v.sensor, v.rule LIMIT $2`,
    [viewer.mspId, limit],
  );
  return rows;
}

/** How many wait, for the navigation. */
export async function countOpenExcursions(pool: Pool, viewer: Viewer): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM violation v JOIN shipment s ON s.id = v.shipment WHERE ${shipmentScope(viewer)} AND NOT ${DECIDED}`,
    [viewer.mspId],
  );
  return rows[0]?.count ?? 0;
}
