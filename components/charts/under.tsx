"use client";

import { memo } from "react";
import { gapBox } from "./annotations";
import type { ChartModel } from "./model";
import { clampX, type Layout, overlaps, type View, xOf, yOf } from "./scale";
import type { TimeTick } from "./time-ticks";

interface UnderProps {
  readonly model: ChartModel;
  readonly layout: Layout;
  readonly view: View;
  readonly days: readonly TimeTick[];
}

/** What the lines run over: days, the wash of violations from where they began, hatching where nothing was measured. */
export const Under = memo(function Under({ model, layout, view, days }: UnderProps) {
  const { temperature, axis } = layout;
  return (
    <svg width={layout.width} height={layout.height} aria-hidden="true" className="absolute inset-0 overflow-visible">
      <defs>
        <pattern id="ws-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0v5" stroke="var(--gap)" strokeWidth="2.4" />
        </pattern>
      </defs>
      <Band model={model} layout={layout} />
      {days.map((it) => (
        <path key={it.at} d={`M${xOf(layout, view, it.at)} ${temperature.y}V${axis}`} stroke="var(--line)" />
      ))}
      {model.violations
        .filter((it) => overlaps(view, it.from, it.to + 1))
        .map((it) => {
          const from = clampX(layout, view, it.from);
          const width = Math.max(1.5, clampX(layout, view, it.to) - from);
          const key = `${it.sensor} ${it.from} ${it.title}`;
          return <rect key={key} x={from} y={temperature.y} width={width} height={axis - temperature.y} fill="var(--violation-wash)" />;
        })}
      {model.gaps
        .filter((it) => overlaps(view, it.from, it.to))
        .map((it) => {
          const box = gapBox(it, model, layout, view);
          return <rect key={`${it.sensor} ${it.from}`} {...box} fill="url(#ws-hatch)" />;
        })}
    </svg>
  );
});

/** Inside the profile; without a bound on one side it reaches to the edge. */
function Band({ model, layout }: Pick<UnderProps, "model" | "layout">) {
  const panel = layout.temperature;
  if (model.upper === null && model.lower === null) return null;
  const top = model.upper === null ? panel.y : yOf(panel, model.upper);
  const bottom = model.lower === null ? panel.y + panel.height : yOf(panel, model.lower);
  return <rect x={layout.left} y={top} width={layout.right - layout.left} height={Math.max(0, bottom - top)} fill="var(--band)" />;
}
