import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import { createSecureServer, type Http2SecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { pipeline } from "node:stream";

/** One public port, and the plain HTTP server on this machine that answers behind it. */
export interface Route {
  readonly port: number;
  readonly target: number;
}

interface FrontOptions {
  readonly host: string;
  readonly certificate: string;
  readonly privateKey: string;
  readonly routes: readonly Route[];
}

/** Headers that belong to one connection (RFC 9110, 7.6.1); HTTP/2 forbids them. */
const HOP_BY_HOP = new Set(["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "te", "http2-settings"]);

/**
 * TLS in front of the plain servers, for phones: browsers give no WebCrypto to plain-HTTP pages of other machines. It speaks HTTP/2, so that
 * a browser may hold many event streams open at once.
 */
export async function startFront(options: FrontOptions): Promise<() => Promise<void>> {
  const servers = await Promise.all(options.routes.map((route) => serve(options, route)));
  return async () => {
    await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
  };
}

function serve({ host, certificate, privateKey }: FrontOptions, route: Route): Promise<Http2SecureServer> {
  const server = createSecureServer({ cert: certificate, key: privateKey, allowHTTP1: true, minVersion: "TLSv1.2" });
  server.on("request", (request, response) => forward(request, response, route));
  // A session that stays open must not hold up a stop.
  const sessions = new Set<{ destroy(): void }>();
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  const close = server.close.bind(server);
  server.close = (done) => {
    for (const session of sessions) session.destroy();
    return close(done);
  };
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(route.port, host, () => resolve(server));
  });
}

function forward(request: Http2ServerRequest, response: Http2ServerResponse, { target }: Route): void {
  const authority = request.authority ?? request.headers.host ?? "";
  const headers: OutgoingHttpHeaders = {
    ...endToEnd(request.headers),
    host: authority,
    "x-forwarded-proto": "https",
    "x-forwarded-host": authority,
    "x-forwarded-for": request.socket.remoteAddress ?? "",
  };
  const inner = httpRequest({ host: "127.0.0.1", port: target, method: request.method, path: request.url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
    pipeline(answer, response, () => undefined);
  });
  inner.on("error", () => {
    if (!response.headersSent) response.writeHead(502, { "content-type": "text/plain" });
    response.end("The server behind this address does not answer.");
  });
  response.on("close", () => inner.destroy());
  pipeline(request, inner, () => undefined);
}

const endToEnd = (headers: IncomingHttpHeaders): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(":") && !HOP_BY_HOP.has(name)));
