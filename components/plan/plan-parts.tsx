"use client";

import type { ReactNode } from "react";
import { formatSscc } from "@/components/format/identifiers";
import { useReader } from "@/components/format/reader";
import type { FieldErrors } from "@/components/ledger-action/field-errors";
import { Card } from "@/components/ui/card";
import { SelectField, TextField } from "@/components/ui/field";
import { Icon } from "@/components/ui/icon";
import { PROFILES, profileById } from "@/lib/domain/profiles";
import type { FreeSensor } from "@/lib/store/plan";
import type { Draft } from "./draft";
import { profileWords } from "./profile-words";
import { SensorPicker } from "./sensor-picker";
import { readSscc } from "./sscc";

export interface Party {
  readonly mspId: string;
  readonly name: string;
}

export interface PartProps {
  readonly draft: Draft;
  readonly change: (part: Partial<Draft>) => void;
  readonly field: (name: keyof Draft) => { readonly error: string | undefined; readonly onBlur: () => void };
}

export function Step({ title, lead, children }: { readonly title: string; readonly lead?: string; readonly children: ReactNode }) {
  return (
    <Card className="p-4 desk:p-6">
      <h2>{title}</h2>
      {lead && <p className="mt-1 text-second text-small">{lead}</p>}
      <div className="mt-4 grid gap-4">{children}</div>
    </Card>
  );
}

export function Goods({ draft, change, field }: PartProps) {
  const { unit } = useReader();
  const profile = profileById(draft.profile);
  const { added, sscc } = readSscc(draft.sscc);
  return (
    <Step title="1. Goods">
      <div className="grid gap-4 desk:grid-cols-2">
        <TextField
          label="Goods"
          hint="As people call them: influenza vaccine, 2,400 doses"
          maxLength={80}
          value={draft.title}
          onChange={(event) => change({ title: event.target.value })}
          {...field("title")}
        />
        <TextField
          label="SSCC"
          inputMode="numeric"
          value={draft.sscc}
          onChange={(event) => change({ sscc: event.target.value })}
          hint={
            added === null
              ? "Serial shipping container code on the logistic label"
              : `Check digit ${added} added: ${formatSscc(sscc ?? "")}`
          }
          {...field("sscc")}
        />
      </div>
      <TextField
        label="Lot"
        optional
        maxLength={20}
        hint="As printed on the goods. Time out of range adds up over all shipments of a lot"
        value={draft.lot}
        onChange={(event) => change({ lot: event.target.value })}
        {...field("lot")}
      />
      <SelectField
        label="Profile"
        value={draft.profile}
        onChange={(event) => change({ profile: event.target.value })}
        {...field("profile")}
      >
        {PROFILES.map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </SelectField>
      <ul className="grid gap-1 text-second text-small">
        {profileWords(profile, unit).map((words) => (
          <li key={words} className="flex gap-2">
            <Icon name={words.startsWith("No reading") ? "gap" : "violation"} className="mt-0.5 size-4 text-quiet" />
            {words}
          </li>
        ))}
      </ul>
    </Step>
  );
}

export function Route({ draft, change, field, recipients }: PartProps & { readonly recipients: readonly Party[] }) {
  return (
    <Step title="2. Route and recipient">
      <div className="grid gap-4 desk:grid-cols-2">
        <TextField
          label="From"
          maxLength={80}
          value={draft.origin}
          onChange={(event) => change({ origin: event.target.value })}
          {...field("origin")}
        />
        <TextField
          label="To"
          maxLength={80}
          value={draft.destination}
          onChange={(event) => change({ destination: event.target.value })}
          {...field("destination")}
        />
        <SelectField
          label="Recipient"
          hint="Inspects, and accepts or rejects"
          value={draft.recipient}
          onChange={(event) => change({ recipient: event.target.value })}
          {...field("recipient")}
        >
          <option value="" disabled>
            Choose …
          </option>
          {recipients.map(({ mspId, name }) => (
            <option key={mspId} value={mspId}>
              {name}
            </option>
          ))}
        </SelectField>
        <TextField
          label="Should arrive by"
          optional
          type="date"
          hint="Only to pick sensors whose calibration lasts; not recorded"
          value={draft.arrival}
          onChange={(event) => change({ arrival: event.target.value })}
        />
      </div>
    </Step>
  );
}

/** End of that day where the reader is. */
const endOfDay = (day: string): number | null => (day === "" ? null : new Date(`${day}T23:59:59`).getTime());

export function Sensors({
  draft,
  change,
  errors,
  sensors,
}: Pick<PartProps, "draft" | "change"> & { readonly errors: FieldErrors; readonly sensors: readonly FreeSensor[] }) {
  return (
    <Step
      title="3. Sensors"
      lead="Only yours that ride with nothing else, and only those whose calibration holds for the trip. Each is assigned by a signature of its own, after this one."
    >
      {sensors.length === 0 ? (
        <p className="text-second text-small">
          Your organisation has no free sensor. The calibration authority registers sensors; a shipment without one can be created and
          packed later.
        </p>
      ) : (
        <SensorPicker
          sensors={sensors}
          profile={profileById(draft.profile)}
          arrival={endOfDay(draft.arrival)}
          chosen={draft.sensors}
          errors={errors}
          onChange={(chosen) => change({ sensors: chosen })}
        />
      )}
    </Step>
  );
}

export function Seal({ draft, change, field }: PartProps) {
  return (
    <Step title="4. Seal" lead="Can be given now or when it is applied. It is signed after the sensors.">
      <div className="grid gap-4 desk:grid-cols-2">
        <TextField
          label="Seal number"
          optional
          maxLength={32}
          value={draft.seal}
          onChange={(event) => change({ seal: event.target.value })}
          {...field("seal")}
        />
        <SelectField
          label="Class"
          hint="ISO 17712"
          value={draft.sealClass}
          onChange={(event) => change({ sealClass: event.target.value })}
          {...field("sealClass")}
        >
          <option value="">Choose …</option>
          <option value="I">I, indicative</option>
          <option value="S">S, security</option>
          <option value="H">H, high security</option>
        </SelectField>
      </div>
    </Step>
  );
}
