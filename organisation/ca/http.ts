/**
 * The certificate authority's HTTP service.
 * `POST /enrol {code, csr}` · `POST /sensors {csr, approval}` · `GET /root` · `GET /crl` · `GET /health`
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { WintersealError } from "../../lib/messages/errors";
import { readJson, sendError, sendJson, sendText } from "../http/answer";
import { Limiter } from "../http/limiter";
import type { CertificateAuthority } from "./authority";
import { enrolmentSchema, enrolPerson } from "./enrol";
import { issueSensor, type SensorSettings, sensorRequestSchema } from "./sensors";

export interface CaLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

const PEM_TYPE = "application/x-pem-file";
const PER_CALLER = { attempts: 10, windowMs: 10 * 60_000 };
/** Over all callers: a code has 60 random bits, and 200 guesses an hour do not get near one. */
const OVERALL = { attempts: 200, windowMs: 60 * 60_000 };

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Makes the service's server; the caller listens and closes. */
export function createCaServer(ca: CertificateAuthority, settings: SensorSettings, log: CaLog): Server {
  const routes = createRoutes(ca, settings, log);
  const server = createServer((request, response) => {
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

function createRoutes(ca: CertificateAuthority, settings: SensorSettings, log: CaLog): ReadonlyMap<string, Handler> {
  const perCaller = new Limiter(PER_CALLER);
  const overall = new Limiter(OVERALL);
  const enrol: Handler = async (request, response) => {
    const caller = callerOf(request);
    perCaller.check(caller);
    overall.check("all");
    const body = await readJson(request, enrolmentSchema);
    try {
      const answer = await enrolPerson(ca, body);
      log.info({}, "person enrolled");
      sendJson(response, 201, answer);
    } catch (error) {
      perCaller.count(caller);
      overall.count("all");
      throw error;
    }
  };
  const sensors: Handler = async (request, response) => {
    const answer = await issueSensor(ca, await readJson(request, sensorRequestSchema), settings);
    log.info({}, "sensor identity issued");
    sendJson(response, 201, answer);
  };
  return new Map<string, Handler>([
    ["POST /enrol", enrol],
    ["POST /sensors", sensors],
    ["GET /root", async (_request, response) => sendText(response, 200, PEM_TYPE, ca.rootPem)],
    ["GET /crl", async (_request, response) => sendText(response, 200, PEM_TYPE, await ca.crl())],
    ["GET /health", async (_request, response) => sendJson(response, 200, { status: "ok", organisation: ca.profile.id })],
  ]);
}

/** Who asks: the signer's server on this machine names the browser it forwards for; nobody else may. */
function callerOf(request: IncomingMessage): string {
  const address = request.socket.remoteAddress ?? "unknown";
  const forwarded = request.headers["x-forwarded-for"];
  const isLoopback = address === "127.0.0.1" || address === "::1" || address === "::ffff:127.0.0.1";
  return isLoopback && typeof forwarded === "string" ? forwarded : address;
}
