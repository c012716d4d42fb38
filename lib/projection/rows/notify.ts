import type { ClientBase } from "pg";
import { encodeNotice, NOTICE_CHANNEL, type Notice } from "../../store/notice";

/** Sends with the commit of the caller's database transaction, never before the rows can be read. */
export async function notify(client: ClientBase, notice: Notice): Promise<void> {
  await client.query("SELECT pg_notify($1, $2)", [NOTICE_CHANNEL, encodeNotice(notice)]);
}
