/** Characters that numbers and their units are set with. */
export const MINUS = "\u2212";
/** Keeps a figure and its unit on one line. */
export const NBSP = "\u00a0";

/**
 * An integer scaled by a power of ten as a decimal, exact: no binary fraction ever stands between ledger and reader.
 * Rounds half away from zero when `decimals` is less than `scale`.
 * @param value scaled integer, e.g. milli-°C with `scale` 3
 */
export function formatScaled(value: number, scale: number, decimals: number): string {
  const divisor = 10 ** Math.max(0, scale - decimals);
  const kept = Math.floor((Math.abs(value) * 2 + divisor) / (divisor * 2));
  const padding = "0".repeat(Math.max(0, decimals - scale));
  const digits = `${kept}${padding}`.padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const text = decimals === 0 ? whole : `${whole}.${digits.slice(-decimals)}`;
  return value < 0 && kept !== 0 ? MINUS + text : text;
}

/** Groups thousands with commas: block numbers, counts. */
export function formatCount(value: number | bigint): string {
  const text = value.toString().replace(/\B(?=(\d{3})+$)/g, ",");
  return text.replace("-", MINUS);
}

const SMALL = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"];

/** A count that begins a sentence: "Four", "12". */
export function countWord(value: number): string {
  return SMALL[value] ?? formatCount(value);
}

/** "1 sensor", "3 sensors". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)}${NBSP}${count === 1 ? one : many}`;
}
