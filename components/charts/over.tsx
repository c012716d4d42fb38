"use client";

import { memo } from "react";
import { ICONS } from "@/components/ui/icons";
import { type PlacedWords, placeWords } from "./annotations";
import { nearest } from "./lines";
import type { ChartData, ChartModel, ChartPoint } from "./model";
import { spread } from "./place";
import { clampX, type Layout, overlaps, type Panel, type View, xOf, yOf } from "./scale";
import { seriesColour } from "./series-tone";

interface OverProps {
  readonly model: ChartModel;
  readonly data: ChartData;
  readonly layout: Layout;
  readonly view: View;
}

const HALO: Readonly<Record<PlacedWords["kind"], string>> = { gap: "var(--surface)", band: "var(--band)", violation: "none" };
const FIRST: Readonly<Record<PlacedWords["kind"], { readonly fill: string; readonly fontWeight: number }>> = {
  violation: { fill: "var(--violation-text)", fontWeight: 620 },
  band: { fill: "var(--kept-text)", fontWeight: 550 },
  gap: { fill: "var(--text-2)", fontWeight: 400 },
};

function Words({ words, halo }: { readonly words: PlacedWords; readonly halo: string }) {
  return (
    <g paintOrder="stroke" stroke={halo} strokeWidth={4} strokeLinejoin="round">
      {words.lines.map((line, i) => (
        <text key={line} x={words.x} y={words.y + i * 16} textAnchor={words.anchor} {...(i === 0 ? FIRST[words.kind] : FIRST.gap)}>
          {line}
        </text>
      ))}
    </g>
  );
}

/** Edge where a violation began, roof over its length, notch where the ledger found it. */
function Violations({ model, layout, view }: Omit<OverProps, "data">) {
  const { temperature, axis } = layout;
  return model.violations
    .filter((it) => overlaps(view, it.from, it.to + 1))
    .map((it) => {
      const from = clampX(layout, view, it.from);
      const to = Math.max(from + 1.5, clampX(layout, view, it.to));
      const found = xOf(layout, view, it.found);
      const notch = it.found >= view.from && it.found <= view.to ? `M${found} ${temperature.y}v7` : "";
      const edge = it.from >= view.from ? `M${from} ${temperature.y}V${axis}` : "";
      return (
        <path
          key={`${it.sensor} ${it.from} ${it.title}`}
          d={`${edge}M${from} ${temperature.y + 0.75}H${to}${notch}`}
          fill="none"
          stroke="var(--violation-chart)"
          strokeWidth="1.5"
        />
      );
    });
}

/** Open circles where a line stops and where it goes on: it is not joined. */
function GapEnds({ model, data, layout, view }: OverProps) {
  return model.gaps
    .filter((it) => overlaps(view, it.from, it.to))
    .flatMap((it) => {
      const points = data.series.find(({ sensor }) => sensor === it.sensor)?.points ?? [];
      const series = model.sensors.find(({ id }) => id === it.sensor)?.series ?? 0;
      return [it.from, it.to].flatMap((at) => {
        const point = nearest(points, at, 1_000);
        if (!point || at < view.from || at > view.to) return [];
        return dots(layout, point).map(({ panel, value }) => (
          <circle
            key={`${it.sensor} ${at} ${panel.y}`}
            cx={xOf(layout, view, at)}
            cy={yOf(panel, value)}
            r={2.6}
            fill="var(--surface)"
            stroke={seriesColour(series)}
            strokeWidth="1.5"
          />
        ));
      });
    });
}

/** A reading's places in the panels. */
export function dots(layout: Layout, [, temperature, humidity]: ChartPoint): { panel: Panel; value: number }[] {
  const out = [{ panel: layout.temperature, value: temperature }];
  if (humidity !== null && layout.humidity) out.push({ panel: layout.humidity, value: humidity });
  return out;
}

function Marks({ model, layout, view }: Omit<OverProps, "data">) {
  const seen = model.marks.filter((it) => it.at >= view.from && it.at <= view.to);
  const wanted = seen.map((it) => xOf(layout, view, it.at));
  const at = spread(wanted, 24, layout.left + 8, layout.right - 8);
  return seen.map((it, i) => {
    const x = wanted[i] ?? 0;
    const cx = at[i] ?? 0;
    return (
      <g key={`${it.at} ${it.name}`}>
        <path d={`M${cx} 21L${x} 31V${layout.axis}`} fill="none" stroke="var(--line-strong)" strokeOpacity=".75" strokeDasharray="2 3" />
        <title>{it.name}</title>
        <circle cx={cx} cy={11} r={10} fill="var(--surface)" stroke="var(--line-strong)" strokeOpacity=".7" />
        <svg
          x={cx - 6.5}
          y={4.5}
          width={13}
          height={13}
          viewBox="0 0 20 20"
          fill="none"
          stroke="var(--text-2)"
          strokeWidth="2"
          strokeLinecap="round"
          strokeLinejoin="round"
          aria-hidden="true"
          // biome-ignore lint/security/noDangerouslySetInnerHtml: constant paths of this repository
          dangerouslySetInnerHTML={{ __html: ICONS[it.icon] }}
        />
      </g>
    );
  });
}

/** What stands over the lines. It lets the pointer through to the drawing. */
export const Over = memo(function Over({ model, data, layout, view }: OverProps) {
  const words = placeWords(model, data.series, layout, view);
  return (
    <svg
      width={layout.width}
      height={layout.height}
      role="img"
      aria-label={model.summary}
      className="absolute inset-0 overflow-visible text-caption"
    >
      <Violations model={model} layout={layout} view={view} />
      <GapEnds model={model} data={data} layout={layout} view={view} />
      {words.map((it) => (
        <Words key={it.key} words={it} halo={HALO[it.kind]} />
      ))}
      {data.series.every((it) => it.points.length === 0) && (
        <text
          x={(layout.left + layout.right) / 2}
          y={layout.temperature.y + layout.temperature.height / 2}
          textAnchor="middle"
          fill="var(--text-2)"
        >
          No reading has reached the ledger yet
        </text>
      )}
      <Marks model={model} layout={layout} view={view} />
    </svg>
  );
});
