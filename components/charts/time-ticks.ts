/** Ticks of the time axis in a zone: whole hours and midnights of the reader's day, right also where clocks change. */
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export interface TimeTick {
  readonly at: number;
  readonly midnight: boolean;
  /** What the wall clock shows, ms since its midnight. */
  readonly clock: number;
}

const formatters = new Map<string, Intl.DateTimeFormat>();
function formatter(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known) return known;
  const options = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" } as const;
  const made = new Intl.DateTimeFormat("en-GB", { ...options, hourCycle: "h23", timeZone: zone });
  formatters.set(zone, made);
  return made;
}

/** What the wall clock shows, written as if it were UTC, ms. */
export function wallClock(at: number, zone: string): number {
  const part = Object.fromEntries(
    formatter(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  return Date.UTC(part.year ?? 0, (part.month ?? 1) - 1, part.day, part.hour, part.minute, part.second);
}

/** The moment at which the wall clock shows `wall`; undefined when it never does (clocks went forward over it). */
function momentOf(wall: number, zone: string): number | undefined {
  let at = wall - (wallClock(wall, zone) - wall);
  at -= wallClock(at, zone) - wall;
  return wallClock(at, zone) === wall ? at : undefined;
}

/** Hours between ticks so that they stay quiet. */
function stepFor(span: number, widest: number): number {
  const steps = [1, 3, 6, 12, 24, 48, 96, 168, 336, 720, 1440, 2880];
  return (steps.find((hours) => span / (hours * HOUR) <= widest) ?? 8760) * HOUR;
}

/** @param room how many ticks fit */
export function timeTicks(from: number, to: number, zone: string, room: number): TimeTick[] {
  const step = to - from < 3 * HOUR ? minuteStep(to - from, room) : stepFor(to - from, Math.max(2, room));
  const out: TimeTick[] = [];
  const start = wallClock(from, zone) - DAY;
  for (let wall = Math.ceil(start / step) * step; wall <= wallClock(to, zone) + DAY; wall += step) {
    const at = momentOf(wall, zone);
    if (at !== undefined && at >= from && at <= to) out.push({ at, midnight: wall % DAY === 0, clock: wall % DAY });
  }
  return out;
}

function minuteStep(span: number, room: number): number {
  const minutes = [1, 5, 10, 15, 30, 60].find((it) => span / (it * 60_000) <= Math.max(2, room)) ?? 60;
  return minutes * 60_000;
}

/**
 * Ticks whose labels do not touch: every midnight that fits, and of the hours the finest regular choice (each, every second, every fourth …) of
 * which all fit; none rather than a ragged few.
 * @param widthOf label's width, px
 */
export function labelled(ticks: readonly TimeTick[], x: (at: number) => number, widthOf: (tick: TimeTick) => number): TimeTick[] {
  const days = spaced(
    ticks.filter((it) => it.midnight),
    x,
    widthOf,
  );
  const hours = ticks.filter((it) => !it.midnight);
  const step = Math.min(...hours.slice(1).map((it, i) => it.at - (hours[i]?.at ?? 0)), HOUR * 12);
  for (const times of [1, 2, 3, 4, 6, 12, 24]) {
    const chosen = [...days, ...hours.filter((it) => it.clock % (step * times) === 0)].sort((a, b) => a.at - b.at);
    if (spaced(chosen, x, widthOf).length === chosen.length) return chosen;
  }
  return days;
}

/** Drops each tick whose label would touch the one kept before it. */
function spaced(ticks: readonly TimeTick[], x: (at: number) => number, widthOf: (tick: TimeTick) => number): TimeTick[] {
  let free = Number.NEGATIVE_INFINITY;
  return ticks.filter((tick) => {
    const half = widthOf(tick) / 2 + 5;
    if (x(tick.at) - half < free) return false;
    free = x(tick.at) + half;
    return true;
  });
}
