/** What a person was told: the inbox, and deliveries that did not arrive. Each reads and changes the viewer's own rows alone. */
import type { Pool } from "pg";
import type { Viewer } from "../access/viewer";
import type { NotifyFacts, NotifyKind } from "../domain/notifications";
import { shipmentScope } from "./scope";

export interface NotificationRow {
  readonly id: string;
  readonly kind: NotifyKind;
  readonly shipment: string | null;
  readonly sensor: string | null;
  readonly facts: NotifyFacts;
  readonly at: number;
  readonly createdAt: number;
  readonly readAt: number | null;
}

/** What a person was told once and may not see any more is not shown: the shipment is asked for each time. */
const seen = (viewer: Viewer): string =>
  `n.user_id = $2 AND $1::text IS NOT NULL
   AND (n.shipment IS NULL OR EXISTS (SELECT 1 FROM shipment s WHERE s.id = n.shipment AND ${shipmentScope(viewer)}))`;

/** Newest first. */
export async function listNotifications(pool: Pool, viewer: Viewer, limit: number): Promise<readonly NotificationRow[]> {
  const { rows } = await pool.query<NotificationRow>(
    `SELECT n.id, n.kind, n.shipment, n.sensor, n.facts, n.at, n.created_at AS "createdAt", n.read_at AS "readAt"
       FROM notification n WHERE ${seen(viewer)} AND n.in_app ORDER BY n.created_at DESC, n.at DESC, n.id LIMIT $3`,
    [viewer.mspId, viewer.userId, limit],
  );
  return rows;
}

/** How many the viewer has not read. */
export async function countUnread(pool: Pool, viewer: Viewer): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM notification n WHERE ${seen(viewer)} AND n.in_app AND n.read_at IS NULL`,
    [viewer.mspId, viewer.userId],
  );
  return rows[0]?.count ?? 0;
}

/** Marks one as read, or with null all that were told up to `through` (ms UTC), so that none which came meanwhile is missed. */
export async function markRead(pool: Pool, viewer: Viewer, id: string | null, through: number): Promise<void> {
  await pool.query(
    `UPDATE notification SET read_at = $3 WHERE user_id = $1 AND read_at IS NULL AND ($2::text IS NULL AND created_at <= $3 OR id = $2)`,
    [viewer.userId, id, through],
  );
}

export interface DeadLetter {
  readonly id: string;
  readonly channel: "email" | "webhook";
  readonly attempts: number;
  readonly error: string | null;
  readonly kind: NotifyKind;
  readonly shipment: string | null;
  readonly sensor: string | null;
  readonly facts: NotifyFacts;
  readonly createdAt: number;
}

/** Deliveries that were given up, newest first. */
export async function deadLetters(pool: Pool, viewer: Viewer, limit: number): Promise<readonly DeadLetter[]> {
  const { rows } = await pool.query<DeadLetter>(
    `SELECT d.id, d.channel, d.attempts, d.last_error AS error, n.kind, n.shipment, n.sensor, n.facts, n.created_at AS "createdAt"
       FROM delivery d JOIN notification n ON n.id = d.notification_id WHERE ${seen(viewer)} AND d.state = 'dead'
      ORDER BY n.created_at DESC, d.id LIMIT $3`,
    [viewer.mspId, viewer.userId, limit],
  );
  return rows;
}

/** Sends a given-up delivery again; it gets as many attempts as a new one. @returns false when there is none */
export async function sendAgain(pool: Pool, viewer: Viewer, id: string, now: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    "UPDATE delivery SET state = 'waiting', queued = FALSE, attempts = 0, due_at = $3 WHERE user_id = $1 AND id = $2 AND state = 'dead'",
    [viewer.userId, id, now],
  );
  return rowCount === 1;
}
