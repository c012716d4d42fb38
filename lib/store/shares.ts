/** Guest links: one shipment, read only, for whoever holds the link, until it ends or is revoked. */
import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { mayLetIn } from "../access/permit";
import type { Viewer } from "../access/viewer";
import { WintersealError } from "../messages/errors";
import { newSecret, secretHash } from "./secret";
import { shipmentHead } from "./shipment-detail";
import { MAKERS_SERIAL, NAME_LENGTH } from "./tokens";

const DAY = 86_400_000;
export const SHARE_DAYS = { least: 1, most: 90 } as const;

export interface ShareRow {
  readonly id: string;
  readonly name: string;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
  readonly opened: number;
  readonly lastOpenedAt: number | null;
}

/** What a link opens, and on whose word. */
export interface OpenShare {
  readonly id: string;
  readonly shipment: string;
  readonly name: string;
  readonly mspId: string;
  readonly serial: string;
  readonly createdBy: string;
  readonly expiresAt: number;
}

/**
 * @param name whom it is for, as the maker calls them
 * @returns the link's secret, told this once
 * @throws WintersealError ACCESS_DENIED, SHIPMENT_UNKNOWN, ARGUMENT_INVALID with the field
 */
export async function createShare(
  pool: Pool,
  viewer: Viewer,
  { shipment, name, days }: { readonly shipment: string; readonly name: string; readonly days: number },
  now: number,
): Promise<string> {
  if (!mayLetIn(viewer)) throw new WintersealError("ACCESS_DENIED");
  if ((await shipmentHead(pool, viewer, shipment)) === null) throw new WintersealError("SHIPMENT_UNKNOWN");
  if (name.trim() === "" || name.length > NAME_LENGTH)
    throw new WintersealError("ARGUMENT_INVALID", `A name of 1 to ${NAME_LENGTH} characters`, { field: "name" });
  if (!Number.isInteger(days) || days < SHARE_DAYS.least || days > SHARE_DAYS.most)
    throw new WintersealError("ARGUMENT_INVALID", `A whole number of days from ${SHARE_DAYS.least} to ${SHARE_DAYS.most}`, {
      field: "days",
    });
  const secret = newSecret();
  await pool.query(
    `INSERT INTO share_link (id, hash, shipment, name, msp_id, user_id, created_by, created_at, expires_at, serial)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, ${MAKERS_SERIAL})`,
    [randomUUID(), secretHash(secret), shipment, name.trim(), viewer.mspId, viewer.userId, viewer.name, now, now + days * DAY],
  );
  return secret;
}

/** Links that the viewer's organisation has made to a shipment, newest first. */
export async function listShares(pool: Pool, viewer: Viewer, shipment: string): Promise<readonly ShareRow[]> {
  if (!mayLetIn(viewer)) return [];
  const { rows } = await pool.query<ShareRow>(
    `SELECT id, name, created_by AS "createdBy", created_at AS "createdAt", expires_at AS "expiresAt", revoked_at AS "revokedAt", opened,
            last_opened_at AS "lastOpenedAt" FROM share_link WHERE msp_id = $1 AND shipment = $2 ORDER BY created_at DESC LIMIT 100`,
    [viewer.mspId, shipment],
  );
  return rows;
}

/** Ends a link of the viewer's organisation at once. @returns false when there is none */
export async function revokeShare(pool: Pool, viewer: Viewer, id: string, now: number): Promise<boolean> {
  if (!mayLetIn(viewer)) return false;
  const { rowCount } = await pool.query("UPDATE share_link SET revoked_at = coalesce(revoked_at, $3) WHERE msp_id = $1 AND id = $2", [
    viewer.mspId,
    id,
    now,
  ]);
  return rowCount === 1;
}

/** What a link's secret opens; null when it is unknown, ended or revoked. */
export async function findShare(pool: Pool, secret: string, now: number): Promise<OpenShare | null> {
  const { rows } = await pool.query<OpenShare>(
    `SELECT id, shipment, name, msp_id AS "mspId", serial, created_by AS "createdBy", expires_at AS "expiresAt" FROM share_link
      WHERE hash = $1 AND revoked_at IS NULL AND expires_at > $2`,
    [secretHash(secret), now],
  );
  return rows[0] ?? null;
}

/** Counts an opening, so that its maker sees whether it is used. */
export async function noteShareOpened(pool: Pool, id: string, now: number): Promise<void> {
  await pool.query("UPDATE share_link SET opened = opened + 1, last_opened_at = $2 WHERE id = $1", [id, now]);
}
