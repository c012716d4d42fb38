import { currentSession } from "@/app/auth/session";
import { formatCount } from "@/components/format/numbers";
import { deviceOf } from "@/components/settings/device";
import { SessionList } from "@/components/settings/session-list";
import { SectionHead } from "@/components/ui/page";
import type { Viewer } from "@/lib/access/viewer";
import { database } from "@/lib/store/db";
import { listSessions } from "@/lib/store/sessions";
import { endEveryOtherSession, endOneSession } from "./session-actions";

/** Where the viewer is signed in. */
export async function Sessions({ viewer }: { readonly viewer: Viewer }) {
  const [rows, own] = await Promise.all([listSessions(database().pool, viewer), currentSession()]);
  const sessions = rows.map(({ userAgent, ...it }) => ({ ...it, device: deviceOf(userAgent), isOwn: it.id === own?.sessionId }));
  return (
    <section aria-labelledby="sessions">
      <SectionHead id="sessions" title="Where you are signed in" count={formatCount(sessions.length)} />
      <p className="mb-4 max-w-160 text-pretty text-second">
        A session ends by itself after twelve hours, and within a minute when your certificate is revoked. Whoever has your browser has your
        key too: a lost one is revoked by your organisation, not here.
      </p>
      <SessionList sessions={sessions} end={endOneSession} endOthers={endEveryOtherSession} />
    </section>
  );
}
