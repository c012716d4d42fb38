import type { Metadata } from "next";
import { LiveRefresh } from "@/app/live-refresh";
import { ExcursionList } from "@/components/excursions/table";
import { countWord, formatCount } from "@/components/format/numbers";
import { reader } from "@/components/format/server";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHead, SectionHead } from "@/components/ui/page";
import { database } from "@/lib/store/db";
import { closedExcursions, openExcursions } from "@/lib/store/excursions";
import { pageViewer } from "../../viewer";

export const metadata: Metadata = { title: "Excursions" };

const CLOSED = 100;

export default async function ExcursionsPage() {
  const viewer = await pageViewer("/excursions");
  const { pool } = database();
  const { now } = await reader();
  const [open, closed] = await Promise.all([openExcursions(pool, viewer, now), closedExcursions(pool, viewer, CLOSED)]);
  return (
    <>
      <PageHead
        title={titleOf(open)}
        lead="What the ledger found out of range. Only a signed release or rejection closes an excursion; nothing removes it."
      />
      <LiveRefresh />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
        <section aria-labelledby="open">
          <SectionHead id="open" title="Open" count={formatCount(open.length)} />
          {open.length === 0 ? (
            <EmptyState title="No open excursion">
              Every violation on record has been released or rejected by a signature, or there never was one.
            </EmptyState>
          ) : (
            <ExcursionList rows={open} label="Open excursions, the most pressing first" />
          )}
        </section>
        {closed.length > 0 && (
          <section aria-labelledby="closed">
            <SectionHead
              id="closed"
              title="Released or rejected"
              count={closed.length === CLOSED ? `latest ${CLOSED}` : formatCount(closed.length)}
            />
            <ExcursionList
              rows={closed.map((row) => ({ ...row, due: null }))}
              label="Excursions that were released or rejected, latest first"
            />
          </section>
        )}
      </div>
    </>
  );
}

function titleOf(open: Awaited<ReturnType<typeof openExcursions>>): string {
  if (open.length === 0) return "No open excursion";
  const late = open.filter(({ due }) => due?.level === "overdue" || due?.level === "escalated").length;
  const lasting = open.filter(({ to }) => to === null).length;
  const first = `${countWord(open.length)} open ${open.length === 1 ? "excursion" : "excursions"}`;
  const more = [lasting > 0 ? `${formatCount(lasting)} still out of range` : "", late > 0 ? `${formatCount(late)} overdue` : ""].filter(
    Boolean,
  );
  return more.length === 0 ? `${first}, none overdue` : `${first}, ${more.join(", ")}`;
}
