import type { Metadata } from "next";
import { LiveRefresh } from "@/app/live-refresh";
import { ExcursionList } from "@/components/excursions/table";
import { countWord, formatCount } from "@/components/format/numbers";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHead, SectionHead } from "@/components/ui/page";
import { database } from "@/lib/store/db";
import { type ExcursionRow, openExcursions, settledExcursions } from "@/lib/store/excursions";
import { pageViewer } from "../viewer";

export const metadata: Metadata = { title: "Excursions" };

const SETTLED = 100;

export default async function ExcursionsPage() {
  const viewer = await pageViewer("/excursions");
  const { pool } = database();
  const [open, settled] = await Promise.all([openExcursions(pool, viewer), settledExcursions(pool, viewer, SETTLED)]);
  return (
    <>
      <PageHead
        title={titleOf(open)}
        lead="What the ledger found out of range. The recipient’s decision on the shipment settles it; nothing removes it."
      />
      <LiveRefresh />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
        <section aria-labelledby="open">
          <SectionHead id="open" title="Open" count={formatCount(open.length)} />
          {open.length === 0 ? (
            <EmptyState title="No open excursion">
              Every violation on record belongs to a shipment that has been decided, or there never was one.
            </EmptyState>
          ) : (
            <ExcursionList rows={open} label="Open excursions, those that last first" />
          )}
        </section>
        {settled.length > 0 && (
          <section aria-labelledby="settled">
            <SectionHead
              id="settled"
              title="On decided shipments"
              count={settled.length === SETTLED ? `latest ${SETTLED}` : formatCount(settled.length)}
            />
            <ExcursionList rows={settled} label="Excursions on decided shipments, latest decision first" />
          </section>
        )}
      </div>
    </>
  );
}

function titleOf(open: readonly ExcursionRow[]): string {
  const lasting = open.filter(({ to }) => to === null).length;
  if (open.length === 0) return "No open excursion";
  const first = `${countWord(open.length)} open ${open.length === 1 ? "excursion" : "excursions"}`;
  if (lasting === 0) return `${first}, all back in range`;
  return lasting === open.length ? `${first}, still out of range` : `${first}, ${formatCount(lasting)} still out of range`;
}
