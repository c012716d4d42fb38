/** Lines of the drawing: where they break, where they are red, and what lies under the cross-hair. */
import type { ChartPoint, ChartSeries, ChartViolation } from "./model";

export interface LinePoint {
  readonly at: number;
  /** null breaks the line. */
  readonly value: number | null;
}

/** One quantity of one sensor, broken where nothing was measured for longer than the profile allows. */
export function brokenLine(points: readonly ChartPoint[], noData: number, quantity: (point: ChartPoint) => number | null): LinePoint[] {
  const out: LinePoint[] = [];
  let last: number | null = null;
  for (const point of points) {
    if (last !== null && point[0] - last > noData) out.push({ at: last + 1, value: null });
    out.push({ at: point[0], value: quantity(point) });
    last = point[0];
  }
  return out;
}

const isOut = (value: number, { direction, bound }: ChartViolation): boolean => (direction === "above" ? value >= bound : value <= bound);

/**
 * The part of a line that is in violation: every reading out of bounds from where the violation began, and the moments at which the straight line
 * between two readings crosses the bound.
 */
export function violatedLine(line: readonly LinePoint[], violation: ChartViolation): LinePoint[] {
  const out: LinePoint[] = [];
  let last: LinePoint | undefined;
  for (const point of line.filter((it) => it.at >= violation.from && it.at <= violation.to)) {
    const { value } = point;
    const now = value !== null && isOut(value, violation);
    const before = last !== undefined && last.value !== null && isOut(last.value, violation);
    if (now !== before && last !== undefined && last.value !== null && value !== null)
      out.push({ at: crossing(last.at, last.value, point.at, value, violation.bound), value: violation.bound });
    if (now) out.push(point);
    else if (before) out.push({ at: point.at, value: null });
    last = point;
  }
  return out;
}

function crossing(fromAt: number, from: number, toAt: number, to: number, bound: number): number {
  return from === to ? fromAt : Math.round(fromAt + ((bound - from) / (to - from)) * (toAt - fromAt));
}

/** The reading nearest to a moment, or undefined when none is within `tolerance` ms. Binary search. */
export function nearest(points: readonly ChartPoint[], at: number, tolerance: number): ChartPoint | undefined {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.[0] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  const candidates = [points[low - 1], points[low]].filter((it) => it !== undefined);
  const best = candidates.sort((a, b) => Math.abs(a[0] - at) - Math.abs(b[0] - at))[0];
  return best && Math.abs(best[0] - at) <= tolerance ? best : undefined;
}

/** Usual distance of two readings, ms: the median, so that gaps do not stretch it. */
export function usualStep(points: readonly ChartPoint[]): number {
  const steps = points
    .slice(1)
    .map((it, i) => it[0] - (points[i]?.[0] ?? 0))
    .sort((a, b) => a - b);
  return steps[steps.length >> 1] ?? 60_000;
}

/** Every moment at which some sensor has a reading, for stepping by keyboard and snapping by pointer. */
export function moments(series: readonly ChartSeries[], from: number, to: number): number[] {
  const all = series.flatMap((it) => it.points.map((point) => point[0])).filter((at) => at >= from && at <= to);
  return [...new Set(all)].sort((a, b) => a - b);
}

export function nearestMoment(all: readonly number[], at: number): number | null {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((all[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  const before = all[low - 1];
  const after = all[low];
  if (before === undefined) return after ?? null;
  if (after === undefined) return before;
  return at - before <= after - at ? before : after;
}
