import type { IncomingMessage } from "node:http";

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);

/**
 * Address of the browser or program that asks. What stands before a service on this machine (the signer's server, a TLS front) names the
 * address it speaks for; nobody from elsewhere may.
 */
export function callerOf(request: IncomingMessage): string {
  const address = request.socket.remoteAddress ?? "unknown";
  const forwarded = request.headers["x-forwarded-for"];
  return LOOPBACK.has(address) && typeof forwarded === "string" ? forwarded : address;
}
