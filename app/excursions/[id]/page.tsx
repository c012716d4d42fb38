import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { LiveRefresh } from "@/app/live-refresh";
import { AssignForm } from "@/components/excursions/forms";
import { Life } from "@/components/excursions/life";
import { NextStep } from "@/components/excursions/next-step";
import { Trail } from "@/components/excursions/trail";
import { STATUS, STEP_WORDS } from "@/components/excursions/words";
import { formatDuration } from "@/components/format/duration";
import { plural } from "@/components/format/numbers";
import { reader } from "@/components/format/server";
import { Elapsed, Temperature, Time } from "@/components/format/values";
import { boundWords } from "@/components/overview/need-words";
import { STATUS_WORDS } from "@/components/shipments/table";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Fact, Facts } from "@/components/ui/facts";
import { PageHead } from "@/components/ui/page";
import { State } from "@/components/ui/state";
import { organisationName } from "@/lib/access/organisations";
import { mayCall } from "@/lib/access/permit";
import { excursionName, nextSteps, parseExcursionName } from "@/lib/domain/excursion";
import { profileById } from "@/lib/domain/profiles";
import { database } from "@/lib/store/db";
import { type ExcursionDetail, loadExcursion } from "@/lib/store/excursion-detail";
import { pageViewer } from "../../viewer";

export const metadata: Metadata = { title: "Excursion" };

const decoded = (id: string): string => {
  try {
    return decodeURIComponent(id);
  } catch (error) {
    if (error instanceof URIError) return "";
    throw error;
  }
};

/** One excursion: what was found, where it stands, what can be done now, and everything that was done. */
export default async function ExcursionPage({ params }: { readonly params: Promise<{ readonly id: string }> }) {
  const id = parseExcursionName(decoded((await params).id));
  if (id === null) notFound();
  const viewer = await pageViewer(`/excursions/${excursionName(id)}`);
  const { now } = await reader();
  const excursion = await loadExcursion(database().pool, viewer, id, now);
  if (excursion === null) notFound();
  const name = excursionName(excursion);
  const mayAssign = mayCall(viewer, "excursion:Assign") && nextSteps(excursion.status).includes("assign");
  const people = excursion.people.map((it) => ({ ...it, organisationName: organisationName(it.organisation) }));
  return (
    <>
      <PageHead
        crumbs={[{ label: "Excursions", href: "/excursions" }]}
        here={`${excursion.origin} to ${excursion.destination}`}
        title={titleOf(excursion)}
        lead={
          <p>
            {excursion.title} <span className="text-quiet">·</span> {organisationName(excursion.shipper)} to{" "}
            {organisationName(excursion.recipient)}
          </p>
        }
        aside={
          <ButtonLink href={`/shipments/${excursion.shipment}`} icon="shipments">
            Open shipment
          </ButtonLink>
        }
      />
      <LiveRefresh shipments={[excursion.shipment]} sensors={[excursion.sensor]} />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-x-8 gap-y-6 wide:grid-cols-[minmax(0,1fr)_19rem] wide:grid-rows-[auto_1fr]">
        <div className="wide:col-start-2 wide:row-start-1">
          <Life excursion={excursion} />
        </div>
        <div className="grid min-w-0 gap-6 wide:col-start-1 wide:row-span-2 wide:row-start-1">
          <Found excursion={excursion} />
          <NextStep key={excursion.status} excursion={excursion} viewer={viewer} />
          <Card role="region" aria-labelledby="trail-title" className="p-4 desk:p-6">
            <h2 id="trail-title">Audit trail</h2>
            <p className="mt-1 mb-4 text-quiet text-small">
              Each step is a transaction that its person signed. Nothing in it can be changed or removed.
            </p>
            <Trail excursion={excursion} name={name} />
          </Card>
        </div>
        <div className="wide:col-start-2">
          {mayAssign ? (
            <AssignForm id={id} name={name} people={people} assignee={excursion.assigneeName ?? excursion.assignee} />
          ) : (
            excursion.assignee && (
              <p className="text-second text-small">
                Assigned to <b className="text-ink">{excursion.assigneeName ?? excursion.assignee}</b>,{" "}
                {organisationName(excursion.assigneeOrganisation ?? "")}
              </p>
            )
          )}
        </div>
      </div>
    </>
  );
}

function titleOf({ origin, destination, status, due }: ExcursionDetail): string {
  const route = `${origin} to ${destination}`;
  return due === null ? `${route}: ${STATUS[status].word}` : `${route}: ${STEP_WORDS[due.step].title}`;
}

async function Found({ excursion }: { readonly excursion: ExcursionDetail }) {
  const { unit } = await reader();
  const profile = profileById(excursion.profile);
  const rule = profile.rules.find(({ id }) => id === excursion.rule);
  const { kind, word } = STATUS[excursion.status];
  return (
    <Card role="region" aria-labelledby="found-title" className="p-4 desk:p-6">
      <div className="mb-4 flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <h2 id="found-title">What the ledger found</h2>
        <State kind={kind}>{word}</State>
      </div>
      <Facts className="desk:grid-cols-2 desk:gap-x-8">
        <Fact name="Out of range">{boundWords(profile, excursion.rule, unit)}</Fact>
        <Fact name={rule?.direction === "lower" ? "Lowest" : "Highest"}>
          <Temperature milli={excursion.peak} bounds={[rule?.bound ?? null]} /> in {plural(excursion.readings, "reading")}
        </Fact>
        <Fact name="Began">
          <Time at={excursion.from} as="day" />
        </Fact>
        <Fact name="Lasted">
          {excursion.to === null ? (
            <>
              <Elapsed since={excursion.from} /> and still lasts, as far as is known
            </>
          ) : (
            <>
              {formatDuration(excursion.to - excursion.from)}, until <Time at={excursion.to} as="day" />
            </>
          )}
        </Fact>
        <Fact name="Severity">{excursion.severity}</Fact>
        <Fact name="Sensor">
          <Link prefetch={false} href={`/sensors/${excursion.sensor}`}>
            {excursion.sensor}
          </Link>
        </Fact>
        <Fact name="Profile">{profile.title}</Fact>
        <Fact name="Shipment">
          <Link prefetch={false} href={`/shipments/${excursion.shipment}`}>
            {excursion.origin} to {excursion.destination}
          </Link>
          , {STATUS_WORDS[excursion.shipmentStatus]}
        </Fact>
        <Fact name="Found in">
          <Link prefetch={false} href={`/ledger/${excursion.transaction}`}>
            its transaction
          </Link>
        </Fact>
        <Fact name="Evidence">
          <Link
            prefetch={false}
            href={`/shipments/${excursion.shipment}/evidence?kind=violation&sensor=${excursion.sensor}&rule=${excursion.rule}&number=${excursion.number}`}
          >
            Have it attested
          </Link>
        </Fact>
      </Facts>
    </Card>
  );
}
