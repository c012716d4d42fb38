import type { ClientBase } from "pg";

/** Channel of Postgres' LISTEN/NOTIFY that tells pages what changed. */
export const NOTICE_CHANNEL = "winterseal";

/** What a commit changed. `null` instead of a list: too many to name, look at everything. */
export interface Notice {
  readonly block: number;
  readonly shipments: readonly string[] | null;
  readonly sensors: readonly string[] | null;
}

/** Postgres refuses payloads of 8000 bytes and more. */
const MAX_PAYLOAD = 7_900;

export function encodeNotice(notice: Notice): string {
  const full = JSON.stringify(notice);
  return Buffer.byteLength(full) <= MAX_PAYLOAD ? full : JSON.stringify({ block: notice.block, shipments: null, sensors: null });
}

/** Sends with the commit of the caller's database transaction, never before the rows can be read. */
export async function notify(client: ClientBase, notice: Notice): Promise<void> {
  await client.query("SELECT pg_notify($1, $2)", [NOTICE_CHANNEL, encodeNotice(notice)]);
}
