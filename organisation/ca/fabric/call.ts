/** One call of the REST API: who asks, what for, and the body, read once. */
import type { IncomingMessage } from "node:http";
import * as z from "zod";
import { WintersealError } from "../../../lib/messages/errors";
import { readBody } from "../../http/answer";
import { callerOf } from "../../http/caller";
import type { Limiter } from "../../http/limiter";
import type { CertificateAuthority } from "../authority";
import type { x509 } from "../x509";
import { FABRIC_CODES, FabricCaError, unauthenticated } from "./envelope";
import type { RegisteredIdentity, Registry } from "./registry";
import { verifyToken } from "./token";

export interface FabricParts {
  readonly ca: CertificateAuthority;
  readonly registry: Registry;
  /** Failed enrolments of one address. */
  readonly guesses: Limiter;
}

export interface Call {
  readonly parts: FabricParts;
  readonly method: string;
  readonly url: URL;
  /** Path and query as they came: what a token signs. */
  readonly uri: string;
  readonly body: Buffer;
  readonly authorization: string | undefined;
  readonly caller: string;
}

/** Who a token speaks for. */
export interface Authenticated {
  readonly identity: RegisteredIdentity;
  readonly certificate: x509.X509Certificate;
}

const caNameSchema = z.object({ caname: z.string().optional(), CAName: z.string().optional() });

export async function readCall(request: IncomingMessage, parts: FabricParts): Promise<Call> {
  const uri = request.url ?? "/";
  const call: Call = {
    parts,
    method: request.method ?? "",
    url: new URL(uri, "http://ca"),
    uri,
    body: await readBody(request),
    authorization: request.headers.authorization,
    caller: callerOf(request),
  };
  const named = caNameSchema.safeParse(call.body.length === 0 ? {} : parseJson(call.body));
  const name = call.url.searchParams.get("ca") || (named.success && (named.data.caname || named.data.CAName)) || parts.ca.profile.id;
  if (name !== parts.ca.profile.id) throw new FabricCaError(404, FABRIC_CODES.caNotFound, `CA '${name}' does not exist`);
  return call;
}

/** @throws FabricCaError */
export function bodyOf<T>({ body }: Call, schema: z.ZodType<T>): T {
  if (body.length === 0) throw new FabricCaError(400, FABRIC_CODES.emptyBody, "Empty request body");
  const parsed = schema.safeParse(parseJson(body));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new FabricCaError(400, FABRIC_CODES.badBody, `Invalid request body: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (cause) {
    const error = new FabricCaError(400, FABRIC_CODES.badBody, "Invalid request body: not JSON");
    error.cause = cause;
    throw error;
  }
}

function needAuthorization({ authorization }: Call): string {
  if (authorization === undefined) throw new FabricCaError(401, FABRIC_CODES.noAuthorization, "No authorization header");
  return authorization;
}

/** Name and secret of the Basic scheme (RFC 7617). @throws FabricCaError */
export function basicOf(call: Call): { id: string; secret: string } {
  const [scheme, encoded] = needAuthorization(call).split(" ");
  const text = scheme?.toLowerCase() === "basic" ? Buffer.from(encoded ?? "", "base64").toString("utf8") : "";
  const colon = text.indexOf(":");
  if (colon < 0) throw unauthenticated("no name and secret in the authorization header");
  return { id: text.slice(0, colon), secret: text.slice(colon + 1) };
}

/**
 * Whoever signed this call, by a certificate of this authority that is valid now.
 * @throws FabricCaError
 */
export async function authenticate(call: Call): Promise<Authenticated> {
  const { ca, registry } = call.parts;
  const pem = verifyToken(needAuthorization(call), call.method, call.uri, call.body);
  const certificate = await recognise(ca, pem);
  const name = certificate.subjectName.getField("CN")[0] ?? "";
  const identity = await registry.find(name);
  if (identity === undefined) throw unauthenticated(`${name} is not registered`);
  if (identity.enrollments < 0) throw unauthenticated(`${name} is disabled`);
  return { identity, certificate };
}

async function recognise(ca: CertificateAuthority, pem: string): Promise<x509.X509Certificate> {
  try {
    return await ca.recognise(pem);
  } catch (error) {
    if (error instanceof WintersealError) throw unauthenticated(`${error.code}: the certificate in the token`);
    throw error;
  }
}
