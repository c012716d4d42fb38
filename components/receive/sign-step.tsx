"use client";

import Link from "next/link";
import { formatCount } from "@/components/format/numbers";
import { ActionStatus } from "@/components/ledger-action/status";
import { type ActionState, useLedgerAction } from "@/components/ledger-action/use-ledger-action";
import { Button } from "@/components/ui/button";
import { Tile } from "@/components/ui/state";
import { decideStatement, inspectStatement, isFault, leftToDecide, leftToInspect, meaningOfDecision, meaningOfInspection } from "./draft";
import type { ReceiveSeal, StepProps } from "./form";
import { StepCard } from "./step";

export interface Signing {
  /** The inspection comes first, unless a rejection is chosen, which needs none. */
  readonly inspecting: boolean;
  readonly contested: boolean;
  readonly left: readonly string[];
  readonly ready: boolean;
  readonly busy: boolean;
  readonly label: string;
  readonly states: readonly [inspection: ActionState, decision: ActionState];
  readonly sign: () => void;
}

interface SigningInput extends Pick<StepProps, "shipment" | "draft"> {
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

/** Two signatures, each with its own meaning: the inspection, then the decision. */
export function useSigning({ shipment, draft, open, signed }: SigningInput): Signing {
  const inspection = useLedgerAction();
  const decision = useLedgerAction();
  const contested = shipment.seals.some((it) => it.standing === "broken");
  const inspecting = open !== undefined && draft.decision !== "rejected";
  const left = inspecting ? leftToInspect(draft, shipment.sensors) : leftToDecide(draft, shipment.arrived, open === undefined);
  const busy = inspection.busy || decision.busy;

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
  const inspectionLabel = isFault(draft) ? "Sign and contest the seal" : "Sign the inspection";
  return {
    inspecting,
    contested,
    left,
    busy,
    ready: left.length === 0 && !busy,
    label: inspecting ? inspectionLabel : decisionLabel(draft.decision, contested),
    states: [inspection.state, decision.state],
    sign: inspecting ? () => void signInspection() : signDecision,
  };
}

interface SignStepProps extends Pick<StepProps, "shipment" | "draft"> {
  readonly number: number;
  readonly signing: Signing;
  readonly open: ReceiveSeal | undefined;
}

/** Who signs and what it means, above the button. */
export function SignStep({ shipment, draft, number, signing, open }: SignStepProps) {
  const { inspecting, contested, states } = signing;
  return (
    <StepCard id="signature" number={number} title="Signature">
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
        <ActionStatus state={states[0]} done="Inspection recorded" />
        <ActionStatus state={states[1]} done="Decision recorded" />
      </div>
      <SignBar signing={signing} className="mt-5 max-desk:hidden" />
    </StepCard>
  );
}

/** The button says what is left as long as it cannot act; it stays reachable, so that the reason is read. */
export function SignBar({ signing, className }: { readonly signing: Signing; readonly className: string }) {
  const { left, ready, busy, label, sign } = signing;
  const words = busy ? "Signing …" : left.length > 0 ? left.join(". ") : "Everything is checked";
  return (
    <div className={className}>
      <p className="mb-2 text-center text-second text-small" aria-live="polite">
        {words}
      </p>
      <Button
        look="primary"
        icon="key"
        aria-disabled={!ready}
        onClick={() => ready && sign()}
        className="min-h-12! w-full text-body! max-desk:text-hand!"
      >
        {label}
      </Button>
    </div>
  );
}
