import { type LoggerFile, type LoggerRow, malformed, readTemperature } from "./logger";
import { readTime } from "./zone";

/** First line of the text export of a Berlinger Fridge-tag 2. */
const SIGNATURE = /^Device:\s*(Q-tag Fridge-tag 2\b.*)$/;

export const isFridgeTag = (text: string): boolean => SIGNATURE.test(firstLine(text));

/** One day of the history: the lines that matter, where they stood. */
interface Day {
  readonly line: number;
  date?: string;
  readonly extremes: { readonly value: string; readonly time: string; readonly line: number }[];
}

/**
 * Reads the history of a Fridge-tag 2 export: each day's lowest and highest temperature with their times, in the device's wall clock (`timeZone`).
 * The tag keeps no other readings; its own signature (`Sig`) is over a vendor format and is not checked here.
 * @throws WintersealError FILE_MALFORMED with line and reason
 */
export function readFridgeTag(text: string, options: { readonly timeZone: string }): LoggerFile {
  const model = SIGNATURE.exec(firstLine(text))?.[1] ?? malformed(1, "this is no Fridge-tag 2 export");
  const lines = text.split(/\r?\n/);
  const field = (name: string) =>
    lines
      .find((line) => line.trim().startsWith(`${name}:`))
      ?.split(":")[1]
      ?.trim();
  const unit = field("Temp unit");
  if (unit !== "C" && unit !== "F") malformed(1, `the temperature unit is "${unit ?? "missing"}", not C or F`);
  // The tag writes its signature last: an export without it was cut off somewhere.
  if (!lines.some((line) => line.startsWith("Sig:"))) malformed(lines.length, "the export ends before its signature (Sig:)");
  const rows = readDays(lines)
    .flatMap((day) => rowsOf(day, unit, options.timeZone))
    .sort((a, b) => a.at - b.at || a.line - b.line);
  if (rows.length === 0) malformed(1, "its history is empty");
  return { format: "fridge-tag-2", model, serial: field("Serial") ?? null, rows };
}

function readDays(lines: readonly string[]): Day[] {
  const start = lines.findIndex((line) => line.startsWith("Hist:"));
  if (start < 0) malformed(lines.length, "there is no history (Hist:)");
  const days: Day[] = [];
  for (let index = start + 1; index < lines.length; index++) {
    const line = lines[index] as string;
    if (/^\S/.test(line)) break;
    readDayLine(line, index + 1, days);
  }
  const declared = lines
    .find((line) => line.trim().startsWith("Report history length:"))
    ?.split(":")[1]
    ?.trim();
  if (declared !== undefined && Number(declared) < days.length) malformed(start + 1, `${days.length} days where the tag keeps ${declared}`);
  return days;
}

function readDayLine(line: string, number: number, days: Day[]): void {
  if (/^ \d+:\s*$/.test(line)) {
    days.push({ line: number, extremes: [] });
    return;
  }
  const day = days.at(-1);
  if (!day) return;
  const date = /^ {2}Date:\s*(\d{4}-\d{2}-\d{2})\s*$/.exec(line);
  if (date?.[1]) day.date = date[1];
  if (!/^ {2}(Min|Max) T:/.test(line)) return;
  const extreme = /^ {2}(Min|Max) T:\s*([+-]?\d+(?:\.\d+)?),\s*TS \1 T:\s*(\d{2}:\d{2})\s*$/.exec(line);
  if (!extreme) malformed(number, `"${line.trim().slice(0, 60)}" is no daily extreme with its time`);
  day.extremes.push({ value: extreme[2] as string, time: extreme[3] as string, line: number });
}

function rowsOf(day: Day, unit: "C" | "F", zone: string): LoggerRow[] {
  if (!day.date) malformed(day.line, "a day without a date");
  if (day.extremes.length !== 2) malformed(day.line, `${day.date} has ${day.extremes.length} extremes, not a lowest and a highest`);
  return day.extremes.map(({ value, time, line }) => ({
    at: readTime(`${day.date} ${time}`, zone, line),
    temperature: readTemperature(value, unit, line),
    humidity: null,
    line,
  }));
}

const firstLine = (text: string): string => text.replace(/^\uFEFF/, "").split(/\r?\n/, 1)[0] ?? "";
