"use client";

import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { ERROR_CODES, type ErrorCode } from "@/lib/messages/errors";
import type { AttestQuestion, SignerAnswer } from "@/lib/messages/signer";
import type { StatementName } from "@/lib/messages/statements";
import { openSigner } from "./open";

/** A ledger action to be signed; with `csr` a sensor's identity comes back. */
export interface LedgerAction {
  readonly function: StatementName;
  readonly statement: Readonly<Record<string, unknown>>;
  readonly csr?: string;
}

export type LedgerAnswer = Exclude<SignerAnswer, { outcome: "signed-in" | "read" }>;
export type ReadAnswer = Extract<SignerAnswer, { outcome: "read" | "not-sent" }>;

export interface SignerHandle {
  /** Opens the signer of the person's organisation. Call it in a click's own handler. */
  readonly open: (action: LedgerAction) => Promise<LedgerAnswer>;
  /** Has the ledger's answer attested in the person's name; the questions may still be on their way. */
  readonly attest: (questions: Promise<readonly AttestQuestion[]>) => Promise<ReadAnswer>;
  /** While a signer's window is open. */
  readonly isOpen: boolean;
}

const notSent = (code: ErrorCode) => ({ outcome: "not-sent" as const, code, message: ERROR_CODES[code] });

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
      if (origin === null) return notSent("ACCESS_DENIED");
      setOpen(true);
      const request = { kind: "transact" as const, function: name, statement: { ...statement }, ...(csr === undefined ? {} : { csr }) };
      const answer = await openSigner(origin, request).finally(() => setOpen(false));
      return answer.outcome === "signed-in" || answer.outcome === "read" ? notSent("MESSAGE_TYPE") : answer;
    },
    [origin],
  );
  const attest = useCallback(
    async (questions: Promise<readonly AttestQuestion[]>): Promise<ReadAnswer> => {
      if (origin === null) return notSent("ACCESS_DENIED");
      setOpen(true);
      const request = questions.then((ready) => ({ kind: "read" as const, questions: [...ready] }));
      const answer = await openSigner(origin, request).finally(() => setOpen(false));
      return answer.outcome === "read" || answer.outcome === "not-sent" ? answer : notSent("MESSAGE_TYPE");
    },
    [origin],
  );
  return useMemo(() => ({ open, attest, isOpen }), [open, attest, isOpen]);
}
