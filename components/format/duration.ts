import { NBSP } from "./numbers";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * A duration in words, two units at most, rounded down so that nothing is said to have lasted longer than it did:
 * "42 s", "42 min", "5 h 10 min", "2 d 7 h".
 * @param milliseconds not negative
 */
export function formatDuration(milliseconds: number): string {
  const value = Math.max(0, Math.floor(milliseconds));
  if (value < SECOND) return value === 0 ? `0${NBSP}s` : `under 1${NBSP}s`;
  if (value < MINUTE) return `${Math.floor(value / SECOND)}${NBSP}s`;
  if (value < HOUR) return `${Math.floor(value / MINUTE)}${NBSP}min`;
  if (value < DAY) return pair(value, HOUR, "h", MINUTE, "min", true);
  return pair(value, DAY, "d", HOUR, "h", false);
}

function pair(value: number, big: number, bigUnit: string, small: number, smallUnit: string, pad: boolean): string {
  const head = `${Math.floor(value / big)}${NBSP}${bigUnit}`;
  const rest = Math.floor((value % big) / small);
  if (rest === 0) return head;
  return `${head} ${pad && rest < 10 ? `0${rest}` : rest}${NBSP}${smallUnit}`;
}

/** Age of something in one unit, for columns: "1 min ago", "3 h ago", "just now". */
export function formatAgo(milliseconds: number): string {
  const value = Math.max(0, milliseconds);
  if (value < 10 * SECOND) return "just now";
  if (value < MINUTE) return `${Math.floor(value / SECOND)}${NBSP}s ago`;
  if (value < HOUR) return `${Math.floor(value / MINUTE)}${NBSP}min ago`;
  if (value < 2 * DAY) return `${Math.floor(value / HOUR)}${NBSP}h ago`;
  return `${Math.floor(value / DAY)}${NBSP}d ago`;
}

/** Distance to a date in the words of a reminder: "today", "in 14 days", "in 3 months", "2 days ago". */
export function formatUntil(at: number, now: number): string {
  const days = Math.floor(Math.abs(at - now) / DAY);
  if (at < now) return days === 0 ? "ended" : `${days}${NBSP}${days === 1 ? "day" : "days"} ago`;
  if (days === 0) return "today";
  if (days === 1) return `in 1${NBSP}day`;
  if (days < 60) return `in ${days}${NBSP}days`;
  return `in ${Math.floor(days / 30.44)}${NBSP}months`;
}
