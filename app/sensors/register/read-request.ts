"use server";

import { currentViewer } from "@/app/auth/session";
import type { RequestFindings } from "@/components/register/findings";
import { organisationName } from "@/lib/access/organisations";
import { mayCall } from "@/lib/access/permit";
import { readCertificateRequest } from "@/lib/exchange/certificate-request";
import { SENSOR_ID } from "@/lib/messages/names";
import { database } from "@/lib/store/db";
import { registered } from "@/lib/store/sensors";

/**
 * Reads a certificate request for the form. A preview: the authority's own certificate authority reads it again and decides.
 * @returns null when it is none, or the caller registers no sensors
 */
export async function readRequest(pem: string): Promise<RequestFindings | null> {
  const viewer = await currentViewer();
  if (viewer === null || !mayCall(viewer, "sensor:Register") || typeof pem !== "string") return null;
  const request = await readCertificateRequest(pem.trim());
  if (request === null) return null;
  const { commonName: sensor, thumbprint, isP256, isProven } = request;
  const { byId, byKey } = await registered(database().pool, sensor, thumbprint);
  const known = byId && {
    model: byId.model,
    owner: byId.owner,
    ownerName: organisationName(byId.owner),
    sameKey: byId.thumbprint === thumbprint,
  };
  const barred = barredBy(byId, viewer.mspId);
  const keyOf = byKey !== null && byKey !== sensor ? byKey : null;
  const isIdValid = SENSOR_ID.test(sensor);
  return {
    sensor,
    thumbprint,
    isP256,
    isProven,
    isIdValid,
    known,
    barred,
    keyOf,
    usable: isP256 && isProven && isIdValid && barred === null && keyOf === null,
  };
}

function barredBy(byId: { readonly authority: string; readonly status: string } | null, mspId: string): RequestFindings["barred"] {
  if (byId === null) return null;
  if (byId.authority !== mspId) return "foreign";
  return byId.status === "revoked" ? "revoked" : null;
}
