import { cache } from "react";
import { stillStands } from "@/app/auth/session";
import { readerOf } from "@/lib/access/permit";
import type { Viewer } from "@/lib/access/viewer";
import { database } from "@/lib/store/db";
import { countRequest } from "@/lib/store/rate";
import { findShare, type OpenShare } from "@/lib/store/shares";

/** Requests per minute and link. */
const RATE = 240;

export interface Guest {
  readonly share: OpenShare;
  /** Reads what the organisation that made the link sees; pages ask for the link's one shipment only. */
  readonly viewer: Viewer;
}

/** Whom a link's secret lets in; null for an unknown, ended or revoked one, for one whose maker's certificate is revoked, and beyond the rate. */
export const guestOf = cache(async (token: string): Promise<Guest | null> => {
  if (!/^[\w-]{20,100}$/.test(token)) return null;
  const { pool } = database();
  const now = Date.now();
  const share = await findShare(pool, token, now);
  if (share === null || !(await countRequest(pool, `share ${share.id}`, RATE, now)).allowed) return null;
  const viewer = readerOf(share.mspId, share.name);
  return viewer !== null && (await stillStands(share.mspId, share.serial)) ? { share, viewer } : null;
});
