/** Half-open stretch of time, ms UTC: `from` belongs to it, `to` does not. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** The same stretches without overlap, in order; touching ones become one, empty ones vanish. */
export function union(intervals: readonly Interval[]): Interval[] {
  const out: { from: number; to: number }[] = [];
  for (const { from, to } of intervals.filter((it) => it.to > it.from).sort((a, b) => a.from - b.from)) {
    const last = out.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else out.push({ from, to });
  }
  return out;
}

/** Length of the union, ms: no moment counts twice. */
export const coveredFor = (intervals: readonly Interval[]): number => union(intervals).reduce((sum, it) => sum + it.to - it.from, 0);

/** Parts of `intervals` inside any of `windows`. */
export function within(intervals: readonly Interval[], windows: readonly Interval[]): Interval[] {
  const cut = (it: Interval, window: Interval): Interval => ({ from: Math.max(it.from, window.from), to: Math.min(it.to, window.to) });
  return union(intervals.flatMap((it) => windows.map((window) => cut(it, window))));
}
