/** Tokens of the read API: made by a person, for what the person's organisation sees, until they end or are revoked. */
import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { mayLetIn } from "../access/permit";
import type { Viewer } from "../access/viewer";
import { WintersealError } from "../messages/errors";
import { newSecret, secretHash } from "./secret";

export const SCOPES = ["shipments:read", "readings:read", "sensors:read"] as const;
export type Scope = (typeof SCOPES)[number];

const DAY = 86_400_000;
export const TOKEN_DAYS = { least: 1, most: 365 } as const;
export const NAME_LENGTH = 60;

export interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdBy: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
}

/** A token as a request brings it. */
export interface TokenHolder {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly mspId: string;
  readonly serial: string;
}

export interface NewToken {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly days: number;
}

const PREFIX = "wst_";

/** @throws WintersealError ARGUMENT_INVALID with the field */
function checked({ name, scopes, days }: NewToken): void {
  const wrong = (field: string, reason: string) => new WintersealError("ARGUMENT_INVALID", reason, { field });
  if (name.trim() === "" || name.length > NAME_LENGTH) throw wrong("name", `A name of 1 to ${NAME_LENGTH} characters`);
  if (scopes.length === 0 || scopes.some((it) => !SCOPES.includes(it))) throw wrong("scopes", "At least one scope, and only known ones");
  if (!Number.isInteger(days) || days < TOKEN_DAYS.least || days > TOKEN_DAYS.most)
    throw wrong("days", `A whole number of days from ${TOKEN_DAYS.least} to ${TOKEN_DAYS.most}`);
}

/** @returns the token itself, told this once. @throws WintersealError ACCESS_DENIED, ARGUMENT_INVALID */
export async function createToken(pool: Pool, viewer: Viewer, token: NewToken, now: number): Promise<string> {
  if (!mayLetIn(viewer)) throw new WintersealError("ACCESS_DENIED");
  checked(token);
  const secret = `${PREFIX}${newSecret()}`;
  await pool.query(
    `INSERT INTO api_token (id, hash, name, scopes, msp_id, user_id, created_by, created_at, expires_at, serial)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, ${MAKERS_SERIAL})`,
    [
      randomUUID(),
      secretHash(secret),
      token.name.trim(),
      [...new Set(token.scopes)],
      viewer.mspId,
      viewer.userId,
      viewer.name,
      now,
      now + token.days * DAY,
    ],
  );
  return secret;
}

/** Certificate of the session in which the maker (parameter 6) acts. */
export const MAKERS_SERIAL = `coalesce((SELECT serial FROM session WHERE user_id = $6 ORDER BY updated_at DESC LIMIT 1), '')`;

/** Tokens of the viewer's organisation, newest first. */
export async function listTokens(pool: Pool, viewer: Viewer): Promise<readonly TokenRow[]> {
  if (!mayLetIn(viewer)) return [];
  const { rows } = await pool.query<TokenRow>(
    `SELECT id, name, scopes, created_by AS "createdBy", created_at AS "createdAt", expires_at AS "expiresAt", revoked_at AS "revokedAt",
            last_used_at AS "lastUsedAt" FROM api_token WHERE msp_id = $1 ORDER BY created_at DESC LIMIT 200`,
    [viewer.mspId],
  );
  return rows;
}

/** Ends a token of the viewer's organisation at once. @returns false when there is none */
export async function revokeToken(pool: Pool, viewer: Viewer, id: string, now: number): Promise<boolean> {
  if (!mayLetIn(viewer)) return false;
  const { rowCount } = await pool.query("UPDATE api_token SET revoked_at = coalesce(revoked_at, $3) WHERE msp_id = $1 AND id = $2", [
    viewer.mspId,
    id,
    now,
  ]);
  return rowCount === 1;
}

/** Who a token stands for, or null when it is unknown, ended or revoked. Notes its use, to the minute. */
export async function findToken(pool: Pool, secret: string, now: number): Promise<TokenHolder | null> {
  if (!secret.startsWith(PREFIX)) return null;
  const { rows } = await pool.query<TokenHolder & { lastUsedAt: number | null }>(
    `SELECT id, name, scopes, msp_id AS "mspId", serial, last_used_at AS "lastUsedAt" FROM api_token
      WHERE hash = $1 AND revoked_at IS NULL AND expires_at > $2`,
    [secretHash(secret), now],
  );
  const [found] = rows;
  if (!found) return null;
  const { lastUsedAt, ...holder } = found;
  if (now - (lastUsedAt ?? 0) > 60_000) await pool.query("UPDATE api_token SET last_used_at = $2 WHERE id = $1", [holder.id, now]);
  return holder;
}
