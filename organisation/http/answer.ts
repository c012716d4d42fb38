/** The few things that both HTTP services of an organisation need: bounded bodies, JSON answers, error codes as statuses. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type * as z from "zod";
import { type ErrorCode, WintersealError } from "../../lib/messages/errors";

/** A certificate request is under 1 KB, an approval under 8 KB. */
export const BODY_LIMIT = 48 * 1024;

const STATUS: Partial<Record<ErrorCode, number>> = {
  ACCESS_DENIED: 403,
  ENROLMENT_CODE_UNKNOWN: 403,
  ENROLMENT_CODE_USED: 403,
  ENROLMENT_CODE_EXPIRED: 403,
  CERTIFICATE_UNTRUSTED: 403,
  CERTIFICATE_REVOKED: 403,
  IDENTITY_EXPIRED: 403,
  ORIGIN_FOREIGN: 403,
  APPROVAL_INVALID: 403,
  REGISTRATION_MISSING: 403,
  MESSAGE_TOO_LARGE: 413,
  ATTEMPTS_EXCEEDED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 502,
};

/** Common headers of every answer: nothing here may be framed, sniffed or kept. */
const HEADERS = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
} as const;

export function sendText(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { ...HEADERS, "content-type": type });
  response.end(body);
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  sendText(response, status, "application/json; charset=utf-8", JSON.stringify(body));
}

/** Any failure as `{code, message, facts}`; what was not foreseen is INTERNAL and says nothing of its cause. */
export function sendError(response: ServerResponse, error: unknown): void {
  const known = error instanceof WintersealError ? error : new WintersealError("INTERNAL");
  if (response.headersSent) {
    response.destroy();
    return;
  }
  sendJson(response, STATUS[known.code] ?? 400, { code: known.code, message: known.message, facts: known.facts });
}

/** Reads a body of at most `limit` bytes. @throws WintersealError MESSAGE_TOO_LARGE */
export async function readBody(request: IncomingMessage, limit = BODY_LIMIT): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > limit) throw new WintersealError("MESSAGE_TOO_LARGE", `the body is larger than ${limit} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** Reads a JSON body in the given shape. @throws WintersealError MESSAGE_TOO_LARGE, ARGUMENT_INVALID */
export async function readJson<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  const text = (await readBody(request)).toString("utf8");
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new WintersealError("ARGUMENT_INVALID", `${issue?.path.join(".") ?? "body"}: ${issue?.message ?? "malformed"}`);
  }
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new WintersealError("ARGUMENT_INVALID", "the body is not JSON", {}, { cause });
  }
}
