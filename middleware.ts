import { type NextRequest, NextResponse } from "next/server";

/**
 * Two things that need the request: the content security policy with its nonce, and the way to the relay, whose port is known only
 * when the site runs (rewrites of next.config.ts are frozen at build). The file keeps the older name on purpose: a root file
 * `proxy.ts` would shadow the folder `proxy/`.
 */
export function middleware(request: NextRequest): NextResponse {
  if (request.nextUrl.pathname.startsWith("/relay/")) return relay(request);
  const policy = contentSecurityPolicy(nonce());
  const headers = new Headers(request.headers);
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
}

export const config = {
  matcher: [{ source: "/((?!_next/static|_next/image|icon.svg|api/).*)", missing: [{ type: "header", key: "next-router-prefetch" }] }],
};

/** Signers of every organisation reach the relay under the site's own address, so only one address must be open to them. */
function relay(request: NextRequest): NextResponse {
  const port = process.env.WINTERSEAL_RELAY_PORT ?? "4170";
  const path = request.nextUrl.pathname.slice("/relay".length);
  return NextResponse.rewrite(new URL(`${path}${request.nextUrl.search}`, `http://127.0.0.1:${port}`));
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
