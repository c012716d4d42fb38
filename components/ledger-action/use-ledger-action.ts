"use client";

import { useRouter } from "next/navigation";
import { useCallback, useEffect, useRef, useState } from "react";
import { type LedgerAction, type LedgerAnswer, useSigner } from "@/components/signer/provider";
import type { ErrorCode } from "@/lib/messages/errors";
import { settle } from "./settle";

export type ActionState =
  | { readonly phase: "idle" }
  /** The signer's window is open. */
  | { readonly phase: "signing" }
  /** Sent; the page waits until the database shows it. */
  | { readonly phase: "waiting"; readonly transactionId: string }
  | { readonly phase: "done"; readonly transactionId: string; readonly block: number }
  | { readonly phase: "not-sent"; readonly code: ErrorCode; readonly message: string }
  /** Committed as invalid: it stands on the ledger and changed nothing. */
  | { readonly phase: "invalid"; readonly transactionId: string; readonly validationCode: number }
  | { readonly phase: "unknown"; readonly transactionId: string | null };

const WAIT = { sent: 30_000, unknown: 120_000 };

export interface LedgerActionHandle {
  readonly state: ActionState;
  readonly busy: boolean;
  /**
   * Opens the signer and waits until the page's own data shows the transaction. Call it in a click's own handler.
   * @returns the signer's answer once the transaction is shown, else null
   */
  readonly run: (action: LedgerAction) => Promise<(LedgerAnswer & { outcome: "sent" }) | null>;
}

/** One ledger action of a person: signed in the signer, sent by it, and not called done before the page's data shows it. */
export function useLedgerAction(): LedgerActionHandle {
  const signer = useSigner();
  const router = useRouter();
  const [state, setState] = useState<ActionState>({ phase: "idle" });
  const gone = useRef<AbortController | null>(null);
  useEffect(() => {
    const leaving = new AbortController();
    gone.current = leaving;
    return () => leaving.abort();
  }, []);

  const waitFor = useCallback(
    async (transactionId: string, wait: number): Promise<boolean> => {
      setState({ phase: "waiting", transactionId });
      const signal = gone.current?.signal ?? new AbortController().signal;
      const settled = await settle(transactionId, wait, signal);
      if (signal.aborted) return false;
      if (settled === null) setState({ phase: "unknown", transactionId });
      else if (settled.validationCode !== 0) setState({ phase: "invalid", transactionId, validationCode: settled.validationCode });
      else {
        setState({ phase: "done", transactionId, block: settled.block });
        router.refresh();
        return true;
      }
      return false;
    },
    [router],
  );

  const run = useCallback(
    async (action: LedgerAction) => {
      setState({ phase: "signing" });
      const answer = await signer.open(action);
      if (answer.outcome === "not-sent") {
        setState({ phase: "not-sent", code: answer.code, message: answer.message });
        return null;
      }
      if (answer.outcome === "unknown") {
        if (answer.transactionId === undefined) setState({ phase: "unknown", transactionId: null });
        else await waitFor(answer.transactionId, WAIT.unknown);
        return null;
      }
      return (await waitFor(answer.transactionId, WAIT.sent)) ? answer : null;
    },
    [signer, waitFor],
  );

  return { state, busy: state.phase === "signing" || state.phase === "waiting", run };
}
