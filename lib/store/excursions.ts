import type { Pool } from "pg";
import type { Viewer } from "../access/viewer";
import type { Severity, ShipmentRecord } from "../contract/state";
import { type ExcursionId, type ExcursionStatus, isExcursionClosed } from "../domain/excursion";
import { AUDIENCE, DUE_LEVELS, type Due, type DueAudience, type DueLevel, dueOf } from "../domain/excursion-due";
import { shipmentScope } from "./scope";

/** A violation that the ledger found, and how far people have come with it. */
export interface ExcursionRow extends ExcursionId {
  readonly title: string;
  readonly origin: string;
  readonly destination: string;
  readonly profile: string;
  readonly shipper: string;
  readonly recipient: string;
  /** The shipment's. */
  readonly shipmentStatus: ShipmentRecord["status"];
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
  readonly status: ExcursionStatus;
  /** Since when it is in its status. */
  readonly since: number;
  readonly reopened: number;
  readonly assignee: string | null;
  /** What people call the assignee, where this site knows it. */
  readonly assigneeName: string | null;
  readonly assigneeOrganisation: string | null;
}

/** A violation that no excursion stands for is one of a ledger made before there were any: open, since it was found. */
export const EXCURSION_COLUMNS = `
  v.shipment, v.sensor, v.rule, v.number, s.title, s.origin, s.destination, s.profile, s.shipper, s.recipient, s.status AS "shipmentStatus",
  v.severity, v."from", v.found, v."to", c.last_at AS "lastAt", v.readings, v.peak, v.transaction,
  coalesce(e.status, 'open') AS status, coalesce(e.since, v.found) AS since, coalesce(e.reopened, 0) AS reopened,
  e.assignee, e.assignee_organisation AS "assigneeOrganisation",
  (SELECT u.name FROM "user" u WHERE u.common_name = e.assignee AND u.msp_id = e.assignee_organisation LIMIT 1) AS "assigneeName"`;

export const EXCURSION_TABLES = `
  violation v JOIN shipment s ON s.id = v.shipment
  LEFT JOIN excursion e ON e.shipment = v.shipment AND e.sensor = v.sensor AND e.rule = v.rule AND e.number = v.number
  LEFT JOIN coverage c ON c.shipment = v.shipment AND c.sensor = v.sensor`;

const CLOSED = "coalesce(e.status, 'open') IN ('released', 'rejected')";
const SEVEREST = "CASE v.severity WHEN 'critical' THEN 0 WHEN 'major' THEN 1 ELSE 2 END";

/** All that nobody has decided, whatever became of their shipments, so that none ever scrolls out of sight: what is latest first, then what lasts, then the gravest. */
export async function openExcursions(
  pool: Pool,
  viewer: Viewer,
  now: number,
): Promise<readonly (ExcursionRow & { readonly due: Due | null })[]> {
  const { rows } = await pool.query<ExcursionRow>(
    `SELECT ${EXCURSION_COLUMNS} FROM ${EXCURSION_TABLES} WHERE ${shipmentScope(viewer)} AND NOT ${CLOSED}
      ORDER BY v."to" IS NOT NULL, ${SEVEREST}, v."from", v.shipment, v.sensor, v.rule, v.number`,
    [viewer.mspId],
  );
  const pressing = (due: Due | null): number => (due === null ? 0 : DUE_LEVELS.indexOf(due.level));
  return rows.map((row) => ({ ...row, due: dueOf(row, now) })).sort((a, b) => pressing(b.due) - pressing(a.due));
}

/** Released or rejected, latest first. */
export async function closedExcursions(pool: Pool, viewer: Viewer, limit: number): Promise<readonly ExcursionRow[]> {
  const { rows } = await pool.query<ExcursionRow>(
    `SELECT ${EXCURSION_COLUMNS} FROM ${EXCURSION_TABLES} WHERE ${shipmentScope(viewer)} AND ${CLOSED}
      ORDER BY e.since DESC, v."from", v.sensor, v.rule, v.number LIMIT $2`,
    [viewer.mspId, limit],
  );
  return rows;
}

/** How many wait, for the navigation. */
export async function countOpenExcursions(pool: Pool, viewer: Viewer): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM ${EXCURSION_TABLES} WHERE ${shipmentScope(viewer)} AND NOT ${CLOSED}`,
    [viewer.mspId],
  );
  return rows[0]?.count ?? 0;
}

/** An excursion whose next step is due, and whom to tell. */
export interface DueExcursion extends ExcursionId {
  readonly severity: Severity;
  readonly status: ExcursionStatus;
  readonly title: string;
  readonly origin: string;
  readonly destination: string;
  readonly shipper: string;
  readonly recipient: string;
  /** Common name and organisation; null as long as nobody is assigned: then the shipper's people stand for the assignee. */
  readonly assignee: string | null;
  readonly assigneeOrganisation: string | null;
  readonly due: Due;
  readonly tell: readonly DueAudience[];
}

/**
 * Everything undecided whose next step has reached a level, over all organisations, the most pressing first: for reminders and escalation. It is
 * for jobs of the site, so it asks no viewer; whoever tells somebody by it asks lib/access. One reminder per `due.step`, `due.since` and
 * `due.level` is one event.
 * @param from the least level that is asked for
 */
export async function dueExcursions(
  pool: Pool,
  now: number,
  from: Exclude<DueLevel, "waiting"> = "remind",
): Promise<readonly DueExcursion[]> {
  const { rows } = await pool.query<Omit<DueExcursion, "due" | "tell"> & { readonly since: number }>(
    `SELECT v.shipment, v.sensor, v.rule, v.number, v.severity, coalesce(e.status, 'open') AS status, coalesce(e.since, v.found) AS since,
            s.title, s.origin, s.destination, s.shipper, s.recipient, e.assignee, e.assignee_organisation AS "assigneeOrganisation"
       FROM ${EXCURSION_TABLES} WHERE NOT ${CLOSED} ORDER BY since, v.shipment, v.sensor, v.rule, v.number`,
  );
  const least = DUE_LEVELS.indexOf(from);
  return rows
    .flatMap(({ since, ...row }) => {
      const due = isExcursionClosed(row.status) ? null : dueOf({ ...row, since }, now);
      return due === null || DUE_LEVELS.indexOf(due.level) < least ? [] : [{ ...row, due, tell: AUDIENCE[due.level] }];
    })
    .sort((a, b) => DUE_LEVELS.indexOf(b.due.level) - DUE_LEVELS.indexOf(a.due.level) || a.due.at - b.due.at);
}
