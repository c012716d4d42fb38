"use client";

import { useState } from "react";
import { useReader } from "@/components/format/reader";
import { date } from "@/components/format/time";
import { fieldErrors } from "@/components/ledger-action/field-errors";
import { ActionStatus } from "@/components/ledger-action/status";
import { useLedgerAction } from "@/components/ledger-action/use-ledger-action";
import { unsuited } from "@/components/plan/suit";
import { Button } from "@/components/ui/button";
import { SelectField, TextField } from "@/components/ui/field";
import type { Profile } from "@/lib/domain/profiles";
import type { FreeSensor } from "@/lib/store/plan";

interface AssignFormProps {
  readonly shipment: string;
  readonly profile: Profile;
  readonly free: readonly FreeSensor[];
  /** Sensor and place that the plan named. */
  readonly planned: { readonly sensor: string; readonly place: string } | null;
  readonly primary: boolean;
}

/** Assigns one sensor from now on; one signature each, so that every one can be read before it is given. */
export function AssignForm({ shipment, profile, free, planned, primary }: AssignFormProps) {
  const { now, zone } = useReader();
  const { state, busy, run } = useLedgerAction();
  const [sensor, setSensor] = useState(planned?.sensor ?? "");
  const [place, setPlace] = useState(planned?.place ?? "");
  const [tried, setTried] = useState(false);
  const choice = free.filter((each) => unsuited(each, profile, null, now) === null);
  const errors = fieldErrors("shipment:Assign", { shipment, sensor, place, start: Math.floor(now) }, { sensor: "Choose a sensor" });
  const sign = () => {
    setTried(true);
    if (Object.keys(errors).length > 0) return;
    void run({ function: "shipment:Assign", statement: { shipment, sensor, place: place.trim(), start: Date.now() } });
  };
  return (
    <div className="grid gap-3">
      <div className="grid gap-3 desk:grid-cols-[minmax(0,14rem)_minmax(0,1fr)_auto] desk:items-start">
        <SelectField
          label="Sensor"
          value={sensor}
          error={tried ? errors.sensor : undefined}
          onChange={(event) => setSensor(event.target.value)}
        >
          <option value="">Choose …</option>
          {choice.map(({ id, validTo }) => (
            <option key={id} value={id}>
              {id}, until {date(validTo, zone)}
            </option>
          ))}
        </SelectField>
        <TextField
          label="Where it rides"
          placeholder="Top of pallet"
          maxLength={60}
          value={place}
          error={tried ? errors.place : undefined}
          onChange={(event) => setPlace(event.target.value)}
        />
        <Button look={primary ? "primary" : "plain"} icon="key" disabled={busy} onClick={sign} className="desk:mt-6.5">
          Sign assignment
        </Button>
      </div>
      <ActionStatus state={state} done="Assigned" />
    </div>
  );
}
