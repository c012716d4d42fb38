"use client";

import { useState } from "react";
import { fieldErrors } from "@/components/ledger-action/field-errors";
import { useLedgerAction } from "@/components/ledger-action/use-ledger-action";
import { Card } from "@/components/ui/card";
import { TextArea } from "@/components/ui/field";
import { Tile } from "@/components/ui/state";
import type { Statement } from "@/lib/messages/statements";
import type { FormProps } from "./forms";
import { Signature } from "./signature";
import { meaningWords } from "./words";

type Meaning = Statement<"excursion:Decide">["meaning"];

interface DecideProps extends FormProps {
  readonly log: { readonly length: number; readonly head: string };
  readonly signer: { readonly person: string; readonly name: string };
  readonly organisation: string;
  /** Why nobody can decide yet; null when somebody can. */
  readonly obstacle: string | null;
}

const CHOICE =
  "relative grid cursor-pointer grid-cols-[1.25rem_1fr] gap-x-3 rounded-control border border-control-line px-4 py-3 has-checked:border-accent has-checked:bg-accent-soft has-checked:shadow-[inset_0_0_0_1px_var(--accent)] has-focus-visible:shadow-(--focus)";

const CHOICES: readonly { readonly meaning: Meaning; readonly title: string; readonly help: string }[] = [
  {
    meaning: "released for use",
    title: "Release for use",
    help: "The goods can be used in spite of it. Late readings of the same violation reopen this.",
  },
  { meaning: "rejected", title: "Reject", help: "The goods cannot be used because of it. Nothing reopens this." },
];

function missing(meaning: Meaning | null, reason: string, obstacle: string | null, faulty: boolean): string {
  if (obstacle) return obstacle;
  if (meaning === null) return "Release or reject is left.";
  if (reason === "") return "Your reason is left.";
  return faulty ? "The reason cannot stay as it is." : "";
}

/**
 * An electronic signature in the sense of 21 CFR 11: printed name, time and meaning, bound to what the signer saw. Two components: this session,
 * which says who is asked, and the key in the signer, which must be the same person's; the ledger refuses it otherwise.
 */
export function DecideForm({ id, log, signer, organisation, obstacle }: DecideProps) {
  const { state, busy, run } = useLedgerAction();
  const [meaning, setMeaning] = useState<Meaning | null>(null);
  const [reason, setReason] = useState("");
  const statement: Statement<"excursion:Decide"> = { ...id, meaning: meaning ?? "rejected", reason: reason.trim(), signer, through: log };
  const errors = fieldErrors("excursion:Decide", statement);
  return (
    <Card role="region" aria-labelledby="decide-title" className="p-4 desk:p-6">
      <h2 id="decide-title">Release or reject</h2>
      <fieldset className="mt-4 grid gap-2 desk:grid-cols-2">
        <legend className="sr">Release or reject</legend>
        {CHOICES.map((it) => (
          <label key={it.meaning} className={CHOICE}>
            <input
              type="radio"
              name="meaning"
              checked={meaning === it.meaning}
              onChange={() => setMeaning(it.meaning)}
              className="mt-0.75 size-4.5 accent-(--accent) focus-visible:shadow-none"
            />
            <b>{it.title}</b>
            <small className="col-start-2 text-second text-small">{it.help}</small>
          </label>
        ))}
      </fieldset>
      <div className="mt-4">
        <TextArea
          label="Reason"
          hint="What the decision rests on. It stands on the ledger with your name."
          maxLength={400}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          error={reason.trim() === "" ? undefined : errors.reason}
        />
      </div>
      <div className="mt-5 grid grid-cols-[2.25rem_minmax(0,1fr)] items-start gap-3 border-line border-t pt-4">
        <Tile kind="key" />
        <div className="text-small">
          <p>
            <b className="text-body">{signer.name}</b> <span className="mono text-quiet">{signer.person}</span>
            <span className="block text-second">for {organisation}</span>
          </p>
          <p className="mt-2 text-second">
            <b className="text-ink">What your signature means:</b> {meaningWords(meaning)}
          </p>
          <p className="mt-2 text-quiet">
            Two components make it yours: this session, and your own key in the signer. The ledger refuses it when they are not the same
            person’s, and when anything was added to the excursion after what stands on this page.
          </p>
        </div>
      </div>
      <Signature
        primary
        label={meaning === "rejected" ? "Sign and reject" : meaning === null ? "Sign the decision" : "Sign and release"}
        left={missing(meaning, reason.trim(), obstacle, Object.keys(errors).length > 0)}
        busy={busy}
        state={state}
        done="Decided"
        onSign={() => void run({ function: "excursion:Decide", statement })}
      />
    </Card>
  );
}
