import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { LiveRefresh } from "@/app/live-refresh";
import { plural } from "@/components/format/numbers";
import { Time } from "@/components/format/values";
import { AssignForm } from "@/components/pack/assign-form";
import { HandoverForm } from "@/components/pack/handover-form";
import { type OpenPlan, readOpenPlan } from "@/components/pack/open-plan";
import { SealForm } from "@/components/pack/seal-form";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHead } from "@/components/ui/page";
import { State } from "@/components/ui/state";
import { organisationName } from "@/lib/access/organisations";
import { mayCall } from "@/lib/access/permit";
import type { Viewer } from "@/lib/access/viewer";
import { profileById } from "@/lib/domain/profiles";
import { database } from "@/lib/store/db";
import { type FreeSensor, freeSensors, type Packing, packing } from "@/lib/store/plan";
import { pageViewer } from "../../../viewer";

export const metadata: Metadata = { title: "Pack and hand over" };

interface PackProps {
  readonly params: Promise<{ id: string }>;
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function PackPage({ params, searchParams }: PackProps) {
  const { id } = await params;
  const viewer = await pageViewer(`/shipments/${id}/pack`);
  const { pool } = database();
  const shipment = await packing(pool, viewer, id);
  if (shipment === null) notFound();
  const plan = unsigned(readOpenPlan(await searchParams), shipment);
  const packs = mayCall(viewer, "shipment:Assign") && shipment.shipper === viewer.mspId;
  const closed = shipment.status === "accepted" || shipment.status === "rejected";
  const free = packs && !closed ? await freeSensors(pool, viewer) : [];
  const next = nextStep(shipment, plan);
  return (
    <>
      <PageHead
        title={titleOf(shipment, plan)}
        lead={shipment.title}
        crumbs={[
          { label: "Shipments", href: "/shipments" },
          { label: `${shipment.origin} to ${shipment.destination}`, href: `/shipments/${id}` },
        ]}
        here="Pack and hand over"
      />
      <LiveRefresh shipments={[id]} />
      {closed ? (
        <EmptyState
          title="This shipment has been decided"
          action={
            <Link prefetch={false} href={`/shipments/${id}`}>
              Open the shipment
            </Link>
          }
        >
          Nothing can be packed, sealed or handed over any more.
        </EmptyState>
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4 desk:gap-6">
          <SensorStep shipment={shipment} plan={plan} free={free} packs={packs} primary={next === "sensor"} />
          <SealStep shipment={shipment} plan={plan} packs={packs} primary={next === "seal"} />
          <HandoverStep shipment={shipment} viewer={viewer} primary={next === "handover"} />
        </div>
      )}
    </>
  );
}

/** What the plan named and the ledger does not show yet. */
function unsigned(plan: OpenPlan, shipment: Packing): OpenPlan {
  return {
    sensors: plan.sensors.filter(({ sensor }) => !shipment.sensors.some((its) => its.sensor === sensor)),
    seal: plan.seal !== null && shipment.seals.some(({ seal }) => seal === plan.seal?.seal) ? null : plan.seal,
  };
}

type StepName = "sensor" | "seal" | "handover";

/** The one step whose button is the page's primary. */
function nextStep({ sensors, seals }: Packing, plan: OpenPlan): StepName {
  if (sensors.length === 0 || plan.sensors.length > 0) return "sensor";
  return seals.length === 0 || plan.seal !== null ? "seal" : "handover";
}

function titleOf(shipment: Packing, plan: OpenPlan): string {
  if (shipment.status === "arrived" || shipment.status === "reopened") return "Arrived: waits for the recipient";
  if (shipment.sensors.length === 0) return "No sensor yet: nothing is measured";
  if (plan.sensors.length > 0) return `${plural(plan.sensors.length, "planned sensor")} still to assign`;
  if (shipment.seals.length === 0) return "Not sealed yet";
  return shipment.status === "planned" ? "Packed and sealed, ready to hand over" : "Under way";
}

function Step({ title, state, children }: { readonly title: string; readonly state: ReactNode; readonly children: ReactNode }) {
  return (
    <Card className="p-4 desk:p-6">
      <header className="mb-4 flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <h2>{title}</h2>
        {state}
      </header>
      {children}
    </Card>
  );
}

interface StepProps {
  readonly shipment: Packing;
  readonly primary: boolean;
}

function SensorStep({
  shipment,
  plan,
  free,
  packs,
  primary,
}: StepProps & { readonly plan: OpenPlan; readonly free: readonly FreeSensor[]; readonly packs: boolean }) {
  const [planned] = plan.sensors;
  return (
    <Step
      title="1. Sensors"
      state={
        <State kind={shipment.sensors.length > 0 ? "kept" : "unknown"} className="text-small">
          {shipment.sensors.length > 0 ? `${shipment.sensors.length} assigned` : "None assigned"}
        </State>
      }
    >
      {shipment.sensors.length > 0 && (
        <ul className="mb-4 grid gap-2 text-small">
          {shipment.sensors.map(({ sensor, place, start, readings, validTo }) => (
            <li key={sensor} className="flex flex-wrap gap-x-3 border-line border-b pb-2">
              <Link prefetch={false} href={`/sensors/${sensor}`} className="font-strong text-ink">
                {sensor}
              </Link>
              <span>{place}</span>
              <span className="text-quiet">
                from <Time at={start} as="day" />, {plural(readings, "reading")}
                {validTo !== null && (
                  <>
                    , calibrated until <Time at={validTo} as="date" />
                  </>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
      {packs ? (
        <AssignForm
          key={planned?.sensor ?? `free-${shipment.sensors.length}`}
          shipment={shipment.id}
          profile={profileById(shipment.profile)}
          free={free}
          planned={planned ?? null}
          primary={primary}
        />
      ) : (
        <p className="text-second text-small">The shipper assigns sensors.</p>
      )}
    </Step>
  );
}

function SealStep({ shipment, plan, packs, primary }: StepProps & { readonly plan: OpenPlan; readonly packs: boolean }) {
  return (
    <Step
      title="2. Seal"
      state={
        <State kind={shipment.seals.length > 0 ? "seal" : "unknown"} className="text-small">
          {shipment.seals.length > 0 ? `${shipment.seals.length} applied` : "None applied"}
        </State>
      }
    >
      {shipment.seals.length > 0 && (
        <ul className="mb-4 grid gap-2 text-small">
          {shipment.seals.map((seal) => (
            <li key={seal.seal} className="flex flex-wrap gap-x-3 border-line border-b pb-2">
              <b>{seal.seal}</b>
              <span className="text-quiet">
                class {seal.class}, on {seal.container ?? seal.sensor}
              </span>
            </li>
          ))}
        </ul>
      )}
      {packs ? (
        <SealForm key={shipment.seals.length} shipment={shipment.id} planned={plan.seal} primary={primary} />
      ) : (
        <p className="text-second text-small">The shipper applies seals; the recipient inspects them on arrival.</p>
      )}
    </Step>
  );
}

function HandoverStep({ shipment, viewer, primary }: StepProps & { readonly viewer: Viewer }) {
  const arrived = shipment.status === "arrived" || shipment.status === "reopened";
  const recipient = organisationName(shipment.recipient);
  const may = mayCall(viewer, "shipment:Handover") && !arrived;
  const last = shipment.handovers.at(-1);
  return (
    <Step
      title="3. Handover"
      state={
        <State kind={arrived ? "kept" : last ? "handover" : "unknown"} className="text-small">
          {arrived ? "Arrived" : last ? "Under way" : "Not handed over"}
        </State>
      }
    >
      {shipment.handovers.length > 0 && (
        <ol className="mb-4 grid gap-2 text-small">
          {shipment.handovers.map(({ giver, taker, place, at }) => (
            <li key={at} className="flex flex-wrap gap-x-3 border-line border-b pb-2">
              <span>
                {giver} to {taker}, {place}
              </span>
              <span className="text-quiet">
                <Time at={at} as="day" />
              </span>
            </li>
          ))}
        </ol>
      )}
      {may && (
        <HandoverForm
          key={shipment.handovers.length}
          shipment={shipment.id}
          giver={last?.taker ?? organisationName(shipment.shipper)}
          recipient={recipient}
          place={last ? shipment.destination : shipment.origin}
          primary={primary}
        />
      )}
      {arrived && (
        <p className="text-second text-small">
          {viewer.kind === "recipient" ? (
            <Link prefetch={false} href={`/shipments/${shipment.id}/receive`}>
              Inspect and decide
            </Link>
          ) : (
            `${recipient} inspects and decides.`
          )}
        </p>
      )}
    </Step>
  );
}
