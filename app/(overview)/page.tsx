import type { Metadata } from "next";
import Link from "next/link";
import { LiveRefresh } from "@/app/live-refresh";
import { countWord, formatCount } from "@/components/format/numbers";
import { reader } from "@/components/format/server";
import { Time } from "@/components/format/values";
import { loadOverview, type Overview } from "@/components/overview/load";
import { NeedList } from "@/components/overview/need-list";
import { needWords, type Subject } from "@/components/overview/need-words";
import { listed } from "@/components/shipments/list";
import { ShipmentTable } from "@/components/shipments/table";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Note } from "@/components/ui/note";
import { PageHead, SectionHead } from "@/components/ui/page";
import { organisationName } from "@/lib/access/organisations";
import { mayCall } from "@/lib/access/permit";
import type { Viewer } from "@/lib/access/viewer";
import type { Need } from "@/lib/domain/needs";
import { database } from "@/lib/store/db";
import { pageViewer } from "../viewer";

export const metadata: Metadata = { title: "What needs you now" };

/** Rows in sight of each section; the rest is one link away. */
const ROWS = { now: 40, soon: 20, table: 12 };

export default async function OverviewPage() {
  const viewer = await pageViewer("/");
  const known = await reader();
  const { pool } = database();
  const overview = await loadOverview(pool, viewer, known.now);
  const rows = await listed(pool, overview.open.slice(0, ROWS.table), known.now);
  const words = (need: Need) => needWords(need, subjectOf(need, overview, viewer), viewer.kind, known);
  const now = overview.needs.filter(({ urgency }) => urgency === "now");
  const soon = overview.needs.filter(({ urgency }) => urgency === "soon");
  const mayPlan = mayCall(viewer, "shipment:Create");
  return (
    <>
      <PageHead
        title={titleOf(now.length, soon.length, overview)}
        lead={<Time at={known.now} as="full" />}
        aside={<Tally overview={overview} />}
      />
      <LiveRefresh />
      {overview.more && (
        <Note kind="info" className="mb-4">
          Only the newest {formatCount(overview.open.length)} open shipments are judged here.{" "}
          <Link href="/shipments">Search all of them</Link>.
        </Note>
      )}
      <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
        <NeedSection id="now" title="Now" needs={now} most={ROWS.now} words={words} lead />
        <NeedSection id="soon" title="Can wait" needs={soon} most={ROWS.soon} words={words} />
        <section aria-labelledby="way">
          <SectionHead id="way" title="Under way and just arrived" count={formatCount(overview.open.length)}>
            {mayPlan && rows.length > 0 && (
              <ButtonLink href="/shipments/new" className="max-desk:hidden">
                Plan a shipment
              </ButtonLink>
            )}
          </SectionHead>
          {rows.length === 0 ? <NothingOpen viewer={viewer} /> : <ShipmentTable rows={rows} caption="Open shipments with both verdicts" />}
          <p className="mt-4">
            <Link href="/shipments">All shipments</Link>
          </p>
        </section>
      </div>
    </>
  );
}

function titleOf(now: number, soon: number, { open, sensors }: Overview): string {
  if (now === 0 && soon === 0) return open.length === 0 && sensors === 0 ? "Nothing here yet." : "Nothing needs you now.";
  const first = now === 0 ? "Nothing needs you now." : `${countWord(now)} ${now === 1 ? "thing needs" : "things need"} you now.`;
  return soon === 0 ? first : `${first} ${countWord(soon)} can wait.`;
}

function subjectOf({ shipment }: Need, { open, left }: Overview, viewer: Viewer): Subject | null {
  const row = open.find(({ id }) => id === shipment) ?? left.find((it) => it.shipment === shipment);
  if (!row) return null;
  return {
    name: `${row.origin} to ${row.destination}`,
    goods: row.title,
    profile: row.profile,
    lastTemperature: "lastTemperature" in row ? row.lastTemperature : null,
    sensors: "sensors" in row ? row.sensors : 0,
    otherParty: organisationName(viewer.kind === "recipient" ? row.shipper : row.recipient),
  };
}

interface NeedSectionProps {
  readonly id: string;
  readonly title: string;
  readonly needs: readonly Need[];
  readonly most: number;
  readonly words: (need: Need) => ReturnType<typeof needWords>;
  readonly lead?: boolean;
}

function NeedSection({ id, title, needs, most, words, lead = false }: NeedSectionProps) {
  if (needs.length === 0) return null;
  return (
    <section aria-labelledby={id}>
      <SectionHead id={id} title={title} count={formatCount(needs.length)} />
      <NeedList rows={needs.slice(0, most).map(words)} lead={lead} label={title} />
      {needs.length > most && (
        <p className="mt-3 text-second text-small">
          {formatCount(needs.length - most)} more of this urgency: <Link href="/excursions">excursions</Link>,{" "}
          <Link href="/shipments">shipments</Link>, <Link href="/sensors">sensors</Link>.
        </p>
      )}
    </section>
  );
}

function Tally({ overview }: { readonly overview: Overview }) {
  const total = overview.open.length;
  if (total === 0) return null;
  const rows = [
    { name: "Kept cold so far", value: overview.kept },
    { name: "Trustworthy so far", value: overview.trusted },
  ];
  return (
    <dl className="grid grid-cols-2 gap-4 max-desk:w-full max-desk:border-line max-desk:border-t max-desk:pt-4 desk:grid-cols-[auto_auto] desk:gap-8">
      {rows.map(({ name, value }) => (
        <div key={name}>
          <dt className="text-second text-small">{name}</dt>
          <dd className="num font-strong text-figure tracking-[-0.01em]">
            {formatCount(value)}{" "}
            <small className="font-normal text-quiet text-small tracking-normal">
              of {formatCount(total)} open {total === 1 ? "shipment" : "shipments"}
            </small>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function NothingOpen({ viewer }: { readonly viewer: Viewer }) {
  if (mayCall(viewer, "shipment:Create")) {
    return (
      <EmptyState
        title="No open shipments"
        action={
          <ButtonLink href="/shipments/new" look="primary">
            Plan a shipment
          </ButtonLink>
        }
      >
        Plan one: pick a profile, add sensors whose calibration covers the trip, apply a seal.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No open shipments">
      {viewer.kind === "recipient"
        ? "What is sent to you shows up here as soon as it is planned."
        : "Shipments that ride with your sensors show up here."}
    </EmptyState>
  );
}
