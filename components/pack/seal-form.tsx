"use client";

import { useState } from "react";
import { type FieldErrors, fieldErrors } from "@/components/ledger-action/field-errors";
import { ActionStatus } from "@/components/ledger-action/status";
import { useLedgerAction } from "@/components/ledger-action/use-ledger-action";
import { Button } from "@/components/ui/button";
import { SelectField, TextField } from "@/components/ui/field";

interface SealFormProps {
  readonly shipment: string;
  readonly planned: { readonly seal: string; readonly class: string } | null;
  readonly primary: boolean;
}

/** Records the seal on the container. */
export function SealForm({ shipment, planned, primary }: SealFormProps) {
  const { state, busy, run } = useLedgerAction();
  const [seal, setSeal] = useState(planned?.seal ?? "");
  const [sealClass, setSealClass] = useState(planned?.class ?? "");
  const [container, setContainer] = useState("");
  const [tried, setTried] = useState(false);
  const statement = { shipment, seal: seal.trim(), class: sealClass, on: { container: container.trim() } };
  const found = fieldErrors("seal:Apply", statement, { class: "Choose its class", on: "This is needed" });
  const errors: FieldErrors = tried ? found : {};
  const sign = () => {
    setTried(true);
    if (Object.keys(found).length === 0) void run({ function: "seal:Apply", statement });
  };
  return (
    <div className="grid gap-3">
      <div className="grid gap-3 desk:grid-cols-[minmax(0,1fr)_minmax(0,11rem)_minmax(0,1fr)_auto] desk:items-start">
        <TextField label="Seal number" maxLength={32} value={seal} error={errors.seal} onChange={(event) => setSeal(event.target.value)} />
        <SelectField label="Class, ISO 17712" value={sealClass} error={errors.class} onChange={(event) => setSealClass(event.target.value)}>
          <option value="">Choose …</option>
          <option value="I">I, indicative</option>
          <option value="S">S, security</option>
          <option value="H">H, high security</option>
        </SelectField>
        <TextField
          label="On container"
          placeholder="Box or container number"
          maxLength={32}
          value={container}
          error={errors.on ?? errors["on.container"]}
          onChange={(event) => setContainer(event.target.value)}
        />
        <Button look={primary ? "primary" : "plain"} icon="key" disabled={busy} onClick={sign} className="desk:mt-6.5">
          Sign seal
        </Button>
      </div>
      <ActionStatus state={state} done="Seal recorded" />
    </div>
  );
}
