const HERE = "http://here.invalid";

/**
 * Where to go after signing in: a path of this site, never another one's address. Resolved as a browser resolves it, since a browser drops
 * tabs and line breaks and takes `\` for `/`: what looks like a path may be an address.
 */
export function pathOf(to: unknown): string {
  if (typeof to !== "string" || !to.startsWith("/") || !URL.canParse(to, HERE)) return "/";
  const { origin, pathname, search, hash } = new URL(to, HERE);
  // A path that begins with two slashes would be an address again when it is resolved once more.
  return origin === HERE && !pathname.startsWith("//") ? `${pathname}${search}${hash}` : "/";
}
