/**
 * Fabric CA's REST API before the organisation's own authority, so that `fabric-ca-client` and Fabric's tools find what they know:
 * `cainfo`, `enroll`, `reenroll`, `register`, `revoke`, `gencrl`, `identities`, `certificates`, under `/api/v1/` and, as there, under `/`.
 * Idemix, LDAP and affiliations are not offered.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { WintersealError } from "../../../lib/messages/errors";
import { Limiter } from "../../http/limiter";
import type { CertificateAuthority } from "../authority";
import { type Call, type FabricParts, readCall } from "./call";
import { enroll, reenroll } from "./enrolment";
import { FABRIC_CODES, FabricCaError, sendFailure, sendResult } from "./envelope";
import { addIdentity, getIdentity, listIdentities, modifyIdentity, register, removeIdentity } from "./identities";
import { caInfo } from "./info";
import { Registry } from "./registry";
import { generateCrl, listCertificates, revoke } from "./revocation";

interface Endpoint {
  readonly status: number;
  readonly work: (call: Call, id: string) => Promise<object>;
}

const ENDPOINTS: Readonly<Record<string, Readonly<Record<string, Endpoint>>>> = {
  cainfo: {
    GET: { status: 200, work: async ({ parts }) => caInfo(parts.ca) },
    POST: { status: 200, work: async ({ parts }) => caInfo(parts.ca) },
  },
  enroll: { POST: { status: 201, work: enroll } },
  reenroll: { POST: { status: 201, work: reenroll } },
  register: { POST: { status: 201, work: register } },
  revoke: { POST: { status: 200, work: revoke } },
  gencrl: { POST: { status: 200, work: generateCrl } },
  certificates: { GET: { status: 200, work: listCertificates } },
  identities: { GET: { status: 200, work: listIdentities }, POST: { status: 201, work: addIdentity } },
  "identities/": {
    GET: { status: 200, work: getIdentity },
    PUT: { status: 200, work: modifyIdentity },
    DELETE: { status: 200, work: removeIdentity },
  },
};

const PATH = /^(?:\/api\/v1)?\/([a-z]+)(?:\/([^/?]+))?$/;
const GUESSES = { attempts: 10, windowMs: 10 * 60_000 };

export interface FabricLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

/** Answers a call of Fabric CA's API; `undefined` when the address is none of it. */
export type FabricHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | undefined;

export function fabricHandler(ca: CertificateAuthority, log: FabricLog): FabricHandler {
  const parts: FabricParts = { ca, registry: new Registry(ca.dir), guesses: new Limiter(GUESSES) };
  return (request, response) => {
    const [, name = "", id] = PATH.exec((request.url ?? "/").split("?")[0] ?? "/") ?? [];
    const key = id === undefined ? name : `${name}/`;
    const endpoint = Object.hasOwn(ENDPOINTS, key) ? ENDPOINTS[key] : undefined;
    return endpoint === undefined ? undefined : answer(request, response, parts, endpoint, name, id ?? "", log);
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  parts: FabricParts,
  endpoint: Readonly<Record<string, Endpoint>>,
  name: string,
  id: string,
  log: FabricLog,
): Promise<void> {
  try {
    const method = endpoint[request.method ?? ""];
    if (method === undefined) throw new FabricCaError(405, FABRIC_CODES.methodNotAllowed, `Method ${request.method ?? ""} is not allowed`);
    const result = await method.work(await readCall(request, parts), decodeURIComponent(id));
    log.info({ fabric: name }, "answered");
    sendResult(response, method.status, result);
  } catch (error) {
    const failure = asFailure(error);
    log.warn({ fabric: name, code: failure.code, detail: failure.detail, ...(failure.status < 500 ? {} : { err: error }) }, "refused");
    sendFailure(response, failure);
  }
}

function asFailure(error: unknown): FabricCaError {
  if (error instanceof FabricCaError) return error;
  if (error instanceof URIError) return new FabricCaError(400, FABRIC_CODES.badBody, "the address cannot be read");
  if (error instanceof WintersealError && error.code !== "INTERNAL") {
    return new FabricCaError(error.code === "MESSAGE_TOO_LARGE" ? 413 : 400, FABRIC_CODES.badBody, `${error.code}: ${error.message}`);
  }
  return new FabricCaError(500, FABRIC_CODES.unknown, "internal error");
}
