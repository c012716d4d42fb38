import { formatDuration } from "@/components/format/duration";
import { formatTemperature } from "@/components/format/temperature";
import type { Reading } from "@/components/verdict/kept-words";
import type { Kept, ShipmentFacts } from "@/lib/domain/verdict";

interface KeyFiguresProps {
  readonly facts: ShipmentFacts;
  readonly kept: Kept;
  /** Warmest mean kinetic temperature over 24 hours, milli-°C; null when there is none. */
  readonly mkt: number | null;
  readonly reader: Reading;
}

/** "5 h 10 min" or "10.3 °C" with the last unit smaller and quieter. */
function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  // A non-breaking space is white space too.
  const [, figure = value, unit = ""] = /^(.*\s)(\S+)$/s.exec(value) ?? [];
  return (
    <div>
      <dt className="text-caption text-quiet">{name}</dt>
      <dd className="num whitespace-nowrap font-strong text-figure tracking-[-0.01em]">
        {figure}
        {unit && <small className="font-normal text-quiet text-small tracking-normal">{unit}</small>}
      </dd>
    </div>
  );
}

export function KeyFigures({ facts, kept, mkt, reader }: KeyFiguresProps) {
  const { unit } = reader;
  const highs = facts.sensors.flatMap((it) => it.highest?.value ?? []);
  const lows = facts.sensors.flatMap((it) => it.lowest?.value ?? []);
  // Where nothing was measured, "none" would flatter.
  const lasting = (length: number, none: boolean) => (none ? (highs.length > 0 ? "none" : "—") : formatDuration(length));
  const shown = (values: readonly number[], pick: (...all: number[]) => number) =>
    values.length > 0 ? formatTemperature(pick(...values), { unit }) : "—";
  return (
    <dl className="grid grid-cols-2 justify-between gap-x-4 gap-y-3 p-4 desk:grid-cols-[repeat(5,auto)] desk:px-6 desk:pb-5 print:grid-cols-[repeat(5,auto)]">
      <Figure name="Highest" value={shown(highs, Math.max)} />
      <Figure name="Lowest" value={shown(lows, Math.min)} />
      <Figure name="Out of range" value={lasting(kept.outOfRange, kept.violations.length === 0)} />
      <Figure name="Not measured" value={lasting(kept.notMeasured, kept.notMeasured === 0)} />
      <Figure
        name="MKT, warmest 24 h, information only"
        value={mkt === null ? "—" : formatTemperature(Math.round(mkt / 10) * 10, { unit, decimals: 2 })}
      />
    </dl>
  );
}
