import { type NextRequest, NextResponse } from "next/server";

/**
 * Three things that need the request: who is surely not signed in, the content security policy with its nonce, and the way to the relay, whose port is known only
 * when the site runs (rewrites of next.config.ts are frozen at build). The file keeps the older name on purpose: a root file
 * `proxy.ts` would shadow the folder `proxy/`.
 */
export function middleware(request: NextRequest): NextResponse {
  if (!isReadable(request.nextUrl.pathname)) return unreadable();
  if (request.nextUrl.pathname.startsWith("/api/")) return NextResponse.next();
  if (request.nextUrl.pathname.startsWith("/relay/")) return relay(request);
  if (needsPerson(request)) return NextResponse.redirect(signInAddress(request));
  const policy = contentSecurityPolicy(nonce());
  const headers = new Headers(request.headers);
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
}

/** With words: a browser shows an empty answer as the site's failure. */
function unreadable(): NextResponse {
  const text = "ARGUMENT_INVALID: this address holds characters that cannot be read. Check it, or start at the overview: /\n";
  return new NextResponse(text, { status: 400, headers: { "content-type": "text/plain; charset=utf-8" } });
}

/** Whether an address is encoded as one can be: Next would answer 500. */
function isReadable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

export const config = {
  matcher: [
    // Of the API only what carries an escape, and for nothing but whether it can be read: bodies and streams do not pass here.
    { source: "/api/(.*%.*)" },
    { source: "/((?!_next/static|_next/image|icon.svg|api/).*)", missing: [{ type: "header", key: "next-router-prefetch" }] },
  ],
};

/** Pages that nobody needs an account for. */
const OPEN = ["/sign-in", "/share", "/verify"];
/** Names that the session cookie has over plain and over secure connections. */
const SESSION_COOKIES = ["winterseal.session_token", "__Secure-winterseal.session_token"];

/** Without any session cookie the answer is known before a page is begun. What a cookie is worth, the page itself finds out. */
function needsPerson({ nextUrl, cookies }: NextRequest): boolean {
  const isOpen = OPEN.some((path) => nextUrl.pathname === path || nextUrl.pathname.startsWith(`${path}/`));
  return !isOpen && !SESSION_COOKIES.some((name) => cookies.has(name));
}

function signInAddress({ nextUrl }: NextRequest): URL {
  const address = new URL("/sign-in", nextUrl);
  const wanted = `${nextUrl.pathname}${nextUrl.search}`;
  if (wanted !== "/") address.searchParams.set("to", wanted);
  return address;
}

/** What the relay answers: `/v1/<type>` and its health. Nothing else of a path is carried on. */
const RELAY_PATH = /^\/[A-Za-z0-9-]{1,32}(?:\/[A-Za-z0-9-]{1,32})?$/;

/**
 * Signers of every organisation reach the relay under the site's own address, so only one address must be open to them. The target's host
 * never comes from the request: `//host/` resolved against the relay's address would be another host's, and this server would ask it.
 */
function relay(request: NextRequest): NextResponse {
  const port = process.env.WINTERSEAL_RELAY_PORT ?? "4170";
  const path = request.nextUrl.pathname.slice("/relay".length);
  if (!RELAY_PATH.test(path)) return new NextResponse(null, { status: 404 });
  const target = new URL(`http://127.0.0.1:${port}`);
  target.pathname = path;
  return NextResponse.rewrite(target);
}

function nonce(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
}

function contentSecurityPolicy(value: string): string {
  const development = process.env.NODE_ENV === "development";
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${value}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    // Style attributes place chart parts; style elements need the nonce.
    `style-src 'self' ${development ? "'unsafe-inline'" : `'nonce-${value}'`}`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${development ? " ws:" : ""}`,
    "manifest-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; ");
}
