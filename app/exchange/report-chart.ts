import type { Pool } from "pg";
import { temperatureFigure, UNIT_SIGN } from "@/components/format/temperature";
import { clock, weekday, zoneName } from "@/components/format/time";
import { tripRange } from "@/components/shipment/chart-model";
import type { Reading } from "@/components/verdict/kept-words";
import type { ReportChart } from "@/lib/exchange/report/data";
import { loadSensorReadings, type ReadingRow } from "@/lib/store/readings";
import type { ShipmentDetail } from "@/lib/store/shipment-detail";

/** Columns of the printed chart: each keeps its first, lowest, highest and last reading, and every reading of a violation stays. */
const COLUMNS = 500;
const LEVELS = 5;
const TICKS = 7;

/** The printed curve from raw readings; null while nothing has been measured. */
export async function reportChart(pool: Pool, detail: ShipmentDetail, reader: Reading): Promise<ReportChart | null> {
  const range = tripRange(detail, reader.now);
  const [from, to] = [Math.floor(range.from), Math.ceil(range.to)];
  const series = await Promise.all(
    detail.sensors.map(({ sensor }) => loadSensorReadings(pool, detail.head.id, sensor, { from, to, columns: COLUMNS })),
  );
  const all = series.flatMap(({ readings }) => readings.map((it) => it.temperature));
  if (all.length === 0 || to <= from) return null;
  const { upper, lower } = detail.facts;
  const value = (milli: number) => (reader.unit === "F" ? (milli * 9) / 5000 + 32 : milli / 1000);
  const inSight = [...all, ...[upper, lower].filter((it) => it !== null)];
  const lowest = inSight.reduce((a, b) => Math.min(a, b));
  const highest = inSight.reduce((a, b) => Math.max(a, b));
  const { low, high, levels } = scale(value(lowest), value(highest));
  const bound = (milli: number | null) =>
    milli === null ? null : { value: value(milli), text: `${temperatureFigure(milli, { unit: reader.unit })} ${UNIT_SIGN[reader.unit]}` };
  const lastOf = (sensor: string) => detail.facts.sensors.find((it) => it.sensor === sensor)?.last ?? to;
  return {
    from,
    to,
    low,
    high,
    unit: UNIT_SIGN[reader.unit],
    upper: bound(upper),
    lower: bound(lower),
    lines: series.map(({ sensor, readings }) => ({ name: sensor, stretches: stretches(readings, detail, value) })),
    violations: detail.violations.map((it) => ({ from: it.from, to: it.to ?? lastOf(it.sensor) })),
    gaps: detail.gaps.map((it) => ({ from: Math.max(from, it.from), to: Math.min(to, it.to) })),
    ticks: ticks(from, to, reader),
    levels,
    caption: `Raw readings in ${UNIT_SIGN[reader.unit]}, times in ${zoneName(reader.now, reader.zone)} (${reader.zone}). Of every column the first, lowest, highest and last reading are drawn. Red: a violation, from where it began. Grey bar: at least one sensor took no reading.`,
  };
}

/** A line ends where its sensor did not measure for longer than the profile allows. */
function stretches(readings: readonly ReadingRow[], { profile }: ShipmentDetail, value: (milli: number) => number) {
  const out: [number, number][][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const { at, temperature } of readings) {
    if (at - last > profile.noData) out.push([]);
    out.at(-1)?.push([at, value(temperature)]);
    last = at;
  }
  return out;
}

/** Round levels around what was measured. */
function scale(lowest: number, highest: number): Pick<ReportChart, "low" | "high" | "levels"> {
  const rough = Math.max(highest - lowest, 1) / LEVELS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((it) => it * power >= rough) ?? 10) * power;
  const low = Math.floor(lowest / step) * step;
  const high = Math.ceil((highest + step / 4) / step) * step;
  const count = Math.round((high - low) / step);
  const levels = Array.from({ length: count + 1 }, (_, index) => low + index * step);
  const digits = step < 1 ? 1 : 0;
  return { low, high, levels: levels.map((it) => ({ value: it, text: it.toFixed(digits).replace("-", "−") })) };
}

function ticks(from: number, to: number, { zone }: Reading): ReportChart["ticks"] {
  return Array.from({ length: TICKS }, (_, index) => {
    const at = from + ((to - from) * (index + 0.5)) / TICKS;
    return { at, text: `${weekday(at, zone)} ${clock(at, zone)}` };
  });
}
