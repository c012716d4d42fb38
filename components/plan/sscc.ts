import { isSscc, ssccCheckDigit } from "@/lib/domain/sscc";

export interface ReadSscc {
  /** 18 digits with the right check digit, or null. */
  readonly sscc: string | null;
  /** The check digit that was added because only 17 digits were typed. */
  readonly added: number | null;
  readonly error: string | undefined;
}

/** Reads what a person types or a scanner sends: spaces, a leading `(00)` or `00` application identifier, with or without check digit. */
export function readSscc(text: string): ReadSscc {
  const bare = text.replace(/^\s*\(00\)/, "").replace(/[\s-]/g, "");
  const digits = bare.length === 20 && bare.startsWith("00") ? bare.slice(2) : bare;
  if (digits === "") return { sscc: null, added: null, error: "This is needed: the 18 digits on the logistic label" };
  if (!/^\d+$/.test(digits)) return { sscc: null, added: null, error: "Digits only" };
  if (digits.length === 17) return { sscc: `${digits}${ssccCheckDigit(digits)}`, added: ssccCheckDigit(digits), error: undefined };
  if (digits.length !== 18) return { sscc: null, added: null, error: `17 digits and a check digit; these are ${digits.length}` };
  if (isSscc(digits)) return { sscc: digits, added: null, error: undefined };
  const expected = ssccCheckDigit(digits.slice(0, 17));
  return { sscc: null, added: null, error: `The check digit would be ${expected}, not ${digits.slice(-1)}: one of the digits is wrong` };
}
