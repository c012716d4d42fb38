/** What a person wants to be told, where and when. Own rows alone; whoever may read, an auditor too, may be told. */
import type { Pool } from "pg";
import { scopeOf } from "../access/permit";
import type { Viewer } from "../access/viewer";
import { type KindRules, kindRules } from "../domain/notifications";
import { WintersealError } from "../messages/errors";
import { secretHash } from "./secret";

/** Minutes of the person's day. */
export interface Choices {
  readonly rules: KindRules;
  /** Empty until it is chosen. */
  readonly zone: string;
  readonly quiet: { readonly from: number; readonly to: number } | null;
  readonly digest: number;
}

export interface NotificationSettings extends Choices {
  readonly email: string | null;
  /** An address that waits for its code. */
  readonly emailPending: string | null;
  readonly webhook: string | null;
}

interface Row {
  readonly rules: unknown;
  readonly zone: string;
  readonly quiet_from: number | null;
  readonly quiet_to: number | null;
  readonly digest_minute: number;
  readonly email: string | null;
  readonly email_pending: string | null;
  readonly webhook_url: string | null;
}

export async function notificationSettings(pool: Pool, viewer: Viewer): Promise<NotificationSettings> {
  const { rows } = await pool.query<Row>(
    `SELECT rules, zone, quiet_from, quiet_to, digest_minute, email, email_pending, webhook_url FROM notification_setting WHERE user_id = $1`,
    [viewer.userId],
  );
  const [row] = rows;
  const from = row?.quiet_from ?? null;
  const to = row?.quiet_to ?? null;
  return {
    rules: kindRules(row?.rules),
    zone: row?.zone ?? "",
    quiet: from === null || to === null ? null : { from, to },
    digest: row?.digest_minute ?? 7 * 60,
    email: row?.email ?? null,
    emailPending: row?.email_pending ?? null,
    webhook: row?.webhook_url ?? null,
  };
}

/** Makes the person's row if there is none. @throws WintersealError ACCESS_DENIED for somebody who reads nothing */
async function ensure(pool: Pool, viewer: Viewer): Promise<void> {
  if (scopeOf(viewer).by === "nobody") throw new WintersealError("ACCESS_DENIED");
  await pool.query("INSERT INTO notification_setting (user_id) VALUES ($1) ON CONFLICT DO NOTHING", [viewer.userId]);
}

/** Keeps what was checked (lib/notify/choices). What waits already keeps the moment at which it is due. */
export async function saveChoices(pool: Pool, viewer: Viewer, { rules, zone, quiet, digest }: Choices): Promise<void> {
  await ensure(pool, viewer);
  await pool.query(
    `UPDATE notification_setting SET rules = $2, zone = $3, quiet_from = $4, quiet_to = $5, digest_minute = $6 WHERE user_id = $1`,
    [viewer.userId, JSON.stringify(rules), zone, quiet?.from ?? null, quiet?.to ?? null, digest],
  );
}

const CODE_MS = 15 * 60_000;
const CODE_TRIES = 5;
/** An address is not flooded: one code a minute. */
const CODE_PACE_MS = 60_000;

/**
 * Remembers an address until its code is told; the address in force stays meanwhile.
 * @throws WintersealError ACCESS_DENIED, RATE_LIMITED
 */
export async function askEmail(pool: Pool, viewer: Viewer, address: string, code: string, now: number): Promise<void> {
  await ensure(pool, viewer);
  const { rowCount } = await pool.query(
    `UPDATE notification_setting SET email_pending = $2, email_code_hash = $3, email_code_ends = $4, email_tries = 0, email_asked_at = $5
      WHERE user_id = $1 AND coalesce(email_asked_at, 0) <= $6`,
    [viewer.userId, address, secretHash(`${viewer.userId} ${code}`), now + CODE_MS, now, now - CODE_PACE_MS],
  );
  if (rowCount !== 1) throw new WintersealError("RATE_LIMITED", "A code was sent less than a minute ago", { field: "email" });
}

/** @throws WintersealError ARGUMENT_INVALID with the field when the code is another one, has ended, or was tried too often */
export async function confirmEmail(pool: Pool, viewer: Viewer, code: string, now: number): Promise<void> {
  // Counted before it is compared: five guesses at six digits, however many requests run at once.
  const { rows } = await pool.query<{ hash: string }>(
    `UPDATE notification_setting SET email_tries = email_tries + 1
      WHERE user_id = $1 AND email_pending IS NOT NULL AND email_code_ends > $2 AND email_tries < $3 RETURNING email_code_hash AS hash`,
    [viewer.userId, now, CODE_TRIES],
  );
  if (rows[0] === undefined) throw new WintersealError("ARGUMENT_INVALID", "The code has ended; have a new one sent", { field: "code" });
  if (rows[0].hash !== secretHash(`${viewer.userId} ${code}`))
    throw new WintersealError("ARGUMENT_INVALID", "That is not the code that was sent", { field: "code" });
  await pool.query(
    `UPDATE notification_setting SET email = email_pending, email_pending = NULL, email_code_hash = NULL, email_code_ends = NULL WHERE user_id = $1`,
    [viewer.userId],
  );
}

/** Takes the address away; what waits for it is not sent. */
export async function removeEmail(pool: Pool, viewer: Viewer): Promise<void> {
  await pool.query("UPDATE notification_setting SET email = NULL, email_pending = NULL, email_code_hash = NULL WHERE user_id = $1", [
    viewer.userId,
  ]);
}

/** @param sealed the secret, sealed (lib/notify/sealed); null keeps none and takes the webhook away */
export async function setWebhook(
  pool: Pool,
  viewer: Viewer,
  webhook: { readonly url: string; readonly sealed: string } | null,
): Promise<void> {
  await ensure(pool, viewer);
  await pool.query("UPDATE notification_setting SET webhook_url = $2, webhook_secret = $3 WHERE user_id = $1", [
    viewer.userId,
    webhook?.url ?? null,
    webhook?.sealed ?? null,
  ]);
}
