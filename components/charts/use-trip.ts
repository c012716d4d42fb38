"use client";

import { type KeyboardEvent, type PointerEvent, useMemo, useRef, useState } from "react";
import { moments, nearestMoment } from "./lines";
import type { ChartData, ChartModel } from "./model";
import { type Layout, timeAt, type View } from "./scale";

const HOUR = 3_600_000;
/** Closer than this a drawing shows nothing more. */
const CLOSEST = HOUR / 2;
/** A pointer that moved less was a tap, px. */
const TAP = 6;

export type Range = "trip" | "violation" | "day";

export interface Trip {
  readonly view: View;
  /** Which button the view belongs to; null after a zoom by hand. */
  readonly range: Range | null;
  readonly ranges: readonly Range[];
  readonly at: number | null;
  /** The cross-hair stays, and what it tells can be followed. */
  readonly pinned: boolean;
  readonly drag: { readonly from: number; readonly to: number } | null;
  readonly choose: (range: Range) => void;
  readonly unpin: () => void;
  readonly keyDown: (event: KeyboardEvent) => void;
  readonly pointer: {
    readonly onPointerMove: (event: PointerEvent) => void;
    readonly onPointerDown: (event: PointerEvent) => void;
    readonly onPointerUp: (event: PointerEvent) => void;
    readonly onPointerLeave: () => void;
    readonly onPointerCancel: () => void;
    readonly onDoubleClick: () => void;
  };
}

function rangeView(model: ChartModel, range: Range): View {
  const whole = { from: model.from, to: model.to };
  const first = model.violations.map((it) => it.from).sort((a, b) => a - b)[0];
  if (range === "day") return { from: Math.max(model.from, model.to - 24 * HOUR), to: model.to };
  if (range === "trip" || first === undefined) return whole;
  const last = Math.max(...model.violations.map((it) => it.to));
  const margin = Math.max(2 * HOUR, (last - first) / 4);
  return { from: Math.max(model.from, first - margin), to: Math.min(model.to, last + margin) };
}

/** What is seen of the trip and what lies under the cross-hair, moved by mouse, touch and keyboard. */
export function useTrip(model: ChartModel, data: ChartData | null, layout: Layout | null): Trip {
  const [range, setRange] = useState<Range | null>("trip");
  const [zoomed, setZoomed] = useState<View | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const [pinned, setPinned] = useState(false);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const start = useRef<{ x: number; y: number; id: number } | null>(null);

  // While a button is pressed the view follows the trip as it grows; a zoom by hand stays where it is.
  const view = useMemo(() => (range === null && zoomed !== null ? zoomed : rangeView(model, range ?? "trip")), [range, zoomed, model]);
  const ranges: readonly Range[] = model.violations.length > 0 ? ["trip", "violation", "day"] : ["trip", "day"];
  const seen = useMemo(() => moments(data?.series ?? [], view.from, view.to), [data, view]);

  const choose = (next: Range): void => {
    setZoomed(null);
    setRange(next);
  };
  const zoom = (from: number, to: number): void => {
    const half = Math.max(CLOSEST, to - from) / 2;
    const middle = (from + to) / 2;
    const next = { from: Math.max(model.from, middle - half), to: Math.min(model.to, middle + half) };
    const whole = next.from <= model.from && next.to >= model.to;
    setRange(whole ? "trip" : null);
    setZoomed(whole ? null : next);
  };

  const momentAt = (event: PointerEvent): number | null => {
    if (!layout) return null;
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    return x < layout.left - 6 || x > layout.right + 6 ? null : nearestMoment(seen, timeAt(layout, view, x));
  };
  const positionOf = (event: PointerEvent): number => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    return layout ? Math.min(layout.right, Math.max(layout.left, x)) : x;
  };

  const endDrag = (event: PointerEvent): void => {
    const began = start.current;
    start.current = null;
    setDrag(null);
    if (!began || !layout) return;
    if (Math.abs(event.clientX - began.x) > TAP) {
      const other = began.x - event.currentTarget.getBoundingClientRect().left;
      const ends = [Math.min(layout.right, Math.max(layout.left, other)), positionOf(event)]
        .map((x) => timeAt(layout, view, x))
        .sort((a, b) => a - b);
      zoom(ends[0] ?? view.from, ends[1] ?? view.to);
      return;
    }
    const moment = momentAt(event);
    setPinned(moment !== null && !(pinned && moment === at));
    setAt(moment);
  };

  const pointer: Trip["pointer"] = {
    onPointerMove: (event) => {
      const began = start.current;
      if (began && Math.abs(event.clientX - began.x) > TAP) {
        const left = event.currentTarget.getBoundingClientRect().left;
        setDrag({ from: Math.max(layout?.left ?? 0, began.x - left), to: positionOf(event) });
      } else if (!pinned && event.pointerType === "mouse") setAt(momentAt(event));
    },
    onPointerDown: (event) => {
      if (event.button !== 0 || momentAt(event) === null) return;
      start.current = { x: event.clientX, y: event.clientY, id: event.pointerId };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerUp: endDrag,
    onPointerLeave: () => {
      if (!pinned && !start.current) setAt(null);
    },
    // The page took the touch for scrolling.
    onPointerCancel: () => {
      start.current = null;
      setDrag(null);
    },
    onDoubleClick: () => choose("trip"),
  };

  const show = (next: number): void => {
    setAt(next);
    const width = view.to - view.from;
    if (next < view.from || next > view.to) zoom(next - width / 2, next + width / 2);
  };
  /** Moves the cross-hair by readings; the view follows it. */
  const step = (by: number): void => {
    const all = moments(data?.series ?? [], model.from, model.to);
    const now = at === null ? -1 : all.indexOf(nearestMoment(all, at) ?? -1);
    const begin = all.indexOf(seen[0] ?? -1);
    const next = all[Math.min(all.length - 1, Math.max(0, at === null ? begin : now + by))];
    if (next !== undefined) show(next);
  };

  const keyDown = (event: KeyboardEvent): void => {
    const many = event.shiftKey ? 6 : 1;
    const middle = at ?? (view.from + view.to) / 2;
    const width = view.to - view.from;
    const actions: Readonly<Record<string, () => void>> = {
      ArrowRight: () => step(many),
      ArrowLeft: () => step(-many),
      Home: () => seen[0] !== undefined && show(seen[0]),
      End: () => seen.length > 0 && show(seen.at(-1) ?? view.to),
      "+": () => zoom(middle - width / 4, middle + width / 4),
      "=": () => zoom(middle - width / 4, middle + width / 4),
      "-": () => zoom(middle - width, middle + width),
      Enter: () => setPinned(at !== null),
      Escape: () => {
        setAt(null);
        setPinned(false);
        choose("trip");
      },
    };
    const action = actions[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  };

  return { view, range, ranges, at, pinned, drag, choose, unpin: () => setPinned(false), keyDown, pointer };
}
