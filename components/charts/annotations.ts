/** Where the words of violations and gaps stand in the drawing. */
import { brokenLine } from "./lines";
import type { ChartGap, ChartModel, ChartSeries, ChartViolation } from "./model";
import { type Box, type Dot, firstFree, wordsWidth } from "./place";
import { clampX, type Layout, overlaps, type View, xOf, yOf } from "./scale";

const LEAD = 16;

export interface PlacedWords {
  readonly key: string;
  readonly x: number;
  readonly y: number;
  readonly anchor: "start" | "end";
  readonly lines: readonly string[];
  readonly kind: "violation" | "gap" | "band";
}

interface Candidate extends Box {
  readonly words: PlacedWords;
}

/** The panel's lines in pixels, as far as they are seen. */
export function pixelLines(series: readonly ChartSeries[], noData: number, layout: Layout, view: View): (Dot | null)[][] {
  const panel = layout.temperature;
  return series.map((it) =>
    brokenLine(it.points, noData, (point) => point[1]).map(({ at, value }) =>
      value === null || at < view.from - (view.to - view.from) || at > view.to + (view.to - view.from)
        ? null
        : { x: xOf(layout, view, at), y: yOf(panel, value) },
    ),
  );
}

function candidate(words: Omit<PlacedWords, "x" | "y">, edge: number, top: number): Candidate {
  const width = Math.max(...words.lines.map((it, i) => wordsWidth(it, i === 0 && words.kind !== "gap")));
  const box = { x: words.anchor === "start" ? edge : edge - width, y: top, width, height: words.lines.length * LEAD };
  return { ...box, words: { ...words, x: edge, y: top + 12 } };
}

/** Beside a violation or inside a wide one; with fewer words where there is less room. */
function violationCandidates(it: ChartViolation, index: number, layout: Layout, view: View): Candidate[] {
  const { y, height } = layout.temperature;
  const from = clampX(layout, view, it.from);
  const to = clampX(layout, view, it.to);
  const all = [it.title, ...it.lines];
  const counts = layout.narrow ? [2, 1] : [3, 2, 1];
  const tops = [y + 2, y + height * 0.3, y + height * 0.55, y + height - 3 * LEAD - 2, y + height - 2 * LEAD - 2, y + height - LEAD - 2];
  return counts.flatMap((count) =>
    tops.flatMap((top) => {
      const words = { key: `violation ${index}`, kind: "violation" as const, lines: all.slice(0, count) };
      return [
        candidate({ ...words, anchor: "start" }, to + 8, top),
        candidate({ ...words, anchor: "end" }, from - 8, top),
        ...(to - from > 120 ? [candidate({ ...words, anchor: "start" }, from + 8, top)] : []),
      ];
    }),
  );
}

function gapCandidates(it: ChartGap, index: number, layout: Layout, view: View): Candidate[] {
  const { y, height } = layout.temperature;
  const from = clampX(layout, view, it.from);
  const to = clampX(layout, view, it.to);
  const forms = [...(layout.narrow ? [] : [it.words]), [it.short], ["no reading"]];
  return forms.flatMap((lines) => {
    const top = y + height - lines.length * LEAD - 2;
    const words = { key: `gap ${index}`, kind: "gap" as const, lines };
    return [candidate({ ...words, anchor: "end" }, from - 8, top), candidate({ ...words, anchor: "start" }, to + 8, top)];
  });
}

/** Hatching of a gap: below the profile's band, where no line of a kept shipment runs. */
export function gapBox(it: ChartGap, model: ChartModel, layout: Layout, view: View): Box {
  const panel = layout.temperature;
  const from = clampX(layout, view, it.from);
  const floor = panel.y + panel.height;
  const band = model.lower === null ? floor - 40 : yOf(panel, model.lower) + 12;
  const top = Math.min(Math.max(band, floor - 44), floor - 18);
  return { x: from, y: top, width: Math.max(2, clampX(layout, view, it.to) - from), height: floor - top };
}

/** Violations that overlap or nearly touch on the screen share one label: the longest speaks, and says how many they are. */
export function clusters(violations: readonly ChartViolation[], near: number): ChartViolation[] {
  const groups: { to: number; own: ChartViolation[] }[] = [];
  for (const it of [...violations].sort((a, b) => a.from - b.from)) {
    const last = groups.at(-1);
    if (last && it.from <= last.to + near) {
      last.own.push(it);
      last.to = Math.max(last.to, it.to);
    } else groups.push({ to: it.to, own: [it] });
  }
  return groups.flatMap(({ to, own }) => {
    const longest = [...own].sort((a, b) => b.to - b.from - (a.to - a.from))[0];
    const first = own[0];
    if (!longest || !first) return [];
    return own.length === 1 ? [longest] : [{ ...longest, from: first.from, to, title: `${own.length} violations` }];
  });
}

/** Words that have room, longest violations first; what finds none is still told by cross-hair, timeline and verdict. */
export function placeWords(model: ChartModel, series: readonly ChartSeries[], layout: Layout, view: View): PlacedWords[] {
  const panel = layout.temperature;
  const inside = { x: layout.left + 2, y: panel.y, width: layout.right - layout.left - 2, height: panel.height };
  const seen = model.violations.filter((it) => overlaps(view, it.from, it.to + 1));
  const gaps = model.gaps.filter((it) => overlaps(view, it.from, it.to));
  const lines = [...pixelLines(series, model.noData, layout, view), ...straightLines(model, seen, layout, view)];
  const taken: Box[] = gaps.map((it) => gapBox(it, model, layout, view));
  const told = clusters(seen, (view.to - view.from) * 0.03).sort((a, b) => b.to - b.from - (a.to - a.from));
  const wanted = [
    bandCandidates(model, layout),
    ...told.map((it, index) => violationCandidates(it, index, layout, view)),
    ...gaps.filter((it) => it.short !== "").map((it, index) => gapCandidates(it, index, layout, view)),
  ];
  const out: PlacedWords[] = [];
  for (const candidates of wanted) {
    const found = firstFree(candidates, inside, taken, lines);
    if (!found) continue;
    taken.push(found);
    out.push(found.words);
  }
  return out;
}

/** Bounds of the profile and edges of violations are lines too. */
function straightLines(model: ChartModel, seen: readonly ChartViolation[], layout: Layout, view: View): Dot[][] {
  const panel = layout.temperature;
  const bounds = model.bounds
    .map((it) => yOf(panel, it))
    .map((y) => [
      { x: layout.left, y },
      { x: layout.right, y },
    ]);
  const edges = seen
    .map((it) => clampX(layout, view, it.from))
    .map((x) => [
      { x, y: panel.y },
      { x, y: panel.y + panel.height },
    ]);
  return [...bounds, ...edges];
}

/** The band's own name: inside it, at the left or the right, where no line runs. */
function bandCandidates(model: ChartModel, layout: Layout): Candidate[] {
  if (model.upper === null && model.lower === null) return [];
  const panel = layout.temperature;
  const bottom = (model.lower === null ? panel.y + panel.height : yOf(panel, model.lower)) - LEAD - 3;
  const top = (model.upper === null ? panel.y : yOf(panel, model.upper)) + 2;
  const words = { key: "band", kind: "band" as const, lines: [model.band] };
  const right = layout.right - 8;
  return [bottom, top].flatMap((y) => [
    candidate({ ...words, anchor: "start" }, layout.left + 8, y),
    candidate({ ...words, anchor: "end" }, right, y),
  ]);
}
