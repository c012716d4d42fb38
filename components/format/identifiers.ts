import { NBSP } from "./numbers";

/**
 * Groups an SSCC for comparing by eye and reading aloud: extension digit, seven digits of company prefix, nine of serial reference, check
 * digit: "3 7612345 000001234 7". Seven is the commonest length of a prefix; where it ends cannot be seen from the digits.
 * @returns the text as it came when it is not 18 digits
 */
export function formatSscc(sscc: string): string {
  return sscc.replace(/^(\d)(\d{7})(\d{9})(\d)$/, ["$1", "$2", "$3", "$4"].join(NBSP));
}

/** First and last digits of a hash, enough to compare by eye: "c07e19…b4d2". */
export function shortHash(hash: string): string {
  return hash.length <= 12 ? hash : `${hash.slice(0, 6)}…${hash.slice(-4)}`;
}
