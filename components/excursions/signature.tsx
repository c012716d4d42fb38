"use client";

import type { ReactNode } from "react";
import { ActionStatus } from "@/components/ledger-action/status";
import type { ActionState } from "@/components/ledger-action/use-ledger-action";
import { Button } from "@/components/ui/button";

interface SignatureProps {
  readonly label: string;
  /** What still keeps the button from acting; empty when nothing does. */
  readonly left: string;
  readonly busy: boolean;
  readonly state: ActionState;
  readonly done: string;
  readonly primary?: boolean;
  readonly onSign: () => void;
  readonly children?: ReactNode;
}

/** The button that asks the signer, the reason why it cannot act yet, and what became of it. */
export function Signature({ label, left, busy, state, done, primary = false, onSign, children }: SignatureProps) {
  const ready = left === "" && !busy;
  return (
    <div className="mt-4 grid gap-3">
      {children}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Button
          icon="key"
          look={primary ? "primary" : "plain"}
          aria-disabled={!ready}
          onClick={() => ready && onSign()}
          className="max-desk:w-full"
        >
          {label}
        </Button>
        <span className="text-second text-small" aria-live="polite">
          {busy ? "Signing …" : left || "Your signer shows this once more before anything is sent."}
        </span>
      </div>
      <ActionStatus state={state} done={done} />
    </div>
  );
}
