"use client";

import { formatAgo, formatDuration } from "./duration";
import { NBSP } from "./numbers";
import { useReader } from "./reader";
import { decimalsBeside, temperatureFigure, UNIT_SIGN } from "./temperature";
import { clock, clockSeconds, date, dayAndClock, exactTime, isUtc, moment, utcBeside, weekday, zoneName } from "./time";

interface TemperatureProps {
  /** milli-°C */
  readonly milli: number;
  readonly decimals?: number;
  /** Given: one decimal, and more where rounding would carry the reading across one of these bounds. */
  readonly bounds?: readonly (number | null)[];
}

/** A temperature with its unit smaller and quieter than the figure; without `decimals` or `bounds` exactly as it was measured. */
export function Temperature({ milli, decimals, bounds }: TemperatureProps) {
  const { unit } = useReader();
  const places = bounds ? decimalsBeside(milli, bounds, unit) : decimals;
  return (
    <span className="num whitespace-nowrap">
      {temperatureFigure(milli, places === undefined ? { unit } : { unit, decimals: places })}
      <span className="text-[0.9em] text-quiet">
        {NBSP}
        {UNIT_SIGN[unit]}
      </span>
    </span>
  );
}

interface TimeProps {
  /** ms UTC */
  readonly at: number;
  /**
   * `moment` the shortest that is clear; `clock` hours and minutes; `date`; `day` with the clock, `seconds` to the second; `full` day and
   * clock with its zone and UTC beside it.
   */
  readonly as?: "moment" | "clock" | "date" | "day" | "seconds" | "full";
}

/** A time in the reader's zone; UTC stands beside it or one hover, one focus, one print away. */
export function Time({ at, as = "moment" }: TimeProps) {
  const { zone, now } = useReader();
  return (
    <time dateTime={new Date(at).toISOString()} title={exactTime(at, zone)} className={as === "full" ? "" : "whitespace-nowrap"}>
      {as === "full" ? <FullTime at={at} zone={zone} now={now} /> : WORDS[as](at, zone, now)}
    </time>
  );
}

const WORDS = {
  moment,
  clock,
  date,
  day: dayAndClock,
  seconds: (at, zone) => `${weekday(at, zone)}, ${clockSeconds(at, zone)}`,
} as const satisfies Record<string, (at: number, zone: string, now: number) => string>;

function FullTime({ at, zone, now }: { readonly at: number; readonly zone: string; readonly now: number }) {
  return (
    <>
      <span className="whitespace-nowrap">
        {dayAndClock(at, zone, now)} {zoneName(at, zone)}
      </span>
      {!isUtc(at, zone) && <span className="whitespace-nowrap text-quiet"> ({utcBeside(at, zone)})</span>}
    </>
  );
}

/** "3 min ago", moving on by itself; the time itself in the title. */
export function Ago({ at }: { readonly at: number }) {
  const { zone, now } = useReader();
  return (
    <time dateTime={new Date(at).toISOString()} title={exactTime(at, zone)} className="whitespace-nowrap">
      {formatAgo(now - at)}
    </time>
  );
}

/** How long something has lasted that still lasts: "42 min". */
export function Elapsed({ since }: { readonly since: number }) {
  const { now } = useReader();
  return <span className="num whitespace-nowrap">{formatDuration(now - since)}</span>;
}
