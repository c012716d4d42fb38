/** The evidence file of one shipment: what the ledger attested fixes how far it goes, the database gives the signed inputs up to there. */
import type { Pool } from "pg";
import * as z from "zod";
import type { Viewer } from "@/lib/access/viewer";
import { assembleEvidence, decodeHead, newestSeen } from "@/lib/evidence/assemble";
import { subjectSchema } from "@/lib/evidence/file";
import { WintersealError } from "@/lib/messages/errors";
import { type AttestQuestion, attestedReadSchema } from "@/lib/messages/signer";
import { evidenceInputs } from "@/lib/store/evidence";
import { checkpoint } from "@/lib/store/ledger";
import { siteNetwork } from "../auth/network";

export const evidenceRequest = z.strictObject({ subject: subjectSchema, reads: z.array(attestedReadSchema).max(65) });
export type EvidenceRequest = z.infer<typeof evidenceRequest>;

/** What has to be attested for a file of the shipment as it stands; null when it does not exist for the viewer. */
export async function evidenceQuestions(pool: Pool, viewer: Viewer, shipment: string): Promise<AttestQuestion[] | null> {
  const inputs = await evidenceInputs(pool, viewer, shipment);
  if (inputs === null) return null;
  return [{ kind: "shipment", shipment }, ...inputs.ends.map(({ sensor, sequence }) => ({ kind: "batch" as const, sensor, sequence }))];
}

/** How long the database may take to catch up with what the ledger attested, ms. */
const CATCH_UP_MS = 15_000;
const LOOK_EVERY_MS = 250;

/**
 * @returns null when the shipment does not exist for the viewer
 * @throws WintersealError ARGUMENT_INVALID, MESSAGE_MALFORMED, EVIDENCE_UNAVAILABLE, BUSY when the database stays behind the attested read
 */
export async function makeEvidence(pool: Pool, viewer: Viewer, { subject, reads }: EvidenceRequest): Promise<Uint8Array | null> {
  const heads = reads.map(decodeHead);
  const upTo = newestSeen(heads);
  if (upTo !== undefined) await reach(pool, upTo.block);
  const inputs = await evidenceInputs(pool, viewer, subject.shipment, upTo);
  if (inputs === null) return null;
  const { channel, chaincode } = await siteNetwork();
  return assembleEvidence({ channel, chaincode }, subject, inputs, heads);
}

async function reach(pool: Pool, block: number): Promise<void> {
  const until = performance.now() + CATCH_UP_MS;
  for (;;) {
    const reached = await checkpoint(pool);
    if (reached !== null && reached.block >= block) return;
    if (performance.now() > until || reached?.halt) throw new WintersealError("BUSY", `the database has not reached block ${block} yet`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
