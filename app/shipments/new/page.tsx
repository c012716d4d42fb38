import type { Metadata } from "next";
import { PlanForm } from "@/components/plan/plan-form";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHead } from "@/components/ui/page";
import { organisationsOf } from "@/lib/access/organisations";
import { mayCall } from "@/lib/access/permit";
import { DEFAULT_PROFILE } from "@/lib/domain/profiles";
import { database } from "@/lib/store/db";
import { freeSensors, usualProfile } from "@/lib/store/plan";
import { pageViewer } from "../../viewer";

export const metadata: Metadata = { title: "Plan a shipment" };

const CRUMBS = [{ label: "Shipments", href: "/shipments" }];

export default async function PlanPage() {
  const viewer = await pageViewer("/shipments/new");
  const head = (
    <PageHead
      title="Plan a shipment"
      lead="What is signed here is recorded for good: a new plan is a new shipment."
      crumbs={CRUMBS}
      here="Plan"
    />
  );
  if (!mayCall(viewer, "shipment:Create")) {
    return (
      <>
        {head}
        <EmptyState title="Only a shipper plans shipments">
          You are signed in for another organisation. What it may do stands on its own pages.
        </EmptyState>
      </>
    );
  }
  const { pool } = database();
  const [sensors, profile] = await Promise.all([freeSensors(pool, viewer), usualProfile(pool, viewer)]);
  return (
    <>
      {head}
      <PlanForm recipients={organisationsOf("recipient")} profile={profile ?? DEFAULT_PROFILE} sensors={sensors} />
    </>
  );
}
