import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { LazyTripChart } from "@/components/charts/lazy";
import { formatSscc } from "@/components/format/identifiers";
import { reader } from "@/components/format/server";
import { date } from "@/components/format/time";
import { chartModel } from "@/components/shipment/chart-model";
import { EveryCheck } from "@/components/shipment/every-check";
import { KeyFigures } from "@/components/shipment/key-figures";
import { inspectionWords, namesOf } from "@/components/shipment/names";
import { StatusLine } from "@/components/shipment/status-line";
import { Timeline } from "@/components/shipment/timeline";
import { timeline } from "@/components/shipment/timeline-words";
import { fullTitle } from "@/components/shipment/title";
import { Card } from "@/components/ui/card";
import { Note } from "@/components/ui/note";
import { PageHead } from "@/components/ui/page";
import { keptWords } from "@/components/verdict/kept-words";
import { trustWords } from "@/components/verdict/trust-words";
import { Verdicts } from "@/components/verdict/verdicts";
import { organisationName } from "@/lib/access/organisations";
import { judge } from "@/lib/domain/verdict";
import { database } from "@/lib/store/db";
import { warmestKinetic } from "@/lib/store/kinetic";
import { noteShareOpened } from "@/lib/store/shares";
import { loadShipment } from "@/lib/store/shipment-detail";
import { guestOf } from "../guest";

/** The title names nothing: it may stand in a history that others see. */
export const metadata: Metadata = { title: "Shared shipment", robots: { index: false, follow: false } };

/** One shipment for whoever holds the link: read only, without an account. Links that have ended answer like links that never were. */
export default async function SharedPage({ params }: { readonly params: Promise<{ readonly token: string }> }) {
  const { token } = await params;
  const guest = await guestOf(token);
  if (guest === null) notFound();
  const { pool } = database();
  const { share, viewer } = guest;
  const detail = await loadShipment(pool, viewer, share.shipment);
  if (detail === null) notFound();
  const { head, facts, profile } = detail;
  const [preferences, mkt] = await Promise.all([
    reader(),
    warmestKinetic(pool, head.id, profile.noData),
    noteShareOpened(pool, share.id, Date.now()),
  ]);
  const names = namesOf(detail);
  const verdict = judge(facts, preferences.now);
  const told = timeline(detail, preferences, names).map((entry) => ({ ...entry, transaction: null }));
  return (
    <>
      <Note kind="info" className="mb-4">
        {share.createdBy} of {organisationName(share.mspId)} shares this shipment with {share.name} until{" "}
        {date(share.expiresAt, preferences.zone)}. Whoever holds the link reads it, and changes nothing. What this page says you take from
        this website; its proof is the shipment’s evidence file.
      </Note>
      <PageHead
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
      />
      <Verdicts
        kept={keptWords(verdict.kept, facts, preferences)}
        trust={trustWords(verdict.trust, facts, inspectionWords(detail, names), preferences)}
      />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-x-8 gap-y-6 wide:grid-cols-[minmax(0,1fr)_17.5rem] wide:grid-rows-[auto_1fr]">
        <Card role="region" aria-labelledby="trip-title" className="min-w-0">
          <LazyTripChart
            model={chartModel(detail, verdict, preferences, `/api/share/${token}/readings`)}
            figures={<KeyFigures facts={facts} kept={verdict.kept} mkt={mkt} reader={preferences} />}
          />
        </Card>
        <div className="wide:col-start-2 wide:row-span-2 wide:row-start-1">
          <Timeline entries={told} reader={preferences} />
        </div>
        <EveryCheck detail={detail} trust={verdict.trust} reader={preferences} names={names} />
      </div>
    </>
  );
}
