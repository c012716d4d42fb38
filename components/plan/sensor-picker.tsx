"use client";

import { useReader } from "@/components/format/reader";
import { formatBand } from "@/components/format/temperature";
import { date } from "@/components/format/time";
import type { FieldErrors } from "@/components/ledger-action/field-errors";
import { State } from "@/components/ui/state";
import type { Profile } from "@/lib/domain/profiles";
import type { FreeSensor } from "@/lib/store/plan";
import { type Unsuited, unsuited } from "./suit";

interface SensorPickerProps {
  readonly sensors: readonly FreeSensor[];
  readonly profile: Profile;
  /** Planned arrival, ms UTC, or null. */
  readonly arrival: number | null;
  readonly chosen: Readonly<Record<string, string>>;
  readonly errors: FieldErrors;
  readonly onChange: (chosen: Readonly<Record<string, string>>) => void;
}

const REASON: Readonly<Record<Exclude<Unsuited, null>, string>> = {
  "not-begun": "Calibration has not begun",
  ended: "Calibration has ended",
  "ends-on-the-way": "Calibration ends on the way",
  range: "Not calibrated for this profile’s range",
};

/** Sensors that are free, those that suit the trip first; the others say why not and cannot be chosen. */
export function SensorPicker({ sensors, profile, arrival, chosen, errors, onChange }: SensorPickerProps) {
  const { now } = useReader();
  const judged = sensors.map((sensor) => ({ sensor, reason: unsuited(sensor, profile, arrival, now) }));
  const suited = judged.filter(({ reason }) => reason === null);
  const others = judged.filter(({ reason }) => reason !== null);
  const toggle = (id: string) => {
    const { [id]: place, ...rest } = chosen;
    onChange(place === undefined ? { ...chosen, [id]: "" } : rest);
  };
  return (
    <div>
      <ul className="grid">
        {suited.map(({ sensor }) => (
          <PickRow
            key={sensor.id}
            sensor={sensor}
            place={chosen[sensor.id]}
            error={errors[`sensors.${sensor.id}`]}
            onToggle={() => toggle(sensor.id)}
            onPlace={(place) => onChange({ ...chosen, [sensor.id]: place })}
          />
        ))}
      </ul>
      {suited.length === 0 && <p className="text-second text-small">None of your free sensors suits this trip.</p>}
      {others.length > 0 && (
        <details className="mt-3">
          <summary className="w-fit rounded-small text-second text-small">{others.length} more cannot ride on this trip</summary>
          <ul className="mt-2 grid gap-2">
            {others.map(({ sensor, reason }) => (
              <li key={sensor.id} className="flex flex-wrap items-center gap-x-3 text-small">
                <span className="font-strong">{sensor.id}</span>
                <State kind="unknown">{reason && REASON[reason]}</State>
                <Coverage sensor={sensor} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

interface PickRowProps {
  readonly sensor: FreeSensor;
  readonly place: string | undefined;
  readonly error: string | undefined;
  readonly onToggle: () => void;
  readonly onPlace: (place: string) => void;
}

function PickRow({ sensor, place, error, onToggle, onPlace }: PickRowProps) {
  const picked = place !== undefined;
  return (
    <li className="grid grid-cols-[minmax(0,1fr)] gap-2 border-line border-t py-2.5 first:border-t-0 first:pt-0 desk:grid-cols-[minmax(0,1fr)_15rem] desk:items-center">
      <label className="flex min-h-9 cursor-pointer items-center gap-3">
        <input type="checkbox" checked={picked} onChange={onToggle} className="size-4.5 accent-(--accent)" />
        <span className="min-w-0">
          <b>{sensor.id}</b> <span className="text-quiet text-small">{sensor.model}</span>
          <span className="block">
            <Coverage sensor={sensor} />
          </span>
        </span>
      </label>
      {picked && (
        <div>
          <input
            aria-label={`Where ${sensor.id} rides`}
            aria-invalid={error ? true : undefined}
            value={place}
            maxLength={60}
            onChange={(event) => onPlace(event.target.value)}
            placeholder="Where it rides: top of pallet"
            className="block min-h-12 w-full rounded-control border border-line-strong bg-surface px-3 text-hand placeholder:text-quiet aria-invalid:border-violation-chart desk:min-h-9 desk:text-body"
          />
          {error && <p className="mt-1 text-small text-violation">{error}</p>}
        </div>
      )}
    </li>
  );
}

function Coverage({ sensor }: { readonly sensor: FreeSensor }) {
  const { zone, unit } = useReader();
  return (
    <span className="text-quiet text-small">
      calibrated until {date(sensor.validTo, zone)}, {formatBand(sensor.min, sensor.max, unit)}
    </span>
  );
}
