import type { Metadata } from "next";
import { reader } from "@/components/format/server";
import { TokenForm } from "@/components/settings/token-form";
import { TokenList } from "@/components/settings/token-list";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHead, SectionHead } from "@/components/ui/page";
import { organisationName } from "@/lib/access/organisations";
import { mayLetIn } from "@/lib/access/permit";
import { database } from "@/lib/store/db";
import { listTokens } from "@/lib/store/tokens";
import { pageViewer } from "../viewer";
import { endToken, makeToken } from "./actions";
import { Notifications } from "./notifications";
import { Sessions } from "./sessions";

export const metadata: Metadata = { title: "Settings" };

/** What a person is told and how, and tokens with which the organisation's own programs read. */
export default async function SettingsPage() {
  const viewer = await pageViewer("/settings");
  const [tokens, preferences] = await Promise.all([listTokens(database().pool, viewer), reader()]);
  return (
    <>
      <PageHead title="Settings" lead={`Of ${organisationName(viewer.mspId)}. Unit and zone are yours alone: open your name.`} />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-10">
        <Notifications viewer={viewer} />
        <Sessions viewer={viewer} />
        <section aria-labelledby="tokens">
          <SectionHead id="tokens" title="Read API" count={mayLetIn(viewer) ? String(tokens.length) : ""} />
          <p className="mb-4 max-w-160 text-pretty text-second">
            A token lets a program read what your organisation sees, and nothing else. The API is described at{" "}
            <a href="/api/v1/openapi.json" className="underline underline-offset-3">
              /api/v1/openapi.json
            </a>
            .
          </p>
          {mayLetIn(viewer) ? (
            <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
              <TokenForm make={makeToken} />
              <TokenList tokens={tokens} end={endToken} now={preferences.now} />
            </div>
          ) : (
            <EmptyState title="An auditor makes no tokens">Somebody who acts for the organisation does.</EmptyState>
          )}
        </section>
      </div>
    </>
  );
}
