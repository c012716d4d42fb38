"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { formatSscc } from "@/components/format/identifiers";
import { plural } from "@/components/format/numbers";
import type { FieldErrors } from "@/components/ledger-action/field-errors";
import { ActionStatus } from "@/components/ledger-action/status";
import { useLedgerAction } from "@/components/ledger-action/use-ledger-action";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Fact, Facts } from "@/components/ui/facts";
import { profileById } from "@/lib/domain/profiles";
import type { FreeSensor } from "@/lib/store/plan";
import { createStatement, type Draft, draftErrors, missing, packAddress } from "./draft";
import { Goods, type PartProps, type Party, Route, Seal, Sensors } from "./plan-parts";
import { randomTail, shipmentId } from "./shipment-id";
import { readSscc } from "./sscc";

interface PlanFormProps {
  readonly recipients: readonly Party[];
  readonly profile: string;
  readonly sensors: readonly FreeSensor[];
}

const EMPTY = {
  title: "",
  sscc: "",
  lot: "",
  origin: "",
  destination: "",
  recipient: "",
  arrival: "",
  sensors: {},
  seal: "",
  sealClass: "",
} as const;

/** Plans a shipment. Signing creates it; sensors and seal are signed one by one on the page after. */
export function PlanForm({ recipients, profile, sensors }: PlanFormProps) {
  const router = useRouter();
  const { state, busy, run } = useLedgerAction();
  const only = recipients.length === 1 ? (recipients[0]?.mspId ?? "") : "";
  const [draft, setDraft] = useState<Draft>({ ...EMPTY, recipient: only, profile });
  const [tail, setTail] = useState("");
  /** Reasons are shown once a person has tried, or has left the field. */
  const [tried, setTried] = useState(false);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const id = shipmentId(draft.origin, draft.destination, tail || "new000");
  const errors = draftErrors(draft, id);
  const shown: FieldErrors = Object.fromEntries(Object.entries(errors).filter(([path]) => tried || left.has(path)));
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const field: PartProps["field"] = (name) => ({
    error: shown[name],
    onBlur: () => setLeft((before) => new Set(before).add(name)),
  });

  const sign = async () => {
    setTried(true);
    if (Object.keys(errors).length > 0) return;
    const made = tail || randomTail();
    setTail(made);
    const its = shipmentId(draft.origin, draft.destination, made);
    const sent = await run({ function: "shipment:Create", statement: createStatement(draft, its) });
    if (sent) router.push(packAddress(its, draft));
  };

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void sign();
      }}
      className="grid items-start gap-4 wide:grid-cols-[minmax(0,1fr)_21rem] wide:gap-8"
    >
      <div className="grid min-w-0 gap-4 desk:gap-6">
        <Goods draft={draft} change={change} field={field} />
        <Route draft={draft} change={change} field={field} recipients={recipients} />
        <Sensors draft={draft} change={change} errors={shown} sensors={sensors} />
        <Seal draft={draft} change={change} field={field} />
      </div>
      <aside className="grid gap-4 wide:sticky wide:top-6" aria-label="What will be recorded">
        <Card>
          <Summary draft={draft} recipients={recipients} />
          <div className="grid gap-3 border-line border-t p-5">
            <Button
              type="submit"
              look="primary"
              icon="key"
              className="min-h-11 w-full text-body"
              disabled={busy}
              aria-disabled={Object.keys(errors).length > 0}
            >
              Sign and create
            </Button>
            <p className="text-balance text-center text-quiet text-small" aria-live="polite">
              {missing(errors) || "Your signer shows this once more before anything is sent."}
            </p>
            <ActionStatus state={state} done="Created" />
          </div>
        </Card>
      </aside>
    </form>
  );
}

function Summary({ draft, recipients }: { readonly draft: Draft; readonly recipients: readonly Party[] }) {
  const count = Object.keys(draft.sensors).length;
  const { sscc } = readSscc(draft.sscc);
  const recipient = recipients.find(({ mspId }) => mspId === draft.recipient)?.name;
  const blank = <span className="text-quiet">not said yet</span>;
  return (
    <>
      <div className="p-5">
        <h2 className="text-second text-small!">Shipment that will be created</h2>
        <p className="mt-1 font-title text-figure tracking-[-0.01em]">
          {draft.origin.trim() && draft.destination.trim() ? `${draft.origin.trim()} to ${draft.destination.trim()}` : "From … to …"}
        </p>
        <p className="text-second text-small">{draft.title.trim() || "Goods not said yet"}</p>
      </div>
      <Facts className="border-line border-t p-5">
        <Fact name="SSCC">{sscc === null ? blank : <span className="num">{formatSscc(sscc)}</span>}</Fact>
        <Fact name="Profile">{profileById(draft.profile).title}</Fact>
        {draft.lot.trim() && <Fact name="Lot">{draft.lot.trim()}</Fact>}
        <Fact name="Recipient">{recipient ?? blank}</Fact>
        <Fact name="Then signed">
          {count === 0 && draft.seal.trim() === ""
            ? "Nothing more"
            : [count > 0 ? plural(count, "sensor") : "", draft.seal.trim() ? `seal ${draft.seal.trim()}` : ""].filter(Boolean).join(", ")}
        </Fact>
      </Facts>
    </>
  );
}
