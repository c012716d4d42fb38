import { NBSP } from "./numbers";

/**
 * Groups an SSCC for comparing by eye and reading aloud. Where the company prefix ends cannot be seen from the digits, so groups of four
 * from the left, the check digit apart: "1061 4141 1234 5678 9 7".
 */
export function formatSscc(sscc: string): string {
  const body = sscc.slice(0, -1).replace(/(\d{4})(?=\d)/g, `$1${NBSP}`);
  return `${body}${NBSP}${sscc.slice(-1)}`;
}

/** First and last digits of a hash, enough to compare by eye: "c07e19…b4d2". */
export function shortHash(hash: string): string {
  return hash.length <= 12 ? hash : `${hash.slice(0, 6)}…${hash.slice(-4)}`;
}
