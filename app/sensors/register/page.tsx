import type { Metadata } from "next";
import { RegisterForm } from "@/components/register/register-form";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHead } from "@/components/ui/page";
import { organisationName, organisationsOf } from "@/lib/access/organisations";
import { mayCall } from "@/lib/access/permit";
import { calibrationRules } from "@/lib/store/calibration-rules";
import { database } from "@/lib/store/db";
import { pageViewer } from "../../viewer";
import { checkIdentity } from "./check-identity";
import { readRequest } from "./read-request";

export const metadata: Metadata = { title: "Register a sensor" };

export default async function RegisterPage() {
  const viewer = await pageViewer("/sensors/register");
  const rules = await calibrationRules(database().pool);
  return (
    <>
      <PageHead
        title="Register a sensor"
        lead="Request and calibration certificate in, identity certificate out. From then on the sensor can send."
        crumbs={[{ label: "Sensors", href: "/sensors" }]}
        here="Register"
      />
      {mayCall(viewer, "sensor:Register") ? (
        <RegisterForm
          authority={organisationName(viewer.mspId)}
          owners={[...organisationsOf("shipper"), ...organisationsOf("recipient")].map((owner) => ({
            ...owner,
            months: rules.get(owner.mspId) ?? null,
          }))}
          read={readRequest}
          check={checkIdentity}
        />
      ) : (
        <EmptyState title="Only the calibration authority registers sensors">
          Send the sensor’s certificate request and its calibration certificate there; the sensor shows up among yours once it is
          registered.
        </EmptyState>
      )}
    </>
  );
}
