/** Every route of the read API: parse → permit → query → respond. */
import type { Pool } from "pg";
import * as z from "zod";
import { stillStands } from "@/app/auth/session";
import { readerOf } from "@/lib/access/permit";
import type { Viewer } from "@/lib/access/viewer";
import type { Operation } from "@/lib/exchange/api/operations";
import { WintersealError } from "@/lib/messages/errors";
import { database } from "@/lib/store/db";
import { countRequest, type RateState } from "@/lib/store/rate";
import { findToken, type TokenHolder } from "@/lib/store/tokens";
import { answer, refusalOf } from "../respond";

/** Requests per minute and token. */
export const RATE = 120;

interface Asked<P, Q> {
  readonly pool: Pool;
  readonly viewer: Viewer;
  readonly params: P;
  readonly query: Q;
}

type Work<P extends z.ZodType, Q extends z.ZodType, R extends z.ZodType> = (asked: Asked<z.output<P>, z.output<Q>>) => Promise<z.input<R>>;

export interface RouteContext {
  /** Undefined for a route without parameters. */
  readonly params: Promise<Readonly<Record<string, string>> | undefined>;
}

/** Makes the route of an operation. What it answers is held against its own schema: nothing undeclared leaves. */
export function serve<P extends z.ZodType, Q extends z.ZodType, R extends z.ZodType>(operation: Operation<P, Q, R>, work: Work<P, Q, R>) {
  return async (request: Request, context: RouteContext): Promise<Response> => {
    let rate: RateState | undefined;
    try {
      const { pool } = database();
      const holder = await authenticate(pool, request);
      rate = await countRequest(pool, `token ${holder.id}`, RATE, Date.now());
      if (!rate.allowed) throw new WintersealError("RATE_LIMITED");
      const viewer = permitted(holder, operation);
      const params = parsed(operation.params, (await context.params) ?? {});
      const query = parsed(operation.query, queryOf(request));
      const body = await work({ pool, viewer, params: params as z.output<P>, query: query as z.output<Q> });
      return answer(operation.answer.parse(body), rateHeaders(rate));
    } catch (error) {
      return withHeaders(refusalOf(error), rate);
    }
  };
}

/** @throws WintersealError TOKEN_INVALID, also when the certificate of whoever made the token is revoked */
async function authenticate(pool: Pool, request: Request): Promise<TokenHolder> {
  const [, secret] = /^Bearer ([\w-]{1,100})$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  const holder = secret === undefined ? null : await findToken(pool, secret, Date.now());
  if (holder === null || !(await stillStands(holder.mspId, holder.serial))) throw new WintersealError("TOKEN_INVALID");
  return holder;
}

function permitted({ scopes, mspId, name }: TokenHolder, { scope }: Pick<Operation, "scope">): Viewer {
  if (!scopes.includes(scope)) throw new WintersealError("SCOPE_MISSING", `This needs the scope ${scope}`);
  const viewer = readerOf(mspId, name);
  if (viewer === null) throw new WintersealError("TOKEN_INVALID");
  return viewer;
}

/** A parameter that is given twice is none that anybody can mean. */
function queryOf(request: Request): Record<string, string> {
  const given = new URL(request.url).searchParams;
  for (const name of new Set(given.keys())) {
    if (given.getAll(name).length > 1) throw new WintersealError("ARGUMENT_INVALID", "It is given twice", { field: name });
  }
  return Object.fromEntries(given);
}

function parsed(schema: z.ZodType | null, value: unknown): unknown {
  const result = (schema ?? z.object({})).safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.code === "unrecognized_keys" ? (issue.keys[0] ?? "") : (issue?.path.join(".") ?? "");
  throw new WintersealError("ARGUMENT_INVALID", issue?.message ?? "An argument is malformed", { field });
}

const rateHeaders = ({ limit, remaining, resetSeconds }: RateState): Record<string, string> => ({
  "RateLimit-Limit": String(limit),
  "RateLimit-Remaining": String(remaining),
  "RateLimit-Reset": String(resetSeconds),
});

function withHeaders(response: Response, rate: RateState | undefined): Response {
  if (response.status === 401) response.headers.set("WWW-Authenticate", 'Bearer realm="winterseal"');
  if (rate === undefined) return response;
  for (const [name, value] of Object.entries(rateHeaders(rate))) response.headers.set(name, value);
  if (response.status === 429) response.headers.set("Retry-After", String(rate.resetSeconds));
  return response;
}

/** A cursor that callers need not look into. */
export const writeCursor = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** @throws WintersealError ARGUMENT_INVALID for what this API never gave out */
export function readCursor<S extends z.ZodType>(schema: S, text: string | undefined): z.output<S> | null {
  if (text === undefined) return null;
  const wrong = new WintersealError("ARGUMENT_INVALID", "This cursor was not given out here", { field: "cursor" });
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) throw wrong;
    throw error;
  }
  const result = schema.safeParse(value);
  if (!result.success) throw wrong;
  return result.data;
}
