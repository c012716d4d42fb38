/** Fabric CA's answers: `{result, errors, messages, success}` (cfssl's envelope), and its numbered errors (fabric-ca, lib/caerrors). */
import type { ServerResponse } from "node:http";
import * as z from "zod";
import { sendJson } from "../../http/answer";

/** The codes of fabric-ca's `caerrors` that are met here. */
export const FABRIC_CODES = {
  unknown: 0,
  methodNotAllowed: 1,
  noAuthorization: 2,
  emptyBody: 4,
  badBody: 5,
  certificateNotFound: 8,
  wrongOwner: 9,
  revokedIdentityNotFound: 10,
  revokeArgumentsMissing: 15,
  caNotFound: 19,
  authentication: 20,
  badCsr: 31,
  badRevokedAfter: 36,
  badExpireAfter: 37,
  removeIdentity: 56,
  notFound: 63,
  alreadyRevoked: 66,
  badCertificateQuery: 67,
  authorization: 71,
  attempts: 73,
  duplicate: 74,
  registering: 75,
  commonName: 77,
} as const;

/** A refusal as fabric-ca gives it. What it says of a failed authentication or permission is no more than that. */
export class FabricCaError extends Error {
  override readonly name = "FabricCaError";
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    /** For the log alone. */
    readonly detail = message,
  ) {
    super(message);
  }
}

export const unauthenticated = (detail: string): FabricCaError =>
  new FabricCaError(401, FABRIC_CODES.authentication, "Authentication failure", detail);
export const unauthorised = (detail: string): FabricCaError =>
  new FabricCaError(403, FABRIC_CODES.authorization, "Authorization failure", detail);

const envelopeSchema = z.object({
  result: z.unknown(),
  errors: z.array(z.object({ code: z.number(), message: z.string() })).nullish(),
  success: z.boolean(),
});

/** Reads an answer. @throws FabricCaError what the server refused */
export function readEnvelope(status: number, text: string): unknown {
  const parsed = envelopeSchema.safeParse(parseJson(text, status));
  if (!parsed.success) throw new FabricCaError(status, FABRIC_CODES.unknown, "the answer is not a Fabric CA's");
  const [error] = parsed.data.errors ?? [];
  if (error !== undefined) throw new FabricCaError(status, error.code, error.message);
  if (!parsed.data.success) throw new FabricCaError(status, FABRIC_CODES.unknown, "the Fabric CA refused without a reason");
  return parsed.data.result;
}

function parseJson(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const error = new FabricCaError(status, FABRIC_CODES.unknown, "the answer is not a Fabric CA's");
    error.cause = cause;
    throw error;
  }
}

export const sendResult = (response: ServerResponse, status: number, result: unknown): void =>
  sendJson(response, status, { result, errors: [], messages: [], success: true });

/** Any failure in the envelope; what was not foreseen says nothing of its cause. */
export function sendFailure(response: ServerResponse, error: unknown): void {
  const known = error instanceof FabricCaError ? error : new FabricCaError(500, FABRIC_CODES.unknown, "internal error");
  if (response.headersSent) return void response.destroy();
  sendJson(response, known.status, { result: "", errors: [{ code: known.code, message: known.message }], messages: [], success: false });
}
