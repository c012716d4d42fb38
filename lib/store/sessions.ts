/** Sessions of a person: each is one browser that signed in. Own rows alone. */
import type { Pool } from "pg";
import type { Viewer } from "../access/viewer";
import { encodeNotice, NOTICE_CHANNEL } from "./notice";

export interface SessionRow {
  readonly id: string;
  readonly userAgent: string;
  readonly address: string;
  /** ms UTC */
  readonly createdAt: number;
  /** To the minute. */
  readonly lastSeenAt: number;
  readonly expiresAt: number;
}

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::int8`;

/** Sessions that have not ended, last used first. */
export async function listSessions(pool: Pool, viewer: Viewer): Promise<readonly SessionRow[]> {
  const { rows } = await pool.query<SessionRow>(
    `SELECT id, coalesce(user_agent, '') AS "userAgent", coalesce(ip_address, '') AS address, ${ms("created_at")} AS "createdAt",
            ${ms("last_seen_at")} AS "lastSeenAt", ${ms("expires_at")} AS "expiresAt"
       FROM session WHERE user_id = $1 AND expires_at > now() AT TIME ZONE 'UTC' ORDER BY last_seen_at DESC, id LIMIT 100`,
    [viewer.userId],
  );
  return rows;
}

/**
 * Ends one session of the viewer's at once, open streams included.
 * @returns false when it is none of theirs
 */
export async function endSession(pool: Pool, viewer: Viewer, id: string): Promise<boolean> {
  const { rowCount } = await pool.query("DELETE FROM session WHERE user_id = $1 AND id = $2", [viewer.userId, id]);
  await tell(pool, viewer);
  return rowCount === 1;
}

/** Ends every session of the viewer's but one. @returns how many */
export async function endOtherSessions(pool: Pool, viewer: Viewer, own: string): Promise<number> {
  const { rowCount } = await pool.query("DELETE FROM session WHERE user_id = $1 AND id <> $2", [viewer.userId, own]);
  await tell(pool, viewer);
  return rowCount ?? 0;
}

/** Streams look again at whose session they are. */
async function tell(pool: Pool, { userId }: Viewer): Promise<void> {
  await pool.query("SELECT pg_notify($1, $2)", [
    NOTICE_CHANNEL,
    encodeNotice({ block: null, shipments: [], sensors: [], people: [userId] }),
  ]);
}

/** Notes that a session was used, at most once a minute. */
export async function noteSeen(pool: Pool, id: string): Promise<void> {
  await pool.query(
    `UPDATE session SET last_seen_at = now() AT TIME ZONE 'UTC' WHERE id = $1 AND last_seen_at < now() AT TIME ZONE 'UTC' - interval '1 minute'`,
    [id],
  );
}

/** Whether a session still stands. */
export async function sessionStands(pool: Pool, id: string): Promise<boolean> {
  const { rowCount } = await pool.query("SELECT 1 FROM session WHERE id = $1 AND expires_at > now() AT TIME ZONE 'UTC'", [id]);
  return rowCount === 1;
}
