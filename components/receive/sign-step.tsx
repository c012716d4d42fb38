"use client";

import Link from "next/link";
import { formatCount } from "@/components/format/numbers";
import { ActionStatus } from "@/components/ledger-action/status";
import { useLedgerAction } from "@/components/ledger-action/use-ledger-action";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Tile } from "@/components/ui/state";
import { decideStatement, inspectStatement, isFault, leftToDecide, leftToInspect, meaningOfDecision, meaningOfInspection } from "./draft";
import type { ReceiveSeal, StepProps } from "./form";

interface SignStepProps extends StepProps {
  readonly number: number;
  /** The seal that is to be inspected; none when all are. */
  readonly open: ReceiveSeal | undefined;
  /** Called when an inspection is on the ledger: the next seal begins unanswered. */
  readonly signed: () => void;
}

function decisionLabel(decision: "accepted" | "rejected" | null, contested: boolean): string {
  if (decision === null) return "Sign the decision";
  if (decision === "rejected") return "Sign and reject";
  return contested ? "Sign and accept as contested" : "Sign and accept";
}

/** Two signatures, each with its own meaning: the inspection, then the decision. A rejection needs no inspection. */
export function SignStep({ shipment, draft, number, open, signed }: SignStepProps) {
  const inspection = useLedgerAction();
  const decision = useLedgerAction();
  const contested = shipment.seals.some((it) => it.standing === "broken");
  const inspecting = open !== undefined && draft.decision !== "rejected";
  const left = inspecting ? leftToInspect(draft, shipment.sensors) : leftToDecide(draft, shipment.arrived, open === undefined);
  const busy = inspection.busy || decision.busy;
  const ready = left.length === 0 && !busy;

  const signInspection = async () => {
    if (!open) return;
    const answer = await inspection.run({
      function: "seal:Inspect",
      statement: inspectStatement(shipment.id, open.seal, draft, shipment.sensors),
    });
    if (answer) signed();
  };
  const signDecision = () =>
    void decision.run({ function: "shipment:Decide", statement: decideStatement(shipment.id, draft, shipment.sensors) });

  const label = inspecting
    ? isFault(draft)
      ? "Sign and contest the seal"
      : "Sign the inspection"
    : decisionLabel(draft.decision, contested);
  return (
    <>
      <Card role="region" aria-labelledby="signature" className="p-4 desk:p-5">
        <h2 id="signature" className="mb-3">
          {number}. Signature
        </h2>
        <div className="grid grid-cols-[2.25rem_1fr] items-center gap-3">
          <Tile kind="key" />
          <p>
            <b>{shipment.person}</b>
            <br />
            <span className="text-quiet text-small">Own key, kept in the signer of {shipment.organisation}</span>
          </p>
        </div>
        <p className="mt-3 text-second text-small">
          <b className="text-ink">What your signature means:</b>{" "}
          {inspecting ? meaningOfInspection(draft) : meaningOfDecision(draft.decision, contested)}
        </p>
        {!inspecting && (
          <p className="mt-2 text-quiet text-small">You decide on what stands here up to block {formatCount(shipment.block)}.</p>
        )}
        {open && (
          <p className="mt-2 text-quiet text-small">
            {inspecting ? "First of two signatures; the decision follows." : "Rejecting needs no inspection."}
          </p>
        )}
        {!shipment.arrived && draft.decision === "accepted" && (
          <p className="mt-2 text-small">
            <Link href={`/shipments/${shipment.id}/pack`}>Record the handover to you</Link> first.
          </p>
        )}
        <div className="mt-3 grid gap-2 empty:hidden">
          <ActionStatus state={inspection.state} done="Inspection recorded" />
          <ActionStatus state={decision.state} done="Decision recorded" />
        </div>
        <SignBar
          className="max-desk:hidden"
          left={left}
          ready={ready}
          busy={busy}
          label={label}
          onSign={inspecting ? () => void signInspection() : signDecision}
        />
      </Card>
      <SignBar
        className="sticky bottom-0 z-5 -mx-4 border-line border-t bg-surface px-4 pt-3 pb-[calc(0.75rem+env(safe-area-inset-bottom))] desk:hidden"
        left={left}
        ready={ready}
        busy={busy}
        label={label}
        onSign={inspecting ? () => void signInspection() : signDecision}
      />
    </>
  );
}

interface SignBarProps {
  readonly left: readonly string[];
  readonly ready: boolean;
  readonly busy: boolean;
  readonly label: string;
  readonly onSign: () => void;
  readonly className: string;
}

/** The button says what is left as long as it cannot act; it stays reachable, so that the reason is read. */
function SignBar({ left, ready, busy, label, onSign, className }: SignBarProps) {
  const words = busy ? "Signing …" : left.length > 0 ? left.join(". ") : "Everything is checked";
  return (
    <div className={`desk:mt-5 ${className}`}>
      <p className="mb-2 text-center text-second text-small" aria-live="polite">
        {words}
      </p>
      <Button
        look="primary"
        icon="key"
        aria-disabled={!ready}
        onClick={() => ready && onSign()}
        className="min-h-12! w-full text-body! max-desk:text-hand!"
      >
        {label}
      </Button>
    </div>
  );
}
