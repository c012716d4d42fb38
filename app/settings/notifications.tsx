import { reader } from "@/components/format/server";
import { EmailCard, WebhookCard } from "@/components/notifications/channels";
import { ChoicesForm } from "@/components/notifications/choices-form";
import { DeadLetters } from "@/components/notifications/dead-letters";
import { SectionHead } from "@/components/ui/page";
import type { Viewer } from "@/lib/access/viewer";
import { clockOf } from "@/lib/notify/choices";
import { notifySettings } from "@/lib/notify/settings";
import { wordsOf } from "@/lib/notify/words";
import { database } from "@/lib/store/db";
import { notificationSettings } from "@/lib/store/notification-settings";
import { deadLetters } from "@/lib/store/notifications";
import {
  askForEmail,
  chooseNotifications,
  confirmEmailCode,
  makeWebhook,
  sendOnceMore,
  takeEmailAway,
  takeWebhookAway,
} from "./notification-actions";

const DEAD_ROWS = 50;

/** What the viewer wants to be told, where, when, and what could not be delivered. */
export async function Notifications({ viewer }: { readonly viewer: Viewer }) {
  const { pool } = database();
  const [its, dead, known] = await Promise.all([notificationSettings(pool, viewer), deadLetters(pool, viewer, DEAD_ROWS), reader()]);
  const served = notifySettings(process.env).mail !== null;
  const quiet = its.quiet && { from: clockOf(its.quiet.from), to: clockOf(its.quiet.to) };
  // Until something is saved, the zone is the one that the browser told.
  const saved = { rules: its.rules, zone: its.zone || known.zone, quiet, digest: clockOf(its.digest) };
  return (
    <section aria-labelledby="notifications">
      <SectionHead id="notifications" title="Notifications" />
      <p className="mb-4 max-w-160 text-pretty text-second">
        What is committed is told once, to you alone, as far as you may see it. E-mail and webhook are tried for some three hours; then they
        stand here.
      </p>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
        <ChoicesForm
          key={saved.zone}
          saved={saved}
          mail={served && its.email !== null}
          webhook={its.webhook !== null}
          save={chooseNotifications}
        />
        <EmailCard
          address={its.email}
          pending={its.emailPending}
          served={served}
          ask={askForEmail}
          confirm={confirmEmailCode}
          remove={takeEmailAway}
        />
        <WebhookCard url={its.webhook} make={makeWebhook} remove={takeWebhookAway} />
        {dead.length > 0 && (
          <div>
            <h3 className="mb-2">Not delivered</h3>
            <DeadLetters
              again={sendOnceMore}
              rows={dead.map(({ createdAt, ...it }) => ({ ...it, title: wordsOf(it, known).title, at: createdAt }))}
            />
          </div>
        )}
      </div>
    </section>
  );
}
