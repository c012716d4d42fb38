import { TZDate } from "@date-fns/tz";
import { malformed } from "./logger";

/** Parts of a wall-clock time; `offset` as written in the text, or undefined where there was none. */
interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  readonly offset: string | undefined;
}

const ISO = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;

/** Whether the runtime knows the zone (IANA name, or UTC). */
export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * Time in ms UTC from ISO-like text. Text without an offset is read in `zone`.
 * Where clocks were set back the same wall time occurs twice: the occurrence not before `after` is taken, since a logger never runs backwards.
 * @param after time of the row before, ms UTC
 * @throws WintersealError FILE_MALFORMED for no such day, or a wall time that the zone skipped
 */
export function readTime(text: string, zone: string, line: number, after = Number.NEGATIVE_INFINITY): number {
  const wall = parse(text, line);
  const asUtc = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second, wall.millisecond);
  const back = new Date(asUtc);
  const exists = back.getUTCMonth() === wall.month - 1 && back.getUTCDate() === wall.day && back.getUTCHours() === wall.hour;
  if (!exists || wall.minute > 59 || wall.second > 59) malformed(line, `"${text.slice(0, 40)}" is no time`);
  if (wall.offset) return asUtc - offsetOf(wall.offset);
  const candidates = occurrences(asUtc, zone);
  if (candidates.length === 0) malformed(line, `${text} does not exist in ${zone}: the clocks were set forward`);
  return candidates.find((at) => at >= after) ?? (candidates[0] as number);
}

/** Every instant at which a clock in `zone` shows the wall time: none, one or two. */
function occurrences(asUtc: number, zone: string): number[] {
  // Offsets a day before and after bracket any change of the clocks in between.
  const offsets = new Set([asUtc - 86_400_000, asUtc + 86_400_000].map((at) => zoneOffset(at, zone)));
  return [...offsets]
    .map((offset) => asUtc - offset)
    .filter((at) => zoneOffset(at, zone) === asUtc - at)
    .sort((a, b) => a - b);
}

/** Zone's offset east of UTC at an instant, ms. */
export const zoneOffset = (at: number, zone: string): number => -new TZDate(at, zone).getTimezoneOffset() * 60_000;

function offsetOf(text: string): number {
  if (text.toUpperCase() === "Z") return 0;
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.slice(1).replace(":", "");
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000;
}

function parse(text: string, line: number): WallTime {
  const found = ISO.exec(text.trim());
  if (!found) malformed(line, `"${text.slice(0, 40)}" is no time (expected like 2026-02-11T14:10:17+00:00 or 2026-02-11 14:10)`);
  const number = (index: number) => Number(found[index] ?? "0");
  return {
    year: number(1),
    month: number(2),
    day: number(3),
    hour: number(4),
    minute: number(5),
    second: number(6),
    millisecond: Math.floor(Number(`0.${found[7] ?? "0"}`) * 1000),
    offset: found[8],
  };
}
