"use client";

import Link from "next/link";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { formatDuration } from "@/components/format/duration";
import { shortHash } from "@/components/format/identifiers";
import { formatCount } from "@/components/format/numbers";
import { useReader } from "@/components/format/reader";
import { decimalsOf, formatHumidity, formatTemperature } from "@/components/format/temperature";
import { clock, isUtc, utcBeside, weekday } from "@/components/format/time";
import { Icon } from "@/components/ui/icon";
import { nearest, usualStep } from "./lines";
import type { ChartData, ChartModel, ChartPoint, ChartSensor } from "./model";
import { type Layout, type View, xOf } from "./scale";
import { seriesColour } from "./series-tone";

const MINUTE = 60_000;

export interface Under {
  readonly sensor: ChartSensor;
  readonly point: ChartPoint | undefined;
  readonly decimals: number;
  readonly batch: readonly [transaction: string, block: number, recordedAt: number] | undefined;
}

/** Each sensor's reading at the cross-hair: its own nearest one, and none where it did not measure. */
export function under(model: ChartModel, data: ChartData, at: number): Under[] {
  return model.sensors.map((sensor) => {
    const series = data.series.find((it) => it.sensor === sensor.id);
    const points = series?.points ?? [];
    const point = nearest(points, at, Math.min(model.noData, usualStep(points) * 0.75));
    return { sensor, point, decimals: decimalsOf(points.slice(0, 200).map((it) => it[1])), batch: point && series?.batches[point[3]] };
  });
}

interface TipProps {
  readonly model: ChartModel;
  readonly data: ChartData;
  readonly layout: Layout;
  readonly view: View;
  readonly at: number;
  readonly pinned: boolean;
  readonly onClose: () => void;
}

interface RowProps {
  readonly it: Under;
  readonly at: number;
  readonly violated: boolean;
  readonly guest: boolean;
}

function Row({ it, at, violated, guest }: RowProps) {
  const { unit, zone } = useReader();
  const { sensor, point, batch } = it;
  return (
    <li className="mt-3">
      <p className="flex items-center gap-2 text-small">
        <span className="size-2 flex-none rounded-[2px]" style={{ background: seriesColour(sensor.series) }} />
        <b className="mr-auto whitespace-nowrap">{sensor.id}</b>
        {point ? (
          <>
            <b className={violated ? "text-violation" : ""}>{formatTemperature(point[1], { unit, decimals: it.decimals })}</b>
            {point[2] !== null && <span className="w-17 text-right">{formatHumidity(point[2])}RH</span>}
          </>
        ) : (
          <span className="text-second">no reading</span>
        )}
      </p>
      {point && (
        <p className="ml-4 text-quiet">
          {Math.abs(point[0] - at) >= MINUTE && `at ${clock(point[0], zone)}, `}
          {batch && (
            <>
              Transaction{" "}
              {guest ? (
                <span className="mono text-second">{shortHash(batch[0])}</span>
              ) : (
                <Link
                  prefetch={false}
                  href={`/ledger/${batch[0]}`}
                  className="mono text-second underline decoration-line-strong underline-offset-2"
                >
                  {shortHash(batch[0])}
                </Link>
              )}
              <br />
              batch {formatCount(point[3])}, block {formatCount(batch[1])}
              {batch[2] - point[0] > 10 * MINUTE && `, ${formatDuration(batch[2] - point[0])} late`}
            </>
          )}
          {(point[4] & 1) !== 0 && <span className="block text-untrusted">Its time is not anchored</span>}
          {(point[4] & 2) !== 0 && <span className="block text-untrusted">No calibration covers it</span>}
        </p>
      )}
    </li>
  );
}

/** What lies under the cross-hair. Pinned by a tap or Enter its transactions can be opened. */
export function Tip({ model, data, layout, view, at, pinned, onClose }: TipProps) {
  const { zone } = useReader();
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(248);
  useLayoutEffect(() => setWidth(box.current?.offsetWidth ?? 248), []);
  useEffect(() => {
    if (pinned && box.current?.parentElement?.contains(document.activeElement))
      box.current.querySelector("a")?.focus({ preventScroll: true });
  }, [pinned]);

  const x = xOf(layout, view, at);
  const left = x + 16 + width < layout.width ? x + 14 : Math.max(0, x - width - 14);
  const violations = model.violations.filter((it) => at >= it.from && at < it.to);
  return (
    <div
      ref={box}
      className={`num absolute top-0 left-0 z-5 w-62 rounded-control bg-raised p-3 text-caption shadow-[0_0_0_1px_var(--line),var(--shadow-2)] ${pinned ? "" : "pointer-events-none"}`}
      style={{ transform: `translate(${Math.round(left)}px, ${layout.narrow ? layout.axis + 28 : layout.temperature.y + 150}px)` }}
    >
      <p className="flex justify-between gap-2 text-quiet">
        <b className="text-ink">
          {weekday(at, zone)}, {clock(at, zone)}
        </b>
        {!isUtc(at, zone) && <span>{utcBeside(at, zone)}</span>}
      </p>
      <ul>
        {under(model, data, at).map((it) => (
          <Row key={it.sensor.id} it={it} at={at} guest={model.guest} violated={violations.some(({ sensor }) => sensor === it.sensor.id)} />
        ))}
      </ul>
      {violations.map((it) => (
        <p key={`${it.sensor} ${it.title}`} className="mt-3 flex items-center gap-2 border-line border-t pt-2 font-medium text-violation">
          <Icon name="violation" className="size-4" />
          {it.title}
        </p>
      ))}
      {pinned && (
        <button
          type="button"
          onClick={onClose}
          className="absolute -top-2 -right-2 grid size-6 place-items-center rounded-full bg-raised text-quiet shadow-[0_0_0_1px_var(--line),var(--shadow-1)] hover:text-ink"
        >
          <Icon name="cross" className="size-3" />
          <span className="sr">Let go of this moment</span>
        </button>
      )}
    </div>
  );
}
