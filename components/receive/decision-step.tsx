"use client";

import type { StepProps } from "./form";
import { StepCard } from "./step";

const CHOICE =
  "relative grid cursor-pointer grid-cols-[1.25rem_1fr] gap-x-3 rounded-control border border-control-line px-4 py-3 has-checked:border-accent has-checked:bg-accent-soft has-checked:shadow-[inset_0_0_0_1px_var(--accent)] has-focus-visible:shadow-(--focus)";

/** Accept or reject, with the reason of a rejection. */
export function DecisionStep({ shipment, draft, change, number }: StepProps & { readonly number: number }) {
  const choices = [
    { value: "accepted", title: "Accept", help: "The goods are yours. Late readings can still reopen this." },
    { value: "rejected", title: "Reject", help: `With a reason. ${shipment.shipper} sees it at once.` },
  ] as const;
  return (
    <StepCard id="decision" number={number} title="Decision">
      <fieldset className="grid gap-2">
        <legend className="sr">Accept or reject</legend>
        {choices.map(({ value, title, help }) => (
          <label key={value} className={CHOICE}>
            <input
              type="radio"
              name="decision"
              checked={draft.decision === value}
              onChange={() => change({ decision: value })}
              className="mt-0.75 size-4.5 accent-(--accent) focus-visible:shadow-none"
            />
            <b>{title}</b>
            <small className="col-start-2 text-second text-small">{help}</small>
          </label>
        ))}
      </fieldset>
      {draft.decision !== null && (
        <label className="mt-3 block">
          <span className="font-strong text-small">
            {draft.decision === "rejected" ? "Reason for rejecting" : "Remark"}
            {draft.decision === "accepted" && <span className="font-normal text-quiet"> (optional)</span>}
          </span>
          <textarea
            value={draft.reason}
            maxLength={400}
            onChange={(event) => change({ reason: event.target.value })}
            className="mt-1.5 block min-h-20 w-full resize-y rounded-control border border-line-strong bg-surface px-3 py-2.5"
          />
          <span className="mt-1.5 block text-quiet text-small">Both parties and the auditor will read this.</span>
        </label>
      )}
    </StepCard>
  );
}
