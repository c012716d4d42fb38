/** What every route of the exchange answers with: one map from error code to HTTP status, never a stack. */
import { ERROR_CODES, type ErrorCode, WintersealError } from "@/lib/messages/errors";

/** HTTP status of a code; what is not named here is the server's own failure. */
export const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  ARGUMENT_INVALID: 400,
  FILE_MALFORMED: 422,
  FILE_HOSTILE: 422,
  FILE_TYPE: 415,
  FILE_TOO_LARGE: 413,
  ACCESS_DENIED: 403,
  SHIPMENT_UNKNOWN: 404,
  SENSOR_UNKNOWN: 404,
  EXCURSION_UNKNOWN: 404,
  PROFILE_UNKNOWN: 422,
  TOKEN_INVALID: 401,
  SCOPE_MISSING: 403,
  RATE_LIMITED: 429,
  EVIDENCE_UNAVAILABLE: 503,
  EVIDENCE_TOO_LARGE: 413,
  UNAVAILABLE: 503,
  BUSY: 503,
};

const HEADERS = { "cache-control": "no-store" };

/** What a refusal looks like everywhere: the code, words for people, and where it is about one thing the field, line or path. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly field?: string;
  readonly line?: number;
  readonly path?: string;
}

/** Answers with a code. Sign-in missing is 401 whatever the code. */
export function refuse(code: ErrorCode, more: Partial<Omit<Refusal, "code">> & { readonly status?: number } = {}): Response {
  const { status = STATUS[code] ?? 500, message = ERROR_CODES[code], ...facts } = more;
  const body: Refusal = { code, message, ...facts };
  return Response.json(body, { status, headers: HEADERS });
}

export const answer = (body: unknown, headers: HeadersInit = {}): Response => Response.json(body, { headers: { ...HEADERS, ...headers } });

/** Nobody is signed in. */
export const refuseStranger = (): Response => refuse("ACCESS_DENIED", { status: 401, message: "Sign in first" });

/** Turns what was thrown into an answer; what is no error of ours is told as INTERNAL and written to the log. */
export function refusalOf(error: unknown): Response {
  if (!(error instanceof WintersealError)) {
    process.stderr.write(
      `${JSON.stringify({ level: "error", part: "api", message: error instanceof Error ? (error.stack ?? error.message) : String(error) })}\n`,
    );
    return refuse("INTERNAL");
  }
  const { field, line, path } = error.facts;
  return refuse(error.code, {
    message: error.message,
    ...(typeof field === "string" ? { field } : {}),
    ...(typeof line === "number" ? { line } : {}),
    ...(typeof path === "string" ? { path } : {}),
  });
}

/**
 * Body of a request up to a limit; reading stops there, whatever its headers promise.
 * @throws WintersealError FILE_TOO_LARGE
 */
export async function limitedBody(request: Request, limit: number): Promise<Uint8Array> {
  const tooLarge = () => new WintersealError("FILE_TOO_LARGE", `At most ${Math.floor(limit / 1024)} KiB are read`, { limit });
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body?.getReader();
  for (let step = await reader?.read(); step && !step.done; step = await reader?.read()) {
    length += step.value.length;
    if (length > limit) {
      await reader?.cancel();
      throw tooLarge();
    }
    chunks.push(step.value);
  }
  return Buffer.concat(chunks);
}
