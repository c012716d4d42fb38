"use server";

import * as z from "zod";
import { currentViewer } from "@/app/auth/session";
import type { IdentityEnd, IdentityQuestion } from "@/components/register/use-identity-end";
import { organisations } from "@/lib/access/organisations";
import { mayCall } from "@/lib/access/permit";
import { ERROR_CODES, type ErrorCode } from "@/lib/messages/errors";

const question = z.strictObject({
  csr: z.string().min(1).max(4096),
  sensor: z.string().max(32),
  thumbprint: z.string().max(64),
  calibrationTo: z.int(),
});
const reply = z.union([z.object({ ends: z.int() }), z.object({ code: z.string() })]);

const DEADLINE = 3_000;

/** Asks the viewer's own certificate authority whether an identity would be issued and when it would end; it decides, nothing is issued. */
export async function checkIdentity(asked: IdentityQuestion): Promise<IdentityEnd> {
  const viewer = await currentViewer();
  const parsed = question.safeParse(asked);
  if (viewer === null || !mayCall(viewer, "sensor:Register")) return { code: "ACCESS_DENIED" };
  if (!parsed.success) return { code: "ARGUMENT_INVALID" };
  const ca = organisations().find(({ mspId }) => mspId === viewer.mspId)?.ca;
  if (ca === undefined) return { code: "UNAVAILABLE" };
  try {
    const response = await fetch(`${ca}/sensors/check`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(parsed.data),
      signal: AbortSignal.timeout(DEADLINE),
      cache: "no-store",
    });
    const answered = reply.parse(await response.json());
    return "ends" in answered ? answered : { code: answered.code in ERROR_CODES ? (answered.code as ErrorCode) : "INTERNAL" };
  } catch {
    // Away, too slow, or not what a certificate authority answers: for the page it is one thing, and signing asks it again.
    return { code: "UNAVAILABLE" };
  }
}
