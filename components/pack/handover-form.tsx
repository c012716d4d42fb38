"use client";

import { useState } from "react";
import { type FieldErrors, fieldErrors } from "@/components/ledger-action/field-errors";
import { ActionStatus } from "@/components/ledger-action/status";
import { useLedgerAction } from "@/components/ledger-action/use-ledger-action";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { Segmented } from "@/components/ui/segmented";

interface HandoverFormProps {
  readonly shipment: string;
  /** Who gives and who takes unless somebody says otherwise. */
  readonly giver: string;
  readonly recipient: string;
  readonly place: string;
  readonly primary: boolean;
}

type To = "carrier" | "recipient";

/** Records a handover: to a carrier the shipment sets out, to the recipient it has arrived. */
export function HandoverForm({ shipment, giver, recipient, place, primary }: HandoverFormProps) {
  const { state, busy, run } = useLedgerAction();
  const [to, setTo] = useState<To | null>(null);
  const [draft, setDraft] = useState({ giver, taker: "", place });
  const [tried, setTried] = useState(false);
  const statement = {
    shipment,
    giver: draft.giver.trim(),
    taker: draft.taker.trim(),
    place: draft.place.trim(),
    arrival: to === "recipient",
  };
  const found = fieldErrors("shipment:Handover", statement);
  const errors: FieldErrors = tried ? found : {};
  const set = (part: Partial<typeof draft>) => setDraft((before) => ({ ...before, ...part }));
  const choose = (next: To) => {
    setTo(next);
    set({ taker: next === "recipient" ? recipient : draft.taker === recipient ? "" : draft.taker });
  };
  const sign = () => {
    setTried(true);
    if (to !== null && Object.keys(found).length === 0) void run({ function: "shipment:Handover", statement });
  };
  return (
    <div className="grid gap-3">
      <div>
        <Segmented
          label="Who takes it"
          value={to}
          options={[
            { value: "carrier", label: "To a carrier" },
            { value: "recipient", label: "To the recipient" },
          ]}
          onChange={choose}
        />
        <p className={`mt-1.5 text-small ${tried && to === null ? "text-violation" : "text-quiet"}`}>
          {to === null && "Choose who takes it."}
          {to === "carrier" && "The shipment counts as under way from here on."}
          {to === "recipient" && "The shipment counts as arrived and waits for inspection. That is final until it is decided."}
        </p>
      </div>
      <div className="grid gap-3 desk:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_minmax(0,1fr)_auto] desk:items-start">
        <TextField
          label="Given by"
          maxLength={80}
          value={draft.giver}
          error={errors.giver}
          onChange={(event) => set({ giver: event.target.value })}
        />
        <TextField
          label="Taken by"
          maxLength={80}
          value={draft.taker}
          error={errors.taker}
          onChange={(event) => set({ taker: event.target.value })}
        />
        <TextField
          label="At"
          maxLength={80}
          value={draft.place}
          error={errors.place}
          onChange={(event) => set({ place: event.target.value })}
        />
        <Button look={primary ? "primary" : "plain"} icon="key" disabled={busy} onClick={sign} className="desk:mt-6.5">
          Sign handover
        </Button>
      </div>
      <ActionStatus state={state} done="Handed over" />
    </div>
  );
}
