/** One signed POST to an address that a person named, and to no machine of our own network. */
import { createHmac } from "node:crypto";
import { lookup as dnsLookup } from "node:dns";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { WintersealError } from "../messages/errors";

/** Addresses that are nobody's on the Internet: loopback, private, link-local (clouds keep their credentials there), carriers', documentation, multicast. */
const PRIVATE = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const)
  PRIVATE.addSubnet(net, bits, "ipv4");
/** Of IPv6 only what is routed on the Internet (2000::/3), without the prefixes in it that carry an IPv4 address or are for documents. */
const GLOBAL = new BlockList();
GLOBAL.addSubnet("2000::", 3, "ipv6");
const EMBEDDING = new BlockList();
for (const [net, bits] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  EMBEDDING.addSubnet(net, bits, "ipv6");

/** Whether an address may be asked. */
export function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !PRIVATE.check(address, "ipv4");
  return isIP(address) === 6 && GLOBAL.check(address, "ipv6") && !EMBEDDING.check(address, "ipv6");
}

export const URL_LENGTH = 500;
const DEADLINE_MS = 10_000;
const ANSWER_LIMIT = 64 * 1024;

const invalid = (why: string) => new WintersealError("ARGUMENT_INVALID", why, { field: "url" });
const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, "");
const portOf = (url: URL): string => url.port || (url.protocol === "https:" ? "443" : "80");

/**
 * Reads a webhook's address.
 * @param allowed `host:port` that may be private or plain HTTP
 * @throws WintersealError ARGUMENT_INVALID with the field
 */
export function webhookUrl(text: string, allowed: readonly string[]): URL {
  if (text.length > URL_LENGTH) throw invalid(`At most ${URL_LENGTH} characters`);
  if (!URL.canParse(text)) throw invalid("A whole address, beginning with https://");
  const url = new URL(text);
  if (url.username || url.password) throw invalid("No user and password in the address: the signature says who sends");
  if (isAllowed(url, allowed)) return url;
  if (url.protocol !== "https:") throw invalid("The address must begin with https://");
  const host = hostOf(url);
  if (isIP(host) ? !isPublic(host) : !host.includes(".") || /\.(local|internal|localhost|home\.arpa)\.?$/.test(host))
    throw invalid("The address is a private one; whoever runs this site can allow it (WINTERSEAL_WEBHOOK_HOSTS)");
  return url;
}

const isAllowed = (url: URL, allowed: readonly string[]): boolean =>
  (url.protocol === "https:" || url.protocol === "http:") && allowed.includes(`${url.hostname}:${portOf(url)}`.toLowerCase());

/** Looks a name up and refuses private answers at the moment of connecting: a name that changes between check and use gains nothing. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, "", 0);
    const [first] = addresses;
    if (first === undefined || !addresses.every(({ address }) => isPublic(address)))
      return callback(Object.assign(new Error(`${hostname} is a private address`), { code: "EPRIVATE" }), "", 0);
    return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
  });
};

/** `t=<seconds>,v1=<HMAC-SHA256 of "t.body", hex>`: the time is signed too, so that an old message cannot be sent again as a new one. */
export function signature(secret: string, body: string, now: number): string {
  const seconds = Math.floor(now / 1_000);
  return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
}

export interface Post {
  readonly url: string;
  readonly secret: string;
  /** Stays the same when it is sent again. */
  readonly id: string;
  readonly body: string;
  readonly allowed: readonly string[];
}

/**
 * Sends it once; redirects are not followed, and of the answer only the status counts.
 * @throws WintersealError ARGUMENT_INVALID for an address that is not to be asked, UNAVAILABLE for every answer but 2xx
 */
export function post({ url: text, secret, id, body, allowed }: Post, now = Date.now()): Promise<void> {
  const url = webhookUrl(text, allowed);
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const refuse = (why: string, cause?: unknown) => reject(new WintersealError("UNAVAILABLE", why, {}, { cause }));
    const request = send(
      url,
      {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          "user-agent": "Winterseal",
          "winterseal-delivery": id,
          "winterseal-signature": signature(secret, body, now),
        },
        signal: AbortSignal.timeout(DEADLINE_MS),
        agent: false,
        ...(isAllowed(url, allowed) ? {} : { lookup: publicLookup }),
      },
      (answer) => {
        let length = 0;
        answer.on("data", (chunk: Buffer) => {
          length += chunk.length;
          if (length > ANSWER_LIMIT) request.destroy();
        });
        const status = answer.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve();
        else refuse(`It answered ${status}`);
        answer.on("error", () => undefined);
      },
    );
    request.on("error", (error: NodeJS.ErrnoException) =>
      refuse(error.name === "AbortError" ? "It did not answer in time" : `It cannot be reached (${error.code ?? error.name})`, error),
    );
    request.end(body);
  });
}
