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

/**
 * Parses bytes that must be their own canonical form, so that what is shown, signed and read cannot differ: no duplicate keys, no second
 * spelling of a number or a letter.
 * @throws TypeError on anything else, invalid UTF-8 included
 */
export function parseCanonicalJson(bytes: Uint8Array): CanonicalValue {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  let value: CanonicalValue;
  let form: string;
  try {
    value = JSON.parse(text) as CanonicalValue;
    form = canonicalJson(value);
  } catch (cause) {
    // a SyntaxError, or a RangeError when nested too deeply
    throw new TypeError("not JSON of integers and text", { cause });
  }
  if (form !== text) throw new TypeError("not in canonical form: keys sorted, no white space");
  return value;
}
