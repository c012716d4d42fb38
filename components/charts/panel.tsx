"use client";

import { memo } from "react";
import { CartesianGrid, Line, LineChart, ReferenceLine, XAxis, YAxis } from "recharts";
import type { LinePoint } from "./lines";
import type { Layout, Panel as Place, View } from "./scale";
import { yOf } from "./scale";
import { seriesColour, seriesDash } from "./series-tone";
import type { TimeTick } from "./time-ticks";

export interface PanelLine {
  readonly key: string;
  readonly series: number;
  readonly points: readonly LinePoint[];
}

export interface ValueTick {
  readonly value: number;
  readonly label: string;
  /** A bound of the profile: bold, with a dotted line. */
  readonly bound: boolean;
}

interface PanelProps {
  readonly layout: Layout;
  readonly place: Place;
  readonly view: View;
  readonly lines: readonly PanelLine[];
  /** Drawn over the lines, thick and red. */
  readonly violated: readonly PanelLine[];
  readonly ticks: readonly ValueTick[];
  /** The panel at the bottom carries the time axis. */
  readonly time: readonly { readonly tick: TimeTick; readonly label: string }[] | null;
  readonly width: number;
}

const AXIS = 30;

function ValueLabel({
  x,
  y,
  payload,
  ticks,
}: {
  x?: number | string;
  y?: number | string;
  payload?: { value?: unknown };
  ticks: readonly ValueTick[];
}) {
  const tick = ticks.find((it) => it.value === payload?.value);
  if (!tick) return <g />;
  return (
    <text x={x} y={y} dy={4} textAnchor="end" fill={tick.bound ? "var(--text)" : "var(--text-3)"} fontWeight={tick.bound ? 600 : 400}>
      {tick.label}
    </text>
  );
}

interface TimeLabelProps {
  readonly x?: number | string;
  readonly y?: number | string;
  readonly payload?: { readonly value?: unknown };
  readonly time: NonNullable<PanelProps["time"]>;
  readonly right: number;
}

function TimeLabel({ x, y, payload, time, right }: TimeLabelProps) {
  const found = time.find((it) => it.tick.at === payload?.value);
  if (!found || found.label === "") return <g />;
  const bold = found.tick.midnight;
  const at = Number(x);
  return (
    <text
      x={Math.min(at, right - 2)}
      y={Number(y)}
      dy={11}
      textAnchor={at > right - 22 ? "end" : "middle"}
      fill={bold ? "var(--text-2)" : "var(--text-3)"}
      fontWeight={bold ? 550 : 400}
    >
      {found.label}
    </text>
  );
}

/** One quantity over the trip: its axes, the profile's band and the sensors' own readings, joined by straight lines and broken at gaps. */
export const Panel = memo(function Panel({ layout, place, view, lines, violated, ticks, time, width }: PanelProps) {
  const quiet = ticks.filter((it) => !it.bound).map((it) => yOf(place, it.value) - place.y);
  return (
    <LineChart
      width={layout.width}
      height={place.height + (time ? AXIS : 0)}
      margin={{ top: 0, left: 0, bottom: 0, right: layout.width - layout.right }}
      accessibilityLayer={false}
      className="text-caption [&_.recharts-surface]:overflow-visible"
    >
      <CartesianGrid vertical={false} horizontalPoints={quiet} stroke="var(--grid)" />
      {ticks
        .filter((it) => it.bound)
        .map((it) => (
          <ReferenceLine key={it.value} y={it.value} stroke="var(--band-edge)" strokeDasharray="1 3" strokeLinecap="round" />
        ))}
      <XAxis
        type="number"
        dataKey="at"
        domain={[view.from, view.to]}
        allowDataOverflow
        hide={time === null}
        height={time ? AXIS : 0}
        ticks={time?.map((it) => it.tick.at) ?? []}
        interval={0}
        axisLine={{ stroke: "var(--line-strong)", strokeOpacity: 0.5 }}
        tickLine={{ stroke: "var(--line-strong)" }}
        tickSize={4}
        tick={(props) => <TimeLabel {...props} time={time ?? []} right={layout.right} />}
      />
      <YAxis
        type="number"
        domain={[place.min, place.max]}
        allowDataOverflow
        width={layout.left}
        ticks={ticks.map((it) => it.value)}
        interval={0}
        axisLine={false}
        tickLine={false}
        tickMargin={6}
        tickSize={2}
        tick={(props) => <ValueLabel {...props} ticks={ticks} />}
      />
      {[...lines].reverse().map((line) => (
        <Line
          key={line.key}
          data={line.points}
          dataKey="value"
          type="linear"
          dot={false}
          activeDot={false}
          isAnimationActive={false}
          connectNulls={false}
          stroke={seriesColour(line.series)}
          strokeDasharray={seriesDash(line.series) ?? "none"}
          strokeWidth={width}
          strokeLinejoin="round"
          strokeLinecap="round"
        />
      ))}
      {violated.map((line) => (
        <Line
          key={line.key}
          data={line.points}
          dataKey="value"
          type="linear"
          dot={false}
          activeDot={false}
          isAnimationActive={false}
          connectNulls={false}
          stroke="var(--violation-chart)"
          strokeWidth={2.6}
          strokeLinejoin="round"
          strokeLinecap="round"
        />
      ))}
    </LineChart>
  );
});
