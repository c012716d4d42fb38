import { NBSP } from "./numbers";

/**
 * Times in the reader's zone. The language is fixed, so that server and browser set the same words; only the zone is the reader's.
 * Every formatter is made once per zone: making one costs a hundred times what using it costs.
 */
const LOCALE = "en-GB";

const PARTS = {
  clock: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  seconds: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  day: { day: "numeric", month: "short" },
  weekday: { weekday: "short", day: "numeric", month: "short" },
  date: { day: "numeric", month: "short", year: "numeric" },
  full: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
  zone: { hour: "2-digit", timeZoneName: "short" },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(part: keyof typeof PARTS, zone: string): Intl.DateTimeFormat {
  const key = `${part} ${zone}`;
  const known = formatters.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(LOCALE, { ...PARTS[part], timeZone: zone });
  formatters.set(key, made);
  return made;
}

const set = (part: keyof typeof PARTS, at: number, zone: string) =>
  formatter(part, zone).format(at).replace(/,/g, "").replace("Sept", "Sep");

/** Whether a name is an IANA zone that this engine knows. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat(LOCALE, { timeZone: zone });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** "11:24" */
export const clock = (at: number, zone: string): string => set("clock", at, zone);
/** "11:24:07" */
export const clockSeconds = (at: number, zone: string): string => set("seconds", at, zone);
/** "20 Nov" */
export const day = (at: number, zone: string): string => set("day", at, zone);
/** "Fri 20 Nov" */
export const weekday = (at: number, zone: string): string => set("weekday", at, zone);
/** "20 Nov 2026" */
export const date = (at: number, zone: string): string => set("date", at, zone);
/** "Fri 20 Nov 2026" */
export const fullDate = (at: number, zone: string): string => set("full", at, zone);

/** "CET", "GMT+2", "UTC": what the zone is called at that moment, daylight saving included. */
export function zoneName(at: number, zone: string): string {
  const part = formatter("zone", zone)
    .formatToParts(at)
    .find(({ type }) => type === "timeZoneName");
  return part?.value ?? zone;
}

export const isUtc = (at: number, zone: string): boolean => zoneName(at, zone) === "UTC";

/** "Fri 20 Nov, 11:24"; with the year when it is not this year's. */
export function dayAndClock(at: number, zone: string, now: number): string {
  const sameYear = date(at, zone).slice(-4) === date(now, zone).slice(-4);
  return `${sameYear ? weekday(at, zone) : date(at, zone)}, ${clock(at, zone)}`;
}

/** The shortest that is clear on its own: "11:24" today, "Fri 20 Nov, 11:24" this year, else with the year. */
export function moment(at: number, zone: string, now: number): string {
  return date(at, zone) === date(now, zone) ? clock(at, zone) : dayAndClock(at, zone, now);
}

/** "10:24 UTC", with the day where it differs from the reader's: "19 Nov, 23:00 UTC". */
export function utcBeside(at: number, zone: string): string {
  const other = day(at, zone) === day(at, "UTC") ? "" : `${day(at, "UTC")}, `;
  return `${other}${clock(at, "UTC")}${NBSP}UTC`;
}

/** For titles and print: "Fri 20 Nov 2026, 11:24:07 CET (10:24:07 UTC)". */
export function exactTime(at: number, zone: string): string {
  const name = zoneName(at, zone);
  const local = `${fullDate(at, zone)}, ${clockSeconds(at, zone)}${NBSP}${name}`;
  if (name === "UTC") return local;
  const utcDay = day(at, zone) === day(at, "UTC") ? "" : `${day(at, "UTC")}, `;
  return `${local} (${utcDay}${clockSeconds(at, "UTC")}${NBSP}UTC)`;
}
