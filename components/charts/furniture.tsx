"use client";

import type { ChartData, ChartModel } from "./model";
import { dots } from "./over";
import { type Layout, xOf, yOf } from "./scale";
import { seriesColour, seriesDash } from "./series-tone";
import { under } from "./tip";
import type { Trip } from "./use-trip";

/** Names of the panels: in the gutter at a desk, above the panel in the hand. */
export function Heads({ model, layout, unit }: { readonly model: ChartModel; readonly layout: Layout; readonly unit: string }) {
  const { temperature, humidity, narrow, right } = layout;
  return (
    <svg
      width={layout.width}
      height={layout.height}
      aria-hidden="true"
      className="pointer-events-none absolute inset-0 overflow-visible text-caption"
    >
      {narrow ? (
        humidity && (
          <>
            <text x={0} y={humidity.y - 14} fill="var(--text)" fontWeight={620} stroke="var(--surface)" strokeWidth={4} paintOrder="stroke">
              Humidity, %RH
            </text>
            <text
              x={right}
              y={humidity.y - 14}
              textAnchor="end"
              fill="var(--text-3)"
              stroke="var(--surface)"
              strokeWidth={4}
              paintOrder="stroke"
            >
              recorded, no rule
            </text>
          </>
        )
      ) : (
        <>
          <Head y={temperature.y} words={["Temperature", `${unit}${model.uncertainty ? `, ${model.uncertainty}` : ""}`]} />
          {model.sensors.map((it, i) => {
            const y = temperature.y + 60 + i * 34;
            return (
              <g key={it.id}>
                <path
                  d={`M0 ${y - 4}h14`}
                  stroke={seriesColour(it.series)}
                  strokeDasharray={seriesDash(it.series)}
                  strokeWidth={2.4}
                  strokeLinecap="round"
                />
                <text x={20} y={y} fill="var(--text)" fontWeight={550}>
                  {it.id}
                </text>
                <text x={20} y={y + 15} fill="var(--text-3)">
                  {it.place.length > 18 ? `${it.place.slice(0, 17)}…` : it.place}
                </text>
              </g>
            );
          })}
          {humidity && <Head y={humidity.y} words={["Humidity", "%RH", "recorded, no rule"]} />}
        </>
      )}
    </svg>
  );
}

function Head({ y, words }: { readonly y: number; readonly words: readonly string[] }) {
  return words.map((it, i) => (
    <text key={it} x={0} y={y + 10 + i * 16} fill={i === 0 ? "var(--text)" : "var(--text-3)"} fontWeight={i === 0 ? 620 : 400}>
      {it}
    </text>
  ));
}

export function Legend({ model }: { readonly model: ChartModel }) {
  return (
    <p className="flex flex-wrap gap-x-5 gap-y-1 px-4 pb-3 text-caption text-quiet">
      {model.sensors.map((it) => (
        <span key={it.id} className="flex items-center gap-1.5">
          <svg width="14" height="4" aria-hidden="true">
            <path
              d="M1 2h12"
              stroke={seriesColour(it.series)}
              strokeDasharray={seriesDash(it.series)}
              strokeWidth={3}
              strokeLinecap="round"
            />
          </svg>
          <b className="text-ink">{it.id}</b> {it.place}
        </span>
      ))}
    </p>
  );
}

interface CrossHairProps {
  readonly model: ChartModel;
  readonly data: ChartData;
  readonly layout: Layout;
  readonly trip: Trip;
}

/** One line through drawing and lanes, a dot on each reading; or the stretch that is being chosen. */
export function CrossHair({ model, data, layout, trip }: CrossHairProps) {
  const { at, drag, view } = trip;
  const { temperature, axis } = layout;
  const shown = at !== null && at >= view.from && at <= view.to ? at : null;
  return (
    <svg width={layout.width} height="100%" aria-hidden="true" className="pointer-events-none absolute inset-0 overflow-visible">
      {drag && (
        <rect
          x={Math.min(drag.from, drag.to)}
          y={temperature.y}
          width={Math.abs(drag.to - drag.from)}
          height={axis - temperature.y}
          fill="var(--accent)"
          fillOpacity={0.12}
          stroke="var(--accent)"
        />
      )}
      {shown !== null && !drag && (
        <>
          <line
            x1={xOf(layout, view, shown)}
            x2={xOf(layout, view, shown)}
            y1={24}
            y2="100%"
            stroke="var(--text)"
            strokeOpacity={trip.pinned ? 0.9 : 0.55}
          />
          {under(model, data, shown).flatMap(({ sensor, point }) =>
            point
              ? dots(layout, point).map(({ panel, value }) => (
                  <circle
                    key={`${sensor.id} ${panel.y}`}
                    cx={xOf(layout, view, point[0])}
                    cy={yOf(panel, value)}
                    r={4}
                    fill={seriesColour(sensor.series)}
                    stroke="var(--surface)"
                    strokeWidth={2}
                  />
                ))
              : [],
          )}
        </>
      )}
    </svg>
  );
}
