"use client";

import Link from "next/link";
import { useEffect, useMemo, useRef, useState } from "react";
import { formatScaled } from "@/components/format/numbers";
import { useReader } from "@/components/format/reader";
import { decimalsOf, formatTemperature, type TemperatureUnit, temperatureFigure, UNIT_SIGN } from "@/components/format/temperature";
import { clock, weekday } from "@/components/format/time";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Segmented } from "@/components/ui/segmented";
import { CrossHair, Heads, Legend } from "./furniture";
import { Lanes } from "./lanes";
import { brokenLine, violatedLine } from "./lines";
import type { ChartData, ChartModel } from "./model";
import { Over } from "./over";
import { Panel } from "./panel";
import { humidityRange, humidityTicks, type Layout, layout as layOut, temperatureRange, temperatureTicks, type View, xOf } from "./scale";
import { TripBones } from "./skeleton";
import { labelled, timeTicks } from "./time-ticks";
import { Tip, under } from "./tip";
import { Under } from "./under";
import { useSeries } from "./use-series";
import { type Range, type Trip, useTrip } from "./use-trip";

const RANGE_LABELS: Readonly<Record<Range, string>> = { trip: "Whole trip", violation: "Violation", day: "Last 24 h" };

function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!box.current) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return { box, width };
}

function useLayoutOf(model: ChartModel, data: ChartData | null, width: number): Layout | null {
  // Humidity has no extremes of the whole trip at hand: its axis only ever widens, so that it stays when the view moves.
  const humid = useRef<number[]>([]);
  return useMemo(() => {
    if (!data || width === 0) return null;
    const seen = data.series.flatMap((it) => it.points.flatMap((point) => point[2] ?? []));
    const all = [...humid.current, ...seen];
    humid.current = all.length === 0 ? [] : [all.reduce((a, b) => Math.min(a, b)), all.reduce((a, b) => Math.max(a, b))];
    return layOut(width, temperatureRange(model.extremes, model.bounds), humidityRange(humid.current));
  }, [model.bounds, model.extremes, data, width]);
}

interface DrawingProps {
  readonly model: ChartModel;
  readonly data: ChartData;
  readonly layout: Layout;
  readonly view: View;
}

function useTime(layout: Layout, view: View, zone: string) {
  return useMemo(() => {
    const ticks = timeTicks(view.from, view.to, zone, (layout.right - layout.left) / 46);
    const words = (at: number, midnight: boolean) =>
      midnight
        ? weekday(at, zone)
            .slice(0, layout.narrow ? 6 : undefined)
            .trim()
        : clock(at, zone);
    const kept = new Set(
      labelled(
        ticks,
        (at) => xOf(layout, view, at),
        (it) => (it.midnight && !layout.narrow ? 62 : 34),
      ),
    );
    return {
      days: ticks.filter((it) => it.midnight),
      time: ticks.map((tick) => ({ tick, label: kept.has(tick) ? words(tick.at, tick.midnight) : "" })),
    };
  }, [layout, view, zone]);
}

const NOTHING: [] = [];

/** Both panels with everything that stands under and over their lines; drawn anew only when data, size or view change. */
function Drawing({ model, data, layout, view }: DrawingProps) {
  const { unit, zone } = useReader();
  const { days, time } = useTime(layout, view, zone);
  const lines = useMemo(() => {
    const of = (quantity: 1 | 2) =>
      model.sensors.map((it) => {
        const points = data.series.find(({ sensor }) => sensor === it.id)?.points ?? [];
        return { key: it.id, series: it.series, points: brokenLine(points, model.noData, (point) => point[quantity]) };
      });
    const temperature = of(1);
    const violated = model.violations.map((it, i) => {
      const line = temperature.find(({ key }) => key === it.sensor);
      return { key: `violation ${i}`, series: line?.series ?? 0, points: violatedLine(line?.points ?? [], it) };
    });
    return { temperature, humidity: of(2), violated };
  }, [model, data]);
  const ticks = useMemo(() => {
    const values = temperatureTicks(layout.temperature, model.bounds, unit);
    const decimals = decimalsIn(
      values.map((it) => it.value),
      unit,
    );
    return values.map((it) => ({ ...it, label: temperatureFigure(it.value, { unit, decimals }) }));
  }, [layout, model.bounds, unit]);
  const humidTicks = useMemo(
    () =>
      layout.humidity ? humidityTicks(layout.humidity).map((value) => ({ value, bound: false, label: formatScaled(value, 1, 0) })) : [],
    [layout],
  );
  return (
    <>
      <Under model={model} layout={layout} view={view} days={days} />
      <div className="pointer-events-none absolute left-0" style={{ top: layout.temperature.y }}>
        <Panel
          layout={layout}
          place={layout.temperature}
          view={view}
          lines={lines.temperature}
          violated={lines.violated}
          ticks={ticks}
          time={layout.humidity ? null : time}
          width={1.6}
        />
      </div>
      {layout.humidity && (
        <div className="pointer-events-none absolute left-0" style={{ top: layout.humidity.y }}>
          <Panel
            layout={layout}
            place={layout.humidity}
            view={view}
            lines={lines.humidity}
            violated={NOTHING}
            ticks={humidTicks}
            time={time}
            width={1.3}
          />
        </div>
      )}
      <Over model={model} data={data} layout={layout} view={view} />
      <Heads model={model} layout={layout} unit={UNIT_SIGN[unit]} />
    </>
  );
}

/** Whole degrees where the axis has them. */
const decimalsIn = (values: readonly number[], unit: TemperatureUnit): number =>
  unit === "C" && values.every((it) => it % 1000 === 0) ? 0 : Math.min(1, decimalsOf(values));

function spokenAt(model: ChartModel, data: ChartData, at: number, unit: TemperatureUnit, zone: string): string {
  const values = under(model, data, at).map(
    ({ sensor, point, decimals }) => `${sensor.id} ${point ? formatTemperature(point[1], { unit, decimals }) : "no reading"}`,
  );
  const violations = model.violations.filter((it) => at >= it.from && at < it.to).map((it) => it.title);
  return `${weekday(at, zone)} ${clock(at, zone)}. ${[...values, ...violations].join(", ")}`;
}

function Box({
  trip,
  model,
  data,
  layout,
}: {
  readonly trip: Trip;
  readonly model: ChartModel;
  readonly data: ChartData;
  readonly layout: Layout;
}) {
  const { unit, zone } = useReader();
  return (
    <>
      <div
        role="application"
        aria-label="Chart of the trip"
        aria-describedby="chart-keys"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes the keys
        tabIndex={0}
        onKeyDown={trip.keyDown}
        {...trip.pointer}
        className="relative cursor-crosshair touch-pan-y select-none rounded-control outline-offset-4"
        style={{ height: layout.height }}
      >
        <Drawing model={model} data={data} layout={layout} view={trip.view} />
      </div>
      <Lanes lanes={model.lanes} layout={layout} view={trip.view} />
      <CrossHair model={model} data={data} layout={layout} trip={trip} />
      {trip.at !== null && trip.drag === null && (
        <Tip model={model} data={data} layout={layout} view={trip.view} at={trip.at} pinned={trip.pinned} onClose={trip.unpin} />
      )}
      <p className="sr" aria-live="polite">
        {trip.at !== null && spokenAt(model, data, trip.at, unit, zone)}
      </p>
    </>
  );
}

function Failure({ status, retry }: { readonly status: number; readonly retry: () => void }) {
  return (
    <ErrorState
      title="The readings could not be fetched."
      code={status === 0 ? "no answer" : `HTTP ${status}`}
      action={<Button onClick={retry}>Try again</Button>}
    >
      Nothing is lost: they are on the ledger. The verdicts above do not depend on this chart.
    </ErrorState>
  );
}

/** The trip: one time axis and one cross-hair for temperature, humidity, markers and lanes. */
export function TripChart({
  model,
  figures,
}: {
  readonly model: ChartModel & { readonly revision: string };
  readonly figures: React.ReactNode;
}) {
  const { box, width } = useWidth();
  const [drawn, setDrawn] = useState<ChartData | null>(null);
  const layout = useLayoutOf(model, drawn, width);
  const trip = useTrip(model, drawn, layout);
  const series = useSeries({
    source: model.source,
    view: trip.view,
    columns: width === 0 ? 0 : Math.max(200, Math.ceil(width / 50) * 50),
    revision: model.revision,
  });
  useEffect(() => setDrawn(series.data), [series.data]);
  return (
    <>
      <div className="flex flex-col justify-between gap-3 px-4 pt-4 desk:flex-row desk:items-center desk:px-6">
        <h2 id="trip-title">The trip</h2>
        <Segmented
          label="Stretch shown"
          value={trip.range}
          options={trip.ranges.map((value) => ({ value, label: RANGE_LABELS[value] }))}
          onChange={trip.choose}
          className="no-print max-desk:w-full"
        />
      </div>
      {figures}
      {layout?.narrow && <Legend model={model} />}
      <div className="px-4 pb-4 desk:px-6 desk:pb-5">
        {series.failed !== null && <Failure status={series.failed} retry={series.retry} />}
        <div ref={box} className="relative">
          {layout && drawn ? (
            <Box trip={trip} model={model} data={drawn} layout={layout} />
          ) : (
            series.failed === null && <TripBones lanes={model.lanes.length} />
          )}
        </div>
      </div>
      <p className="no-print flex flex-wrap justify-between gap-x-4 gap-y-1 border-line border-t px-4 py-3 text-quiet text-small desk:px-6">
        <span id="chart-keys">
          <span className="max-desk:hidden">
            Drag to zoom, click to hold. By keyboard: arrows move, plus and minus zoom, Enter holds, Esc resets.
          </span>
          <span className="desk:hidden">Tap the chart for a reading, draw a stretch to zoom.</span>
        </span>
        {!model.guest && (
          <Link href={`/shipments/${model.shipment}/readings`} className="whitespace-nowrap underline underline-offset-3">
            Readings as a table
          </Link>
        )}
      </p>
    </>
  );
}
