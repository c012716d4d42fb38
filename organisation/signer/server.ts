/**
 * Serves the signer page on its own origin, with its organisation's own view of the network, and passes what the page sends on to the
 * certificate authority and the relay: the browser talks to this one origin and to no other. Nothing here sees a key.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { WintersealError } from "../../lib/messages/errors";
import { FROM_TYPES, LINK_MAX_BYTES } from "../../lib/messages/link";
import { BODY_LIMIT, readBody, sendError, sendJson } from "../http/answer";
import { callerOf } from "../http/caller";
import type { SignerNetwork } from "./signer-network";

export interface SignerSettings {
  /** Folder of the built page. */
  readonly page: string;
  readonly network: SignerNetwork;
  /** Where the certificate authority listens: `http://127.0.0.1:4141`. */
  readonly authority: string;
  /** Where the relay listens for signers: `http://127.0.0.1:4170`. */
  readonly relay: string;
}

interface StaticFile {
  readonly bytes: Buffer;
  readonly type: string;
  readonly sha256: string;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** Nothing but its own files and its own origin; never in a frame. No opener policy: the website that opened the window must stay its opener. */
const PAGE_HEADERS = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; "),
  "x-frame-options": "DENY",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "cache-control": "no-cache",
} as const;

/** The most that a relay's answer may hold. */
const ANSWER_LIMIT = LINK_MAX_BYTES;
/** Longer than the relay's own deadline for a commit. */
const FORWARD_DEADLINE_MS = 45_000;

/** Makes the server; the caller listens and closes. @throws when the page has not been built */
export async function createSignerServer(settings: SignerSettings): Promise<Server> {
  const files = await readPage(settings.page);
  const forwards = forwardsOf(settings);
  const server = createServer((request, response) => {
    answer(request, response, files, forwards, settings).catch((error: unknown) => sendError(response, error));
  });
  server.requestTimeout = 15_000;
  server.headersTimeout = 5_000;
  server.maxConnections = 200;
  return server;
}

async function readPage(folder: string): Promise<ReadonlyMap<string, StaticFile>> {
  const files = new Map<string, StaticFile>();
  for (const name of await readdir(folder)) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const bytes = await readFile(join(folder, name));
    files.set(`/${name}`, { bytes, type, sha256: createHash("sha256").update(bytes).digest("hex") });
  }
  const index = files.get("/index.html");
  if (index === undefined) throw new TypeError(`${folder} holds no signer page: build it first (npm run build)`);
  return files.set("/", index);
}

interface Forward {
  readonly to: string;
  readonly type: string;
  readonly limit: number;
}

function forwardsOf({ authority, relay }: SignerSettings): ReadonlyMap<string, Forward> {
  const forwards = new Map<string, Forward>();
  for (const path of ["enrol/name", "enrol", "invitations", "sensors", "sensors/check"]) {
    forwards.set(`/ca/${path}`, { to: `${authority}/${path}`, type: "application/json", limit: BODY_LIMIT });
  }
  for (const type of Object.values(FROM_TYPES)) {
    forwards.set(`/relay/v1/${type}`, { to: `${relay}/v1/${type}`, type: "application/octet-stream", limit: LINK_MAX_BYTES });
  }
  return forwards;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  files: ReadonlyMap<string, StaticFile>,
  forwards: ReadonlyMap<string, Forward>,
  settings: SignerSettings,
): Promise<void> {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  const forward = forwards.get(path);
  if (forward !== undefined && request.method === "POST") return passOn(request, response, forward);
  if (request.method !== "GET") throw new WintersealError("ARGUMENT_INVALID", "there is nothing at this address");
  if (path === "/network.json") return sendJson(response, 200, settings.network);
  if (path === "/integrity.json") return sendJson(response, 200, integrityOf(files));
  if (path === "/health") return sendJson(response, 200, { status: "ok", organisation: settings.network.organisation.id });
  const file = files.get(path);
  if (file === undefined) {
    sendJson(response, 404, { code: "ARGUMENT_INVALID", message: "there is nothing at this address", facts: {} });
    return;
  }
  response.writeHead(200, { ...PAGE_HEADERS, "content-type": file.type });
  response.end(file.bytes);
}

/** SHA-256 of each file as it is served, so that anyone can compare it with a build of their own. */
function integrityOf(files: ReadonlyMap<string, StaticFile>): Readonly<Record<string, string>> {
  return Object.fromEntries([...files].filter(([path]) => path !== "/").map(([path, { sha256 }]) => [path.slice(1), sha256]));
}

async function passOn(request: IncomingMessage, response: ServerResponse, forward: Forward): Promise<void> {
  checkOrigin(request);
  const body = await readBody(request, forward.limit);
  const answered = await send(forward, body, callerOf(request));
  const type = answered.headers.get("winterseal-type");
  const bytes = Buffer.from(await answered.arrayBuffer());
  if (bytes.length > ANSWER_LIMIT) throw new WintersealError("UNAVAILABLE", "the answer is larger than the limit");
  response.writeHead(answered.status, {
    "content-type": answered.headers.get("content-type") ?? "application/octet-stream",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(type === null ? {} : { "winterseal-type": type }),
  });
  response.end(bytes);
}

async function send(forward: Forward, body: Buffer, browser: string): Promise<Response> {
  try {
    return await fetch(forward.to, {
      method: "POST",
      headers: { "content-type": forward.type, "x-forwarded-for": browser },
      body: new Uint8Array(body),
      signal: AbortSignal.timeout(FORWARD_DEADLINE_MS),
    });
  } catch (cause) {
    throw new WintersealError("UNAVAILABLE", undefined, {}, { cause });
  }
}

/** Another site's page may not speak through this origin. */
function checkOrigin(request: IncomingMessage): void {
  const { origin, host } = request.headers;
  if (origin === undefined) return;
  // A page without an origin of its own (a sandboxed frame, a file) says "null".
  if (!URL.canParse(origin) || new URL(origin).host !== host) throw new WintersealError("ORIGIN_FOREIGN");
}
