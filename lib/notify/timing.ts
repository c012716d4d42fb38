/**
 * When something is told: pure functions of the moment and of what the person chose. Clock times are the person's own; zones and their
 * daylight saving come from the platform's tz database.
 */

/** Minutes of the person's day, 0 to 1439. `quiet` runs from `from` up to, not including, `to`, over midnight if need be. */
export interface Timing {
  readonly zone: string;
  readonly quiet: { readonly from: number; readonly to: number } | null;
  readonly digest: number;
}

/** Quiet hours leave a third of the day, so that the next moment is never further than a night. */
export const MOST_QUIET = 16 * 60;

const MINUTE = 60_000;
const DAY_MINUTES = 1_440;
const DAY = DAY_MINUTES * MINUTE;

/**
 * The moment at which to tell, ms UTC, at or after `at`.
 * - grave: at once, whatever the hour;
 * - `now`: at once, or when the quiet hours that `at` falls into end;
 * - `digest`: the next digest, or the end of the quiet hours that it falls into.
 */
export function dueAt(at: number, pace: "now" | "digest", grave: boolean, timing: Timing): number {
  if (grave) return at;
  const wanted = pace === "now" ? at : nextMinute(at, timing.digest, timing.zone);
  const { quiet, zone } = timing;
  return quiet !== null && isQuiet(wanted, quiet, zone) ? nextMinute(wanted, quiet.to, zone) : wanted;
}

/** Whether the person's clock stands within the quiet hours. */
export function isQuiet(at: number, { from, to }: NonNullable<Timing["quiet"]>, zone: string): boolean {
  const minute = minuteOf(at, zone);
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}

/** Length of quiet hours in minutes; the same minute twice is none. */
export const quietLength = ({ from, to }: NonNullable<Timing["quiet"]>): number => (to - from + DAY_MINUTES) % DAY_MINUTES;

/** Minute of the day that a clock in `zone` shows. */
export const minuteOf = (at: number, zone: string): number => Math.floor(modulo(at + offsetOf(at, zone), DAY) / MINUTE);

/**
 * The first moment at or after `at` at which a clock in `zone` begins to show `minute`. Where the clock is put forward over it, the moment
 * after the jump that the old offset names; where it is put back, whichever of the two comes next.
 */
export function nextMinute(at: number, minute: number, zone: string): number {
  const today = Math.floor((at + offsetOf(at, zone)) / DAY) * DAY;
  for (let day = -1; day <= 2; day++) {
    const found = momentsOf(today + day * DAY + minute * MINUTE, zone).find((moment) => moment >= at);
    if (found !== undefined) return found;
  }
  throw new RangeError(`no clock in ${zone} shows minute ${minute} within two days`);
}

/** Moments at which a clock shows a wall time, in order: one, two where it is put back, and where it is put forward the one after the jump. */
function momentsOf(wall: number, zone: string): number[] {
  const offsets = [...new Set([offsetOf(wall - DAY, zone), offsetOf(wall + DAY, zone)])];
  const shown = offsets.map((offset) => wall - offset).filter((moment) => moment + offsetOf(moment, zone) === wall);
  if (shown.length > 0) return shown.sort((a, b) => a - b);
  return [Math.max(...offsets.map((offset) => wall - offset))];
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(zone, made);
  return made;
}

/** Offset of a zone from UTC, ms. @throws RangeError for a zone that does not exist */
function offsetOf(at: number, zone: string): number {
  const part = Object.fromEntries(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const wall = Date.UTC(part.year ?? 0, (part.month ?? 1) - 1, part.day, part.hour, part.minute, part.second);
  return wall - Math.floor(at / 1_000) * 1_000;
}

/** Whether the platform knows a zone by this name. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: zone });
    return zone.length <= 64;
  } catch {
    return false;
  }
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by;
