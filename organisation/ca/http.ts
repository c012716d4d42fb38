/**
 * The certificate authority's HTTP service.
 * `POST /enrol/name {code}` · `POST /enrol {code, csr}` · `POST /invitations {text, certificate, signature}` · `POST /sensors {csr, approval}` · `POST /sensors/check` (before anybody signs) · `GET /root` · `GET /crl` · `GET /health`,
 * and before the organisation's own authority Fabric CA's API (fabric/routes.ts).
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type * as z from "zod";
import { WintersealError } from "../../lib/messages/errors";
import { readJson, sendError, sendJson, sendText } from "../http/answer";
import { callerOf } from "../http/caller";
import { Limiter } from "../http/limiter";
import { CertificateAuthority } from "./authority";
import { codeSchema, enrolmentSchema, enrolPerson, whoseCode } from "./enrol";
import { fabricHandler } from "./fabric/routes";
import { Invitations, invitationBodySchema } from "./invitations";
import type { Issuer } from "./issuer";
import { checkSensor, issueSensor, type SensorSettings, sensorCheckSchema, sensorRequestSchema } from "./sensors";

export interface CaLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

const PEM_TYPE = "application/x-pem-file";
/** Failed attempts. A code has 60 random bits; a limit over all callers would only let one of them lock the others out. */
const GUESSES = { attempts: 10, windowMs: 10 * 60_000 };

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Makes the service's server; the caller listens and closes. */
export function createCaServer(ca: Issuer, settings: SensorSettings, log: CaLog): Server {
  const routes = createRoutes(ca, settings, log);
  const fabric = ca instanceof CertificateAuthority ? fabricHandler(ca, log) : undefined;
  const server = createServer((request, response) => {
    if (fabric?.(request, response) !== undefined) return;
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    const handler = routes.get(`${request.method ?? ""} ${path}`);
    if (handler === undefined) {
      sendJson(response, 404, { code: "ARGUMENT_INVALID", message: "there is nothing at this address", facts: {} });
      return;
    }
    handler(request, response).catch((error: unknown) => {
      const known = error instanceof WintersealError;
      log.warn({ path, code: known ? error.code : "INTERNAL", ...(known ? {} : { err: error }) }, "refused");
      sendError(response, error);
    });
  });
  server.requestTimeout = 10_000;
  server.headersTimeout = 5_000;
  server.maxConnections = 200;
  return server;
}

function createRoutes(ca: Issuer, settings: SensorSettings, log: CaLog): ReadonlyMap<string, Handler> {
  const guesses = new Limiter(GUESSES);
  /** Every wrong code counts, whatever it was tried for. */
  const guarded = async <T, A extends object>(
    request: IncomingMessage,
    schema: z.ZodType<T>,
    work: (body: T) => Promise<A>,
  ): Promise<A> => {
    const caller = callerOf(request);
    guesses.check(caller);
    const body = await readJson(request, schema);
    try {
      return await work(body);
    } catch (error) {
      guesses.count(caller);
      throw error;
    }
  };
  const name: Handler = async (request, response) =>
    sendJson(response, 200, await guarded(request, codeSchema, (body) => whoseCode(ca, body)));
  const enrol: Handler = async (request, response) => {
    const answer = await guarded(request, enrolmentSchema, (body) => enrolPerson(ca, body));
    log.info({}, "person enrolled");
    sendJson(response, 201, answer);
  };
  const sensors: Handler = async (request, response) => {
    const answer = await issueSensor(ca, await readJson(request, sensorRequestSchema), settings);
    log.info({}, "sensor identity issued");
    sendJson(response, 201, answer);
  };
  const check: Handler = async (request, response) =>
    sendJson(response, 200, await checkSensor(ca, await readJson(request, sensorCheckSchema), settings));
  const invitations = new Invitations(ca);
  const invite: Handler = async (request, response) => {
    const { by, action, ...answer } = await guarded(request, invitationBodySchema, (body) => invitations.answer(body));
    log.info({ by, action }, "invitations");
    sendJson(response, 200, answer);
  };
  return new Map<string, Handler>([
    ["POST /invitations", invite],
    ["POST /enrol/name", name],
    ["POST /enrol", enrol],
    ["POST /sensors", sensors],
    ["POST /sensors/check", check],
    ["GET /root", async (_request, response) => sendText(response, 200, PEM_TYPE, ca.rootPem)],
    ["GET /crl", async (_request, response) => sendText(response, 200, PEM_TYPE, await ca.crl())],
    ["GET /health", async (_request, response) => sendJson(response, 200, { status: "ok", organisation: ca.profile.id })],
  ]);
}
