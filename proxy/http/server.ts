import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { encodeTo, type ToMessage } from "../../device/ts/link-messages";
import { type ErrorCode, WintersealError } from "../../lib/messages/errors";
import { LINK_MAX_BYTES, TO_TYPES } from "../../lib/messages/link";
import type { Desk } from "../relay/desk";

export interface HttpSettings {
  readonly host: string;
  /** 0 = any free one */
  readonly port: number;
  /** Origins of the organisations' signers: pages of no other origin may use the relay from a browser. */
  readonly origins: readonly string[];
}

export interface HttpTransport {
  readonly port: number;
  /** Takes no more connections, waits for the answers under way. */
  close(): Promise<void>;
}

const ROUTE = /^\/v1\/([A-Za-z]{1,32})$/;
const MAX_CONNECTIONS = 512;

/** For people's signers: the same messages as over MQTT, `POST /v1/<type>` (lib/messages/link). The sender is whoever signed the body. */
export async function startHttp(settings: HttpSettings, desk: Desk): Promise<HttpTransport> {
  const origins = new Set(settings.origins);
  const server = createServer((request, response) => {
    serve(request, response, desk, origins).catch((error) => {
      desk.refuse(error);
      response.destroy();
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.headersTimeout = 5_000;
  server.requestTimeout = 15_000;
  server.keepAliveTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(settings.port, settings.host, resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  return closed;
}

async function serve(request: IncomingMessage, response: ServerResponse, desk: Desk, origins: ReadonlySet<string>): Promise<void> {
  const { origin } = request.headers;
  response.setHeader("vary", "origin");
  response.setHeader("cache-control", "no-store");
  if (origin !== undefined) {
    if (!origins.has(origin)) return end(response, 403);
    response.setHeader("access-control-allow-origin", origin);
    response.setHeader("access-control-expose-headers", "winterseal-type");
  }
  const type = ROUTE.exec(request.url ?? "")?.[1];
  if (type === undefined) return end(response, 404);
  if (request.method === "OPTIONS") {
    response.setHeader("access-control-allow-methods", "POST");
    response.setHeader("access-control-allow-headers", "content-type");
    response.setHeader("access-control-max-age", "600");
    return end(response, 204);
  }
  if (request.method !== "POST") return end(response, 405);
  const body = await readBody(request);
  const message =
    body === undefined ? desk.refuse(new WintersealError("MESSAGE_TOO_LARGE")) : await desk.take({ transport: "https" }, type, body).answer;
  answer(response, message);
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status);
  response.end();
}

/** Undefined when it is larger than a message may be; the rest is not read. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LINK_MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function answer(response: ServerResponse, message: ToMessage): void {
  const status = message.type === TO_TYPES.refused ? (STATUS[message.code] ?? 422) : 200;
  response.setHeader("winterseal-type", message.type);
  response.setHeader("content-type", "application/octet-stream");
  if (status === 503) response.setHeader("retry-after", "1");
  if (status === 413) response.setHeader("connection", "close");
  response.writeHead(status);
  response.end(Buffer.from(encodeTo(message)));
}

/** For those who watch HTTP only; clients read the typed body. 422 for what the ledger refuses. */
const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  MESSAGE_MALFORMED: 400,
  MESSAGE_VERSION: 400,
  MESSAGE_TYPE: 404,
  MESSAGE_TOO_LARGE: 413,
  PROPOSAL_REFUSED: 403,
  ACCESS_DENIED: 403,
  SIGNATURE_INVALID: 403,
  BUSY: 503,
  UNAVAILABLE: 503,
  DEADLINE: 504,
  COMMIT_UNKNOWN: 504,
  INTERNAL: 500,
};
