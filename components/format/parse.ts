import { MINUS } from "./numbers";

/**
 * Reads a decimal that a person typed into a scaled integer, exactly: "−30.5" with scale 3 is −30500. Takes a comma for the point and a
 * true minus sign.
 * @returns null when it is no number, or has more decimals than the scale holds
 */
export function parseScaled(text: string, scale: number): number | null {
  const match = /^([+-]?)(\d{1,7})(?:\.(\d+))?$/.exec(text.trim().replaceAll(MINUS, "-").replace(",", "."));
  if (!match) return null;
  const [, sign, whole = "", decimals = ""] = match;
  if (decimals.length > scale) return null;
  const value = Number(whole + decimals.padEnd(scale, "0"));
  return sign === "-" && value !== 0 ? -value : value;
}

/** A day of a date field (`yyyy-mm-dd`) as its first moment where the reader is, ms UTC; null when none is chosen. */
export function parseDay(day: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return null;
  const at = new Date(`${day}T00:00:00`).getTime();
  return Number.isNaN(at) ? null : at;
}
