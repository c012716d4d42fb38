import { WintersealError } from "../messages/errors";

/** One row of a logger's file, in the file's own time. */
export interface LoggerRow {
  /** ms UTC */
  readonly at: number;
  /** milli-°C */
  readonly temperature: number;
  /** tenths of %RH */
  readonly humidity: number | null;
  /** Line in the file, from 1. */
  readonly line: number;
}

/** What a logger's file says, oldest row first. */
export interface LoggerFile {
  readonly format: "csv" | "fridge-tag-2";
  /** Maker and model as the file names them. */
  readonly model: string;
  /** The logger's own serial number, where the file has one. */
  readonly serial: string | null;
  readonly rows: readonly LoggerRow[];
}

/** Refuses the file as a whole: nothing of it is taken. `line` counts from 1. */
export function malformed(line: number, reason: string): never {
  throw new WintersealError("FILE_MALFORMED", `Line ${line}: ${reason}`, { line });
}

/** Lowest and highest temperature that a file may claim, milli-°C: liquid nitrogen to an oven; beyond it a unit is wrong. */
const LIMITS = { lowest: -200_000, highest: 350_000 } as const;

/**
 * Temperature in milli-°C from text in °C or °F, rounded half away from zero.
 * @throws WintersealError FILE_MALFORMED
 */
export function readTemperature(text: string, unit: "C" | "F", line: number): number {
  const value = readNumber(text, "temperature", line);
  const celsius = unit === "F" ? ((value - 32) * 5) / 9 : value;
  const milli = roundHalfAway(celsius * 1000);
  if (milli < LIMITS.lowest || milli > LIMITS.highest) malformed(line, `${text} °${unit} is outside −200 to 350 °C`);
  return milli;
}

/** Relative humidity in tenths of % from text in %. @throws WintersealError FILE_MALFORMED */
export function readHumidity(text: string, line: number): number {
  const value = readNumber(text, "humidity", line);
  if (value < 0 || value > 100) malformed(line, `${text} % is outside 0 to 100 % relative humidity`);
  return roundHalfAway(value * 10);
}

function readNumber(text: string, what: string, line: number): number {
  const trimmed = text.trim();
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(trimmed)) malformed(line, `"${text.slice(0, 40)}" is no ${what}`);
  return Number(trimmed);
}

/** `Math.round` takes −2.5 to −2; a reading must not look warmer for its sign. Adding 0 keeps −0 out of the ledger. */
const roundHalfAway = (value: number): number => Math.sign(value) * Math.round(Math.abs(value)) + 0;
