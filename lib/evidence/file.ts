/**
 * The evidence file: one canonical JSON document (lib/domain/canonical-json) that holds signed inputs and nothing derived, docs/evidence.md.
 * Reading one checks its form alone; what it proves is lib/evidence/verify's business.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import * as z from "zod";
import { bytesToHex } from "../domain/bytes";
import { type CanonicalValue, canonicalJson, parseCanonicalJson } from "../domain/canonical-json";
import { WintersealError } from "../messages/errors";
import { SENSOR_ID, SHIPMENT_ID } from "../messages/names";
import { decodeBase64, encodeBase64 } from "./base64";

export const EVIDENCE_FORMAT = "winterseal/evidence";
export const EVIDENCE_VERSION = 1;

/** Largest file that is read at all, bytes: a million readings in batches of a hundred are about a third of it. */
export const MAX_FILE_BYTES = 256 * 1024 * 1024;
const MAX_TRANSACTIONS = 250_000;
const MAX_CONFIGURATIONS = 1_000;
const MAX_HEADS = 256;
const MAX_ROOTS = 64;
const MAX_ENDORSEMENTS = 16;

const base64 = z.string().transform((text, context) => {
  const bytes = decodeBase64(text);
  if (bytes === undefined) context.addIssue({ code: "custom", message: "not base64" });
  return bytes ?? z.NEVER;
});
const shipment = z.string().regex(SHIPMENT_ID);
const sensor = z.string().regex(SENSOR_ID);
const name = z.string().min(1).max(64);
const number = z.int().min(0);

export const subjectSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("shipment"), shipment }),
  z.strictObject({ kind: z.literal("violation"), shipment, sensor, rule: z.string().min(1).max(64), number }),
  z.strictObject({ kind: z.literal("inspection"), shipment, seal: z.string().min(1).max(64), number }),
  z.strictObject({ kind: z.literal("batch"), shipment, sensor, sequence: number }),
  z.strictObject({ kind: z.literal("reading"), shipment, sensor, sequence: number, index: number }),
]);
/** What the file is about. The record is the shipment's in any case: a part of it cannot be judged without the rest. */
export type Subject = z.infer<typeof subjectSchema>;

const schema = z.strictObject({
  format: z.literal(EVIDENCE_FORMAT),
  version: z.literal(EVIDENCE_VERSION),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  network: z.strictObject({ channel: name, chaincode: name }),
  subject: subjectSchema,
  /** Roots that the signers' certificates chain to; who they are is for the reader to say. */
  roots: z
    .array(z.strictObject({ mspId: name, certificate: z.string().max(16_384) }))
    .min(1)
    .max(MAX_ROOTS),
  /** Blocks that hold the channel's configuration, the first one first: header without its data hash, the one envelope, metadata. */
  configuration: z
    .array(z.strictObject({ block: number, previous: z.string().regex(/^(?:[0-9a-f]{64})?$/), envelope: base64, metadata: base64 }))
    .max(MAX_CONFIGURATIONS),
  /** `common.Envelope`s in ledger order. */
  transactions: z.array(z.strictObject({ block: number, position: number, envelope: base64 })).max(MAX_TRANSACTIONS),
  /** Attested reads: `protos.SignedProposal`, `protos.ProposalResponsePayload`, `protos.Endorsement`s. */
  heads: z.array(z.strictObject({ proposal: base64, payload: base64, endorsements: z.array(base64).max(MAX_ENDORSEMENTS) })).max(MAX_HEADS),
});
export type EvidenceFile = z.infer<typeof schema>;
export type AttestedHead = EvidenceFile["heads"][number];
export type EvidenceParts = Omit<EvidenceFile, "format" | "version" | "digest">;

const DIGEST = /"digest":"[0-9a-f]{64}"/;
/** The digest covers the file's own text with an empty digest. */
const digestOf = (text: string): string => bytesToHex(sha256(new TextEncoder().encode(text.replace(DIGEST, '"digest":""'))));

/** The file's bytes: equal parts give equal bytes. */
export function writeEvidence(parts: EvidenceParts): Uint8Array {
  const { configuration, transactions, heads, ...rest } = parts;
  const value: CanonicalValue = {
    ...rest,
    format: EVIDENCE_FORMAT,
    version: EVIDENCE_VERSION,
    digest: "0".repeat(64),
    configuration: configuration.map((it) => ({ ...it, envelope: encodeBase64(it.envelope), metadata: encodeBase64(it.metadata) })),
    transactions: transactions.map((it) => ({ ...it, envelope: encodeBase64(it.envelope) })),
    heads: heads.map(({ proposal, payload, endorsements }) => ({
      proposal: encodeBase64(proposal),
      payload: encodeBase64(payload),
      endorsements: endorsements.map(encodeBase64),
    })),
  };
  const text = canonicalJson(value);
  return new TextEncoder().encode(text.replace(DIGEST, `"digest":"${digestOf(text)}"`));
}

/**
 * Reads a file's form. Bytes that are not their own canonical form, carry more than is named here, or do not match their digest are refused.
 * @throws WintersealError EVIDENCE_TOO_LARGE, EVIDENCE_MALFORMED, EVIDENCE_VERSION, EVIDENCE_DAMAGED
 */
export function readEvidence(bytes: Uint8Array): EvidenceFile {
  if (bytes.length > MAX_FILE_BYTES) throw new WintersealError("EVIDENCE_TOO_LARGE", undefined, { bytes: bytes.length });
  const value = parse(bytes);
  const { format, version } = (typeof value === "object" && value !== null && !Array.isArray(value) ? value : {}) as Record<
    string,
    unknown
  >;
  if (format !== EVIDENCE_FORMAT) throw new WintersealError("EVIDENCE_MALFORMED", "the file is no Winterseal evidence");
  if (version !== EVIDENCE_VERSION) throw new WintersealError("EVIDENCE_VERSION", undefined, { version: String(version).slice(0, 16) });
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = (issue?.path ?? []).join(".").slice(0, 120);
    throw new WintersealError("EVIDENCE_MALFORMED", `${field}: ${issue?.message ?? "invalid"}`.slice(0, 300), { field });
  }
  if (digestOf(new TextDecoder().decode(bytes)) !== parsed.data.digest) throw new WintersealError("EVIDENCE_DAMAGED");
  return parsed.data;
}

function parse(bytes: Uint8Array): CanonicalValue {
  try {
    return parseCanonicalJson(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError || cause instanceof RangeError)) throw cause;
    throw new WintersealError("EVIDENCE_MALFORMED", `the file cannot be read: ${cause.message}`, {}, { cause });
  }
}
