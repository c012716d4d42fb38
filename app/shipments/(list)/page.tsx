import type { Metadata } from "next";
import { createLoader, parseAsString, parseAsStringLiteral, type SearchParams } from "nuqs/server";
import { LiveRefresh } from "@/app/live-refresh";
import { formatCount, plural } from "@/components/format/numbers";
import { reader } from "@/components/format/server";
import { ShipmentFilters } from "@/components/shipments/filters";
import { listed } from "@/components/shipments/list";
import { ShipmentTable } from "@/components/shipments/table";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHead } from "@/components/ui/page";
import { mayCall } from "@/lib/access/permit";
import { database } from "@/lib/store/db";
import { SHIPMENT_SORTS, SHIPMENT_STATES } from "@/lib/store/shipment-query";
import { countShipments, listShipments } from "@/lib/store/shipments";
import { pageViewer } from "../../viewer";

export const metadata: Metadata = { title: "Shipments" };

const PAGE = 50;

const load = createLoader({
  q: parseAsString.withDefault(""),
  state: parseAsStringLiteral(SHIPMENT_STATES).withDefault("all"),
  sort: parseAsStringLiteral(SHIPMENT_SORTS).withDefault("newest"),
  after: parseAsString,
});

export default async function ShipmentsPage({ searchParams }: { readonly searchParams: Promise<SearchParams> }) {
  const viewer = await pageViewer("/shipments");
  const { q, state, sort, after } = await load(searchParams);
  const { now } = await reader();
  const { pool } = database();
  const [counts, page] = await Promise.all([
    countShipments(pool, viewer),
    listShipments(pool, viewer, { search: q, state, sort, after, limit: PAGE }),
  ]);
  const rows = await listed(pool, page.rows, now);
  const mayPlan = mayCall(viewer, "shipment:Create");
  const plan = mayPlan && (
    <ButtonLink href="/shipments/new" look="primary" icon="plus">
      Plan a shipment
    </ButtonLink>
  );
  return (
    <>
      <PageHead
        title={titleOf(counts.all, counts.open, counts.arrived)}
        lead={leadOf(counts.violated)}
        aside={
          <div className="flex flex-wrap gap-2">
            <ButtonLink href="/logger-files" icon="inspection">
              Check a logger’s file
            </ButtonLink>
            {plan}
          </div>
        }
      />
      <LiveRefresh />
      {counts.all === 0 ? (
        <EmptyState title="No shipments yet" action={plan}>
          {mayPlan
            ? "Plan the first one: pick a profile, add sensors whose calibration covers the trip, apply a seal."
            : "As soon as one is planned that concerns your organisation, it stands here."}
        </EmptyState>
      ) : (
        <>
          <ShipmentFilters counts={counts} />
          {rows.length === 0 ? (
            <EmptyState title="No shipment matches" action={<ButtonLink href="/shipments">Show all</ButtonLink>}>
              Nothing fits this search and filter. Places, goods, SSCC and sensor ids are searched, any part of them.
            </EmptyState>
          ) : (
            <ShipmentTable rows={rows} caption="Shipments with both verdicts" />
          )}
          <Pages first={after === null} next={page.next} params={{ q, state, sort }} shown={rows.length} />
        </>
      )}
    </>
  );
}

function titleOf(all: number, open: number, arrived: number): string {
  if (all === 0) return "Shipments";
  if (open + arrived === 0) return `${plural(all, "shipment")}, all decided`;
  const parts = [open > 0 ? `${formatCount(open)} under way` : "", arrived > 0 ? `${formatCount(arrived)} arrived` : ""];
  return `${parts.filter(Boolean).join(", ")}, of ${plural(all, "shipment")}`;
}

function leadOf(violated: number): string {
  if (violated === 0) return "None was ever out of range.";
  return `${violated === 1 ? "One was" : `${formatCount(violated)} were`} out of range at some time.`;
}

interface PagesProps {
  readonly first: boolean;
  readonly next: string | null;
  readonly shown: number;
  readonly params: Readonly<Record<string, string>>;
}

function Pages({ first, next, params, shown }: PagesProps) {
  if (first && next === null) return null;
  const address = (after: string | null) => `/shipments?${new URLSearchParams({ ...params, ...(after === null ? {} : { after }) })}`;
  return (
    <nav aria-label="Pages of the list" className="mt-4 flex items-center gap-2">
      {!first && <ButtonLink href={address(null)}>First {PAGE}</ButtonLink>}
      {next !== null && <ButtonLink href={address(next)}>Next {PAGE}</ButtonLink>}
      <span className="num ml-2 text-quiet text-small">{plural(shown, "shipment")} shown</span>
    </nav>
  );
}
