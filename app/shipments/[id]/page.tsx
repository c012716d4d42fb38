import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { cache, Suspense } from "react";
import { LiveRefresh } from "@/app/live-refresh";
import { LazyTripChart } from "@/components/charts/lazy";
import { formatSscc } from "@/components/format/identifiers";
import { reader } from "@/components/format/server";
import { chartModel } from "@/components/shipment/chart-model";
import { EveryCheck } from "@/components/shipment/every-check";
import { ExportMenu } from "@/components/shipment/export-menu";
import { KeyFigures } from "@/components/shipment/key-figures";
import { inspectionWords, namesOf } from "@/components/shipment/names";
import { ShipmentBones } from "@/components/shipment/skeleton";
import { StatusLine } from "@/components/shipment/status-line";
import { Timeline } from "@/components/shipment/timeline";
import { timeline } from "@/components/shipment/timeline-words";
import { fullTitle } from "@/components/shipment/title";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { PageHead } from "@/components/ui/page";
import { keptWords } from "@/components/verdict/kept-words";
import { trustWords } from "@/components/verdict/trust-words";
import { Verdicts } from "@/components/verdict/verdicts";
import { organisationName } from "@/lib/access/organisations";
import { mayCall, mayLetIn } from "@/lib/access/permit";
import type { Viewer } from "@/lib/access/viewer";
import { judge } from "@/lib/domain/verdict";
import { database } from "@/lib/store/db";
import { warmestKinetic } from "@/lib/store/kinetic";
import { loadShipment, type ShipmentHead, shipmentHead } from "@/lib/store/shipment-detail";
import { pageViewer } from "../../viewer";

interface PageProps {
  readonly params: Promise<{ readonly id: string }>;
}

/** Once per request, for the head and the title: whether the shipment exists for this viewer at all. */
const find = cache(async (id: string) => {
  const viewer = await pageViewer(`/shipments/${id}`);
  const head = await shipmentHead(database().pool, viewer, id);
  return head && { viewer, head };
});

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const found = await find((await params).id);
  return { title: found ? fullTitle(found.head) : "Not found" };
}

/** Answers 404 before anything is streamed; the rest may come a moment later. */
export default async function ShipmentPage({ params }: PageProps) {
  const found = await find((await params).id);
  if (!found) notFound();
  return (
    <Suspense fallback={<ShipmentBones />}>
      <Shipment viewer={found.viewer} id={found.head.id} />
    </Suspense>
  );
}

async function Shipment({ viewer, id }: { readonly viewer: Viewer; readonly id: string }) {
  const detail = await loadShipment(database().pool, viewer, id);
  if (!detail) notFound();
  const { head, facts, profile } = detail;
  const [preferences, mkt] = await Promise.all([reader(), warmestKinetic(database().pool, head.id, profile.noData)]);
  const names = namesOf(detail);
  const verdict = judge(facts, preferences.now);
  const kept = keptWords(verdict.kept, facts, preferences);
  const trust = trustWords(verdict.trust, facts, inspectionWords(detail, names), preferences);
  return (
    <>
      <PageHead
        crumbs={[{ label: "Shipments", href: "/shipments" }]}
        here={`${head.origin} to ${head.destination}`}
        title={fullTitle(head)}
        lead={
          <>
            <p className="num">
              SSCC <span className="whitespace-nowrap">{formatSscc(head.sscc)}</span> <span className="text-quiet">·</span> {profile.title}{" "}
              <span className="text-quiet">·</span> {organisationName(head.shipper)} to {organisationName(head.recipient)}
            </p>
            <StatusLine detail={detail} reader={preferences} names={names} />
          </>
        }
        aside={<Actions head={head} viewer={viewer} />}
      />
      <LiveRefresh shipments={[head.id]} sensors={facts.sensors.map((it) => it.sensor)} />
      <Verdicts
        kept={kept}
        trust={trust}
        keptMore={verdict.kept.answer === "no" && <Link href="/excursions">See its excursions</Link>}
        trustMore={
          <Link href="#every-check" className="whitespace-nowrap">
            See every check
          </Link>
        }
      />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-x-8 gap-y-6 wide:grid-cols-[minmax(0,1fr)_17.5rem] wide:grid-rows-[auto_1fr]">
        <Card role="region" aria-labelledby="trip-title" className="min-w-0">
          <LazyTripChart
            model={chartModel(detail, verdict, preferences)}
            figures={<KeyFigures facts={facts} kept={verdict.kept} mkt={mkt} reader={preferences} />}
          />
        </Card>
        <div className="wide:col-start-2 wide:row-span-2 wide:row-start-1">
          <Timeline entries={timeline(detail, preferences, names)} reader={preferences} />
        </div>
        <EveryCheck detail={detail} trust={verdict.trust} reader={preferences} names={names} />
      </div>
    </>
  );
}

interface ActionsProps {
  readonly head: ShipmentHead;
  readonly viewer: Viewer;
}

/** What this viewer can do here now; the contract decides, this only does not offer what it would refuse. */
function Actions({ head, viewer }: ActionsProps) {
  const open = head.status !== "accepted" && head.status !== "rejected";
  const arrived = head.status === "arrived" || head.status === "reopened";
  return (
    <div className="no-print flex flex-wrap gap-2">
      <ExportMenu shipment={head.id} />
      {mayLetIn(viewer) && (
        <ButtonLink href={`/shipments/${head.id}/share`} icon="share">
          Share
        </ButtonLink>
      )}
      {open && mayCall(viewer, "shipment:Handover") && !arrived && (
        <ButtonLink href={`/shipments/${head.id}/pack`} icon="handover">
          {viewer.kind === "shipper" ? "Pack and hand over" : "Hand over"}
        </ButtonLink>
      )}
      {open && mayCall(viewer, "seal:Inspect") && (
        <ButtonLink href={`/shipments/${head.id}/receive`} look={arrived ? "primary" : "plain"} icon="inspection">
          Inspect and decide
        </ButtonLink>
      )}
    </div>
  );
}
