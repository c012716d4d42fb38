import { CsvError, parse } from "csv-parse/sync";
import { WintersealError } from "../messages/errors";
import { type LoggerFile, type LoggerRow, malformed, readHumidity, readTemperature } from "./logger";
import { isTimeZone, readTime } from "./zone";

export interface CsvOptions {
  /** Column names; by default recognised from usual names. */
  readonly timeColumn?: string;
  readonly temperatureColumn?: string;
  readonly humidityColumn?: string;
  readonly unit: "C" | "F";
  /** Zone of times without an offset, IANA name. */
  readonly timeZone: string;
}

const USUAL = {
  time: ["time", "date", "datetime", "timestamp", "date/time"],
  temperature: ["temperature", "temp", "value", "t"],
  humidity: ["humidity", "rh", "relative humidity"],
} as const;

interface Record_ {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * Reads a logger's CSV: a header line, then one row per reading, oldest first; rows at one instant are refused nowhere, rows that run backwards are.
 * Comma, semicolon or tab separate; a decimal comma is refused rather than guessed.
 * @throws WintersealError FILE_MALFORMED with line and reason; ARGUMENT_INVALID for a column or zone that does not exist
 */
export function readCsv(text: string, options: CsvOptions): LoggerFile {
  if (!isTimeZone(options.timeZone))
    throw new WintersealError("ARGUMENT_INVALID", `Unknown time zone ${options.timeZone}`, { field: "timeZone" });
  const [header, ...records] = split(text);
  if (!header) malformed(1, "the file is empty");
  const names = header.record.map((name) => name.trim());
  const columns = {
    time: column(names, options.timeColumn, USUAL.time, "time"),
    temperature: column(names, options.temperatureColumn, USUAL.temperature, "temperature"),
    humidity:
      options.humidityColumn === undefined && !names.some((name) => isOneOf(name, USUAL.humidity))
        ? undefined
        : column(names, options.humidityColumn, USUAL.humidity, "humidity"),
  };
  const rows: LoggerRow[] = [];
  for (const { record, info } of records) {
    const line = info.lines;
    if (record.length !== names.length) malformed(line, `${record.length} columns where the header has ${names.length}`);
    const cell = (index: number) => record[index] as string;
    const before = rows.at(-1)?.at;
    const at = readTime(cell(columns.time), options.timeZone, line, before);
    if (before !== undefined && at < before) malformed(line, "its time lies before the row above");
    const humidity =
      columns.humidity === undefined || cell(columns.humidity).trim() === "" ? null : readHumidity(cell(columns.humidity), line);
    rows.push({ at, temperature: readTemperature(cell(columns.temperature), options.unit, line), humidity, line });
  }
  if (rows.length === 0) malformed(1, "the file has a header and no rows");
  return { format: "csv", model: "CSV logger file", serial: null, rows };
}

function split(text: string): Record_[] {
  try {
    const delimiter = [";", "\t", ","];
    return parse(text, { bom: true, delimiter, info: true, relax_column_count: true, skip_empty_lines: true }) as unknown as Record_[];
  } catch (error) {
    if (error instanceof CsvError) malformed(Number(error.lines ?? 1), error.message);
    throw error;
  }
}

const isOneOf = (name: string, usual: readonly string[]): boolean => usual.includes(name.toLowerCase());

function column(names: readonly string[], wanted: string | undefined, usual: readonly string[], what: string): number {
  const index = names.findIndex((name) => (wanted === undefined ? isOneOf(name, usual) : name === wanted));
  if (index >= 0) return index;
  if (wanted !== undefined)
    throw new WintersealError("ARGUMENT_INVALID", `There is no column "${wanted}"; the file has: ${names.join(", ")}`, {
      field: `${what}Column`,
    });
  return malformed(1, `no column for the ${what} (one of ${usual.join(", ")}); name it with --${what}-column`);
}
