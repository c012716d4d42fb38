"use client";

import { useState } from "react";
import { fieldErrors } from "@/components/ledger-action/field-errors";
import { useLedgerAction } from "@/components/ledger-action/use-ledger-action";
import { Card } from "@/components/ui/card";
import { SelectField, TextArea } from "@/components/ui/field";
import type { ExcursionId } from "@/lib/domain/excursion";
import type { AttachmentStatement, Statement } from "@/lib/messages/statements";
import type { Assignable } from "@/lib/store/excursion-detail";
import { AttachFiles } from "./attach-files";
import { Signature } from "./signature";

export interface FormProps {
  readonly id: ExcursionId;
  /** Names the excursion in addresses. */
  readonly name: string;
}

/** A comment is mandatory: whoever takes note says so in words. */
export function AcknowledgeForm({ id }: FormProps) {
  const { state, busy, run } = useLedgerAction();
  const [comment, setComment] = useState("");
  const statement: Statement<"excursion:Acknowledge"> = { ...id, comment: comment.trim() };
  const errors = fieldErrors("excursion:Acknowledge", statement);
  const shown = comment.trim() === "" ? undefined : errors.comment;
  return (
    <Card role="region" aria-labelledby="acknowledge-title" className="p-4 desk:p-6">
      <h2 id="acknowledge-title">Acknowledge</h2>
      <p className="mt-1 mb-4 text-second text-small">Says that you know of it and what happens first. It settles nothing.</p>
      <TextArea
        label="Comment"
        hint="Both parties and the auditor read it; it cannot be changed afterwards."
        maxLength={400}
        value={comment}
        onChange={(event) => setComment(event.target.value)}
        error={shown}
      />
      <Signature
        primary
        label="Sign acknowledgement"
        left={comment.trim() === "" ? "A comment is needed." : errors.comment ? "The comment cannot stay as it is." : ""}
        busy={busy}
        state={state}
        done="Acknowledged"
        onSign={() => void run({ function: "excursion:Acknowledge", statement })}
      />
    </Card>
  );
}

interface AssignProps extends FormProps {
  readonly people: readonly (Assignable & { readonly organisationName: string })[];
  readonly assignee: string | null;
}

/** To one person of either party. */
export function AssignForm({ id, people, assignee }: AssignProps) {
  const { state, busy, run } = useLedgerAction();
  const [chosen, setChosen] = useState("");
  const person = people.find((it) => `${it.organisation} ${it.person}` === chosen);
  const sign = () => {
    if (person) void run({ function: "excursion:Assign", statement: { ...id, organisation: person.organisation, person: person.person } });
  };
  return (
    <section aria-labelledby="assign-title">
      <h2 id="assign-title">Who handles it</h2>
      <p className="mt-1 mb-3 text-second text-small">
        {assignee ? (
          <>
            Assigned to <b className="text-ink">{assignee}</b>.
          </>
        ) : (
          "Nobody is assigned: reminders go to the shipper’s people."
        )}
      </p>
      <SelectField
        label="Assign to"
        value={chosen}
        onChange={(event) => setChosen(event.target.value)}
        hint="People who have signed in here"
      >
        <option value="">Choose …</option>
        {people.map((it) => (
          <option key={`${it.organisation} ${it.person}`} value={`${it.organisation} ${it.person}`}>
            {it.name}, {it.organisationName}
          </option>
        ))}
      </SelectField>
      <Signature label="Sign assignment" left={person ? "" : "Choose a person."} busy={busy} state={state} done="Assigned" onSign={sign} />
    </section>
  );
}

/** Notes add up; the first one begins the investigation. */
export function NoteForm({ id, name, first }: FormProps & { readonly first: boolean }) {
  const { state, busy, run } = useLedgerAction();
  const [note, setNote] = useState("");
  const [files, setFiles] = useState<readonly AttachmentStatement[]>([]);
  const statement: Statement<"excursion:Investigate"> = { ...id, note: note.trim(), attachments: [...files] };
  const errors = fieldErrors("excursion:Investigate", statement);
  const sign = async () => {
    const sent = await run({ function: "excursion:Investigate", statement });
    if (!sent) return;
    setNote("");
    setFiles([]);
  };
  return (
    <Card role="region" aria-labelledby="note-title" className="p-4 desk:p-6">
      <h2 id="note-title">{first ? "Begin the investigation" : "Add to the investigation"}</h2>
      <p className="mt-1 mb-4 text-second text-small">
        What was found out, and what speaks for it: a stability letter, a driver’s statement, a photo.
      </p>
      <div className="grid gap-4">
        <TextArea
          label="Note"
          maxLength={2000}
          value={note}
          onChange={(event) => setNote(event.target.value)}
          error={note.trim() === "" ? undefined : errors.note}
        />
        <AttachFiles excursion={name} files={files} onChange={setFiles} />
      </div>
      <Signature
        primary={first}
        label="Sign note"
        left={note.trim() === "" ? "A note is needed." : Object.keys(errors).length > 0 ? "The note cannot stay as it is." : ""}
        busy={busy}
        state={state}
        done="Recorded"
        onSign={() => void sign()}
      />
    </Card>
  );
}
