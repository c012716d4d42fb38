"use client";

import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { ERROR_CODES } from "@/lib/messages/errors";
import type { SignerAnswer } from "@/lib/messages/signer";
import type { StatementName } from "@/lib/messages/statements";
import { openSigner } from "./open";

/** A ledger action to be signed; with `csr` a sensor's identity comes back. */
export interface LedgerAction {
  readonly function: StatementName;
  readonly statement: Readonly<Record<string, unknown>>;
  readonly csr?: string;
}

export type LedgerAnswer = Exclude<SignerAnswer, { outcome: "signed-in" }>;

export interface SignerHandle {
  /** Opens the signer of the person's organisation. Call it in a click's own handler. */
  readonly open: (action: LedgerAction) => Promise<LedgerAnswer>;
  /** While a signer's window is open. */
  readonly isOpen: boolean;
}

const SignerOrigin = createContext<string | null>(null);

/** Tells the pages below where the viewer's organisation has its signer (network.json); null when nobody is signed in. */
export function SignerProvider({ origin, children }: { readonly origin: string | null; readonly children: ReactNode }) {
  return <SignerOrigin.Provider value={origin}>{children}</SignerOrigin.Provider>;
}

/** The signer of the viewer's organisation. */
export function useSigner(): SignerHandle {
  const origin = useContext(SignerOrigin);
  const [isOpen, setOpen] = useState(false);
  const open = useCallback(
    async ({ function: name, statement, csr }: LedgerAction): Promise<LedgerAnswer> => {
      if (origin === null) return { outcome: "not-sent", code: "ACCESS_DENIED", message: ERROR_CODES.ACCESS_DENIED };
      setOpen(true);
      const request = { kind: "transact" as const, function: name, statement: { ...statement }, ...(csr === undefined ? {} : { csr }) };
      const answer = await openSigner(origin, request).finally(() => setOpen(false));
      if (answer.outcome === "signed-in") return { outcome: "not-sent", code: "MESSAGE_TYPE", message: ERROR_CODES.MESSAGE_TYPE };
      return answer;
    },
    [origin],
  );
  return useMemo(() => ({ open, isOpen }), [open, isOpen]);
}
