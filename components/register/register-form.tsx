"use client";

import { useEffect, useRef, useState, useTransition } from "react";
import { useReader } from "@/components/format/reader";
import type { FieldErrors } from "@/components/ledger-action/field-errors";
import { ActionStatus } from "@/components/ledger-action/status";
import { useLedgerAction } from "@/components/ledger-action/use-ledger-action";
import { Button } from "@/components/ui/button";
import { CalibrationStep, OwnerStep } from "./calibration-step";
import { type Draft, draftErrors, EMPTY_DRAFT, functionOf, missing, registerStatement } from "./draft";
import { dueBy, type Owner } from "./due";
import type { RequestFindings } from "./findings";
import { IdentityCard } from "./identity-card";
import { type Issued, IssuedCard } from "./issued-card";
import { RequestStep } from "./request-step";
import { useCertificate } from "./use-certificate";
import { type IdentityCheck, useIdentityEnd } from "./use-identity-end";

interface RegisterFormProps {
  readonly authority: string;
  readonly owners: readonly Owner[];
  /** Reads a request on the server; null when it is none. */
  readonly read: (pem: string) => Promise<RequestFindings | null>;
  /** Asks the authority's certificate authority when an identity would end. */
  readonly check: IdentityCheck;
}

/** Registers a sensor or renews its identity: request and calibration in, signed in the signer, identity certificate out. */
export function RegisterForm({ authority, owners, read, check }: RegisterFormProps) {
  const { now } = useReader();
  const { state, busy, run } = useLedgerAction();
  const only = owners.length === 1 ? (owners[0]?.mspId ?? "") : "";
  const [typed, setDraft] = useState<Draft>({ ...EMPTY_DRAFT, owner: only });
  const request = useRequest(read);
  const certificate = useCertificate();
  const [issued, setIssued] = useState<Issued | null>(null);
  const [tried, setTried] = useState(false);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());

  const ownerId = request.findings?.known?.owner ?? typed.owner;
  const due = dueBy(certificate.file?.read?.facts.due ?? null, typed.from, owners.find(({ mspId }) => mspId === ownerId) ?? null);
  const draft = typed.to === "" && due ? { ...typed, to: due.day } : typed;
  const errors = draftErrors(draft, request.findings, now);
  const shown: FieldErrors = Object.fromEntries(Object.entries(errors).filter(([path]) => tried || left.has(path)));
  const statement = registerStatement(draft, request.findings);
  const known = request.findings?.known ?? null;
  const end = useIdentityEnd(check, request, statement.calibration.to);
  const steps = {
    draft: typed,
    errors: shown,
    onChange: (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part })),
    onLeave: (path: string) => setLeft((before) => new Set(before).add(path)),
  };
  const sign = async () => {
    setTried(true);
    if (Object.keys(errors).length > 0) return;
    const sent = await run({ function: functionOf(request.findings), statement, csr: request.pem.trim() });
    if (sent) setIssued({ sensor: statement.sensor, identity: sent.identity ?? null, refused: sent.identityRefused ?? null });
  };

  if (issued) return <IssuedCard issued={issued} />;
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
        <RequestStep
          pem={request.pem}
          findings={request.findings}
          reading={request.reading}
          error={request.unreadable ? "This is no certificate request in PEM" : tried ? errors.sensor : undefined}
          onPem={request.take}
        />
        <CalibrationStep {...steps} certificate={certificate} due={due} sensor={usableSensor(request.findings)} />
        <OwnerStep {...steps} owners={owners} fixed={known} />
      </div>
      <aside aria-label="Identity to be issued" className="wide:sticky wide:top-6">
        <IdentityCard
          request={request.findings}
          ownerName={known?.ownerName ?? owners.find(({ mspId }) => mspId === draft.owner)?.name ?? ""}
          authority={authority}
          calibration={statement.calibration}
          end={end}
        >
          <Button
            type="submit"
            look="primary"
            icon="key"
            className="min-h-11 w-full text-body"
            disabled={busy}
            aria-disabled={Object.keys(errors).length > 0}
          >
            {known ? "Sign and renew identity" : "Sign and issue identity"}
          </Button>
          <p className="text-balance text-center text-quiet text-small" aria-live="polite">
            {missing(errors) || "Your signer shows this once more. Its signature is what the certificate authority acts on."}
          </p>
          <ActionStatus state={state} done="Registered" />
        </IdentityCard>
      </aside>
    </form>
  );
}

const usableSensor = (findings: RequestFindings | null): string | null => (findings?.usable ? findings.sensor : null);

/** The pasted request, read on the server a moment after the last key. */
function useRequest(read: RegisterFormProps["read"]) {
  const [pem, setPem] = useState("");
  const [findings, setFindings] = useState<RequestFindings | null>(null);
  const [unreadable, setUnreadable] = useState(false);
  const [reading, startReading] = useTransition();
  const latest = useRef("");
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const take = (text: string) => {
    setPem(text);
    setFindings(null);
    setUnreadable(false);
    latest.current = text;
    clearTimeout(timer.current);
    if (text.trim() === "") return;
    timer.current = setTimeout(() => {
      startReading(async () => {
        const found = await read(text);
        if (latest.current !== text) return;
        setFindings(found);
        setUnreadable(found === null);
      });
    }, 300);
  };
  return { pem, findings, unreadable, reading, take };
}
