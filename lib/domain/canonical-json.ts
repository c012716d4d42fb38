/** Values that canonical JSON can carry: no floating point, no undefined. */
export type CanonicalValue = null | boolean | number | string | readonly CanonicalValue[] | { readonly [key: string]: CanonicalValue };

/**
 * Canonical JSON (RFC 8785 restricted to integers): keys sorted by UTF-16 code units, no white space, so that equal
 * values are equal bytes at every endorser.
 * @throws TypeError on a number that is not a safe integer, and on undefined.
 */
export function canonicalJson(value: CanonicalValue): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new TypeError(`not a safe integer: ${value}`);
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map((item: CanonicalValue) => canonicalJson(item)).join(",")}]`;
  if (typeof value !== "object") throw new TypeError(`cannot be written as canonical JSON: ${typeof value}`);
  const record = value as { readonly [key: string]: CanonicalValue };
  const members = Object.keys(record)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(record[key] as CanonicalValue)}`);
  return `{${members.join(",")}}`;
}

/** Canonical JSON as UTF-8 bytes: what is written to the state and signed. */
export const canonicalBytes = (value: CanonicalValue): Uint8Array => new TextEncoder().encode(canonicalJson(value));
