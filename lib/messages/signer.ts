/**
 * Between a website and the signer of a person's organisation (organisation/signer): two windows, exact origins, one nonce.
 *
 * ```
 * website                                          signer (own origin, top-level window)
 *   window.open(<signer>/#<nonce>.<website origin>) ──▶ checks that the origin may ask, that it is not framed
 *   ◀── ready ──────────────────────────────────────
 *   ── request ─────────────────────────────────────▶ checks origin, nonce, schema; shows in words what will be signed
 *   ◀── sending ──────────────────────────────────── the person agreed: from here on a lost window means "unknown"
 *   ◀── answer ────────────────────────────────────── once; then the window closes
 * ```
 * Every message names the nonce, is posted to one exact origin and is taken from one exact origin and window. The website never learns
 * a key, and whatever it asks for is shown to the person by the signer's own words, from the signer's own configuration.
 */
import * as z from "zod";
import { ERROR_CODES, type ErrorCode } from "./errors";
import { SENSOR_ID, SHIPMENT_ID } from "./names";
import { type StatementName, statements } from "./statements";

const isErrorCode = (code: string): code is ErrorCode => code in ERROR_CODES;
const errorCode = z.string().transform((code): ErrorCode => (isErrorCode(code) ? code : "INTERNAL"));

/** Domain of the text that a person signs to sign in. A Fabric proposal begins with byte 0x0a, so neither can stand for the other. */
export const SIGN_IN_DOMAIN = "winterseal/sign-in/1";

export interface Challenge {
  /** Origin of the website that the person signs in to. */
  readonly origin: string;
  /** 64 hex digits, used once. */
  readonly nonce: string;
  /** ms UTC */
  readonly expires: number;
}

export const formatChallenge = ({ origin, nonce, expires }: Challenge): string => [SIGN_IN_DOMAIN, origin, nonce, expires].join("\n");

/** Reads a challenge; undefined when it is none, or not in its one form. */
export function parseChallenge(text: string): Challenge | undefined {
  const [domain, origin, nonce, expires, ...rest] = text.split("\n");
  if (domain !== SIGN_IN_DOMAIN || origin === undefined || nonce === undefined || expires === undefined || rest.length > 0)
    return undefined;
  if (!/^https?:\/\/[^/\s]+$/.test(origin) || !/^[0-9a-f]{64}$/.test(nonce) || !/^[1-9]\d{12,14}$/.test(expires)) return undefined;
  return { origin, nonce, expires: Number(expires) };
}

/** What a website may have attested for an evidence file: a shipment as it stands, and batches of sensors that went on since. */
export const attestQuestionSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("shipment"), shipment: z.string().regex(SHIPMENT_ID) }),
  z.strictObject({ kind: z.literal("batch"), sensor: z.string().regex(SENSOR_ID), sequence: z.int().min(1).max(4_294_967_295) }),
]);
export type AttestQuestion = z.infer<typeof attestQuestionSchema>;

/** A shipment and one batch of each of its sensors at most. */
const MAX_QUESTIONS = 65;

/** `protos.SignedProposal`, `protos.ProposalResponsePayload`, `protos.Endorsement`s, base64. */
export const attestedReadSchema = z.strictObject({
  proposal: z.base64(),
  payload: z.base64(),
  endorsements: z.array(z.base64()).min(1).max(16),
});
export type AttestedRead = z.infer<typeof attestedReadSchema>;

const STATEMENT_NAMES = Object.keys(statements) as [StatementName, ...StatementName[]];

export const signerRequestSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("sign-in"), challenge: z.string().max(400) }),
  z.strictObject({
    kind: z.literal("transact"),
    function: z.enum(STATEMENT_NAMES),
    /** Checked by the schema of its function before it is shown. */
    statement: z.record(z.string(), z.unknown()),
    /** PEM of a device's certificate request: with `sensor:Register` and `sensor:Renew` the sensor's identity comes back. */
    csr: z.string().max(4096).optional(),
  }),
  /** Writes nothing: endorsers sign what the ledger holds. */
  z.strictObject({ kind: z.literal("read"), questions: z.array(attestQuestionSchema).min(1).max(MAX_QUESTIONS) }),
]);
export type SignerRequest = z.infer<typeof signerRequestSchema>;

const refusal = { code: errorCode, message: z.string() };

export const signerAnswerSchema = z.discriminatedUnion("outcome", [
  z.strictObject({ outcome: z.literal("signed-in"), certificate: z.string(), signature: z.base64() }),
  z.strictObject({
    outcome: z.literal("sent"),
    transactionId: z.string(),
    block: z.number(),
    /** PEM of the sensor's identity and of the root it chains to. */
    identity: z.strictObject({ certificate: z.string(), root: z.string() }).optional(),
    /** Why no identity came back although the ledger recorded the sensor. */
    identityRefused: z.strictObject(refusal).optional(),
  }),
  z.strictObject({ outcome: z.literal("read"), reads: z.array(attestedReadSchema).min(1).max(MAX_QUESTIONS) }),
  /** Nothing was recorded; what was typed is still true to send. */
  z.strictObject({ outcome: z.literal("not-sent"), ...refusal }),
  /** It was sent, and nobody knows yet whether it was recorded: settled by transaction id. */
  z.strictObject({ outcome: z.literal("unknown"), ...refusal, transactionId: z.string().optional() }),
]);
export type SignerAnswer = z.infer<typeof signerAnswerSchema>;

const frame = { winterseal: z.literal(1), nonce: z.string().regex(/^[0-9a-f]{32}$/) };

/** signer → website */
export const fromSignerSchema = z.discriminatedUnion("type", [
  z.strictObject({ ...frame, type: z.literal("ready") }),
  z.strictObject({ ...frame, type: z.literal("sending") }),
  z.strictObject({ ...frame, type: z.literal("answer"), answer: signerAnswerSchema }),
]);
export type FromSigner = z.infer<typeof fromSignerSchema>;

/** website → signer */
export const toSignerSchema = z.strictObject({ ...frame, type: z.literal("request"), request: signerRequestSchema });
export type ToSigner = z.infer<typeof toSignerSchema>;

export const formatFragment = (nonce: string, origin: string): string => `#${nonce}.${encodeURIComponent(origin)}`;

/** Reads `#<nonce>.<origin>`; undefined when the signer was opened by hand. */
export function parseFragment(fragment: string): { nonce: string; origin: string } | undefined {
  const match = /^#([0-9a-f]{32})\.(.+)$/.exec(fragment);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { nonce: match[1], origin: decodeURIComponent(match[2]) };
}
