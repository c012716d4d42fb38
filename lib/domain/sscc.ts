/** Serial shipping container code (GS1 General Specifications, 7.9): 17 digits and a check digit. */
import { DomainError } from "./errors";

/**
 * Weights 3, 1, 3, … from the right.
 * @param digits the 17 digits before the check digit
 * @throws DomainError ARGUMENT_INVALID
 */
export function ssccCheckDigit(digits: string): number {
  if (!/^\d{17}$/.test(digits)) throw new DomainError("ARGUMENT_INVALID", "an SSCC has 17 digits before its check digit");
  const sum = Array.from(digits, Number).reduce((total, digit, index) => total + digit * (index % 2 === 0 ? 3 : 1), 0);
  return (10 - (sum % 10)) % 10;
}

/** Whether 18 digits end with the right check digit. */
export const isSscc = (sscc: string): boolean => /^\d{18}$/.test(sscc) && ssccCheckDigit(sscc.slice(0, 17)) === Number(sscc[17]);
