import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { LiveRefresh } from "@/app/live-refresh";
import { formatSscc } from "@/components/format/identifiers";
import { reader } from "@/components/format/server";
import { CalibrationStep, isCovered } from "@/components/receive/calibration-step";
import { ReceiveForm } from "@/components/receive/form";
import { receiveSeals } from "@/components/receive/seals";
import { tripRange } from "@/components/shipment/chart-model";
import { inspectionWords, namesOf } from "@/components/shipment/names";
import { StatusLine } from "@/components/shipment/status-line";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Note } from "@/components/ui/note";
import { State } from "@/components/ui/state";
import { type HalfWords, keptWords } from "@/components/verdict/kept-words";
import { trustWords } from "@/components/verdict/trust-words";
import { organisationName } from "@/lib/access/organisations";
import { mayCall } from "@/lib/access/permit";
import { judge } from "@/lib/domain/verdict";
import { database } from "@/lib/store/db";
import { loadShipment } from "@/lib/store/shipment-detail";
import { pageViewer } from "../../../viewer";

export const metadata: Metadata = { title: "Receive" };

function Half({ question, words }: { readonly question: string; readonly words: HalfWords }) {
  return (
    <div className="px-4 py-3 not-first:border-line max-desk:not-first:border-t desk:px-5 desk:py-4 desk:not-first:border-l">
      <dt className="text-second text-small">{question}</dt>
      <dd className="font-title text-hand">
        <State kind={words.kind} wrap className="font-title!">
          {words.answer}
        </State>
      </dd>
      <dd className="text-pretty text-second text-small">{words.sentences.slice(0, 2).join(" ")}</dd>
    </div>
  );
}

/** May I accept? For the recipient at the dock, on a phone first. */
export default async function ReceivePage({ params }: { readonly params: Promise<{ readonly id: string }> }) {
  const { id } = await params;
  const viewer = await pageViewer(`/shipments/${id}/receive`);
  const detail = await loadShipment(database().pool, viewer, id);
  if (!detail) notFound();
  const { head, facts, sensors } = detail;
  const preferences = await reader();
  const names = namesOf(detail);
  const verdict = judge(facts, preferences.now);
  const halves = (
    <>
      <p className="num mt-2 text-second text-small">
        {head.title} from {organisationName(head.shipper)}, {head.origin} <span className="text-quiet">·</span>{" "}
        <span className="whitespace-nowrap">SSCC {formatSscc(head.sscc)}</span>
      </p>
      <Card className="mt-5">
        <dl className="grid desk:grid-cols-2">
          <Half question="Kept cold?" words={keptWords(verdict.kept, facts, preferences)} />
          <Half question="Trustworthy?" words={trustWords(verdict.trust, facts, inspectionWords(detail, names), preferences)} />
        </dl>
      </Card>
    </>
  );
  const closed = head.status === "accepted" || head.status === "rejected";
  const may = mayCall(viewer, "seal:Inspect") && mayCall(viewer, "shipment:Decide");
  return (
    <>
      <nav aria-label="Where you are" className="mb-2 flex flex-wrap gap-x-2 text-quiet text-small max-desk:hidden">
        <Link href="/shipments" className="text-second">
          Shipments
        </Link>
        <span aria-hidden="true">/</span>
        <Link href={`/shipments/${head.id}`} className="text-second">
          {head.origin} to {head.destination}
        </Link>
        <span aria-hidden="true">/</span>
        <span>Receive</span>
      </nav>
      <LiveRefresh shipments={[head.id]} />
      {closed || !may ? (
        <div className="max-w-248">
          <h1>{closed ? "This shipment is decided" : "Only the recipient may receive this shipment"}</h1>
          <StatusLine detail={detail} reader={preferences} names={names} />
          {halves}
          {!may && (
            <Note kind="info" className="mt-4">
              Inspecting and deciding take a signature of {organisationName(head.recipient)}. The ledger refuses anyone else’s.
            </Note>
          )}
          <div className="mt-4">
            <ButtonLink href={`/shipments/${head.id}`}>To the shipment</ButtonLink>
          </div>
        </div>
      ) : (
        <ReceiveForm
          head={halves}
          calibration={<CalibrationStep detail={detail} trip={tripRange(detail, preferences.now)} reader={preferences} />}
          shipment={{
            id: head.id,
            shipper: organisationName(head.shipper),
            person: viewer.name,
            organisation: organisationName(viewer.mspId),
            arrived: head.status === "arrived" || head.status === "reopened",
            seals: receiveSeals(detail, preferences, names),
            sensors: sensors.map((it) => ({
              sensor: it.sensor,
              place: it.place,
              thumbprint: it.thumbprint,
              sequence: it.sequence,
              hash: it.headHash,
            })),
            cold: verdict.kept.answer === "yes" || verdict.kept.answer === "close",
            calibrated: facts.sensors.every(isCovered),
            block: detail.block,
          }}
        />
      )}
    </>
  );
}
