/** Where things stand in the drawing: one time axis for both panels, markers and lanes. Pixels. */

export interface Panel {
  readonly y: number;
  readonly height: number;
  readonly min: number;
  readonly max: number;
}

export interface Layout {
  readonly width: number;
  readonly narrow: boolean;
  readonly left: number;
  readonly right: number;
  readonly temperature: Panel;
  /** null when no sensor records humidity. */
  readonly humidity: Panel | null;
  /** The time axis. */
  readonly axis: number;
  /** Below the axis' labels. */
  readonly height: number;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

const TOP = 34;
const AXIS_ROOM = 30;

export function layout(width: number, temperature: Range, humidity: Range | null): Layout {
  const narrow = width < 620;
  const upper: Panel = { y: TOP, height: narrow ? 210 : 256, ...temperature };
  const under = upper.y + upper.height;
  const lower: Panel | null = humidity && { y: under + (narrow ? 46 : 30), height: narrow ? 72 : 84, ...humidity };
  const axis = lower ? lower.y + lower.height : under;
  return {
    width,
    narrow,
    left: narrow ? 34 : 156,
    right: width - (narrow ? 6 : 10),
    temperature: upper,
    humidity: lower,
    axis,
    height: axis + AXIS_ROOM,
  };
}

export interface View {
  readonly from: number;
  readonly to: number;
}

export const xOf = (it: Layout, view: View, at: number): number =>
  it.left + ((at - view.from) / (view.to - view.from)) * (it.right - it.left);
export const timeAt = (it: Layout, view: View, x: number): number =>
  view.from + ((x - it.left) / (it.right - it.left)) * (view.to - view.from);
export const yOf = (panel: Panel, value: number): number =>
  panel.y + panel.height - ((value - panel.min) / (panel.max - panel.min)) * panel.height;
export const clampX = (it: Layout, view: View, at: number): number => Math.min(it.right, Math.max(it.left, xOf(it, view, at)));
export const overlaps = (view: View, from: number, to: number): boolean => to > view.from && from < view.to;

const STEPS = [1, 2, 5];

/** A step of 1, 2 or 5 times a power of ten that makes at most `room` ticks. */
export function niceStep(span: number, room: number): number {
  for (let power = 1; power < 1e9; power *= 10) {
    const step = STEPS.find((it) => span / (it * power) <= room);
    if (step !== undefined) return step * power;
  }
  return span;
}

/** Room around the values and the bounds, so that labels and hatching have a place where no line runs. */
export function temperatureRange(values: readonly number[], bounds: readonly number[]): Range {
  const near = [...values, ...bounds];
  if (near.length === 0) return { min: 0, max: 10_000 };
  const lowest = near.reduce((a, b) => Math.min(a, b));
  const highest = near.reduce((a, b) => Math.max(a, b));
  const span = Math.max(2_000, highest - lowest);
  return { min: Math.floor((lowest - span * 0.24) / 500) * 500, max: Math.ceil((highest + span * 0.12) / 500) * 500 };
}

/** Humidity in whole tens, never wider than 0 to 100 %. */
export function humidityRange(values: readonly number[]): Range | null {
  if (values.length === 0) return null;
  const lowest = values.reduce((a, b) => Math.min(a, b));
  const highest = values.reduce((a, b) => Math.max(a, b));
  const min = Math.max(0, Math.floor((lowest - 50) / 100) * 100);
  return { min, max: Math.min(1_000, Math.max(min + 200, Math.ceil((highest + 50) / 100) * 100)) };
}

/**
 * Ticks of the temperature axis: the profile's bounds always, quiet round numbers between them where they do not touch a bound.
 * @param unit "F" sets round numbers of Fahrenheit
 */
export function temperatureTicks(
  { min, max, height }: Panel,
  bounds: readonly number[],
  unit: "C" | "F",
): { value: number; bound: boolean }[] {
  const toUnit = (milli: number): number => (unit === "F" ? (milli * 9) / 5 + 32_000 : milli);
  const fromUnit = (value: number): number => (unit === "F" ? Math.round(((value - 32_000) * 5) / 9) : value);
  const step = niceStep(toUnit(max) - toUnit(min), Math.floor(height / 40));
  const apart = ((max - min) / height) * 14;
  const out = bounds.filter((it) => it >= min && it <= max).map((value) => ({ value, bound: true }));
  for (let value = Math.ceil(toUnit(min) / step) * step + 0; value <= toUnit(max); value += step) {
    const milli = fromUnit(value);
    if (bounds.every((it) => Math.abs(it - milli) >= apart)) out.push({ value: milli, bound: false });
  }
  return out.sort((a, b) => a.value - b.value);
}

export function humidityTicks({ min, max }: Panel): number[] {
  const middle = Math.round((min + max) / 200) * 100;
  return [...new Set([min, middle, max])];
}
