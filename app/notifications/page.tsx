import type { Metadata } from "next";
import Link from "next/link";
import { LiveRefresh } from "@/app/live-refresh";
import { countWord, formatCount } from "@/components/format/numbers";
import { reader } from "@/components/format/server";
import { Inbox, ReadAll } from "@/components/notifications/inbox";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHead } from "@/components/ui/page";
import { wordsOf } from "@/lib/notify/words";
import { database } from "@/lib/store/db";
import { countUnread, listNotifications } from "@/lib/store/notifications";
import { readNotifications } from "../settings/notification-actions";
import { pageViewer } from "../viewer";

export const metadata: Metadata = { title: "Notifications" };

/** Rows in sight; older ones stay in the database. */
const ROWS = 200;

/** What the viewer was told in the app. */
export default async function NotificationsPage() {
  const viewer = await pageViewer("/notifications");
  const { pool } = database();
  const [rows, unread, known] = await Promise.all([listNotifications(pool, viewer, ROWS), countUnread(pool, viewer), reader()]);
  const shown = rows.map(({ id, kind, createdAt, readAt, ...told }) => ({
    id,
    kind,
    ...wordsOf(told, known),
    at: createdAt,
    isNew: readAt === null,
  }));
  return (
    <>
      <PageHead
        title={unread === 0 ? "Nothing new." : `${countWord(unread)} new ${unread === 1 ? "notification" : "notifications"}.`}
        lead={
          <>
            What you are told, and by which channel, is yours to choose in{" "}
            <Link href="/settings#notifications" className="underline underline-offset-3">
              Settings
            </Link>
            .
          </>
        }
        aside={unread > 0 && <ReadAll read={readNotifications} />}
      />
      <LiveRefresh shipments={[]} sensors={[]} />
      {shown.length === 0 ? (
        <EmptyState title="Nothing was told yet">
          Violations, silent sensors, calibrations that end, arrivals and decisions show up here as they are committed, from your first
          sign-in on.
        </EmptyState>
      ) : (
        <Inbox rows={shown} read={readNotifications} />
      )}
      {rows.length === ROWS && <p className="mt-4 text-quiet text-small">The newest {formatCount(ROWS)} are shown.</p>}
    </>
  );
}
