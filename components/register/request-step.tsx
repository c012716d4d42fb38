"use client";

import { type ReactNode, useState } from "react";
import { shortHash } from "@/components/format/identifiers";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { TextArea } from "@/components/ui/field";
import { State, type StateKind } from "@/components/ui/state";
import type { RequestFindings } from "./findings";

interface RequestStepProps {
  readonly pem: string;
  readonly findings: RequestFindings | null;
  readonly reading: boolean;
  readonly error: string | undefined;
  readonly onPem: (pem: string) => void;
}

const PLACEHOLDER = "-----BEGIN CERTIFICATE REQUEST-----\n…\n-----END CERTIFICATE REQUEST-----";

/** The sensor's certificate request, pasted or from a file, and what was found in it. */
export function RequestStep({ pem, findings, reading, error, onPem }: RequestStepProps) {
  const [over, setOver] = useState(false);
  const take = async (files: FileList | null) => {
    const file = files?.[0];
    if (file) onPem(await file.text());
  };
  return (
    <Card className="p-4 desk:p-6">
      <header className="mb-4 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h2>1. Certificate request of the sensor</h2>
        <label className="contents">
          <input
            type="file"
            className="peer sr"
            accept=".pem,.csr,.txt"
            aria-label="Certificate request from a file"
            onChange={(event) => void take(event.target.files)}
          />
          <FileButton>Choose file</FileButton>
        </label>
      </header>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button above is the first */}
      <div
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          void take(event.dataTransfer.files);
        }}
        className={over ? "rounded-control bg-accent-soft" : ""}
      >
        <TextArea
          label="Request, PEM"
          mono
          rows={6}
          spellCheck={false}
          placeholder={PLACEHOLDER}
          hint="The sensor makes it together with its key; paste it or drop the file here. The key itself never leaves the sensor."
          value={pem}
          error={error}
          onChange={(event) => onPem(event.target.value)}
        />
      </div>
      <div aria-live="polite">
        {reading && <p className="mt-4 text-quiet text-small">Reading …</p>}
        {findings && <Findings findings={findings} />}
      </div>
    </Card>
  );
}

/** Looks like a button, acts through the file input before it. */
export function FileButton({ children }: { readonly children: ReactNode }) {
  return (
    <span className="inline-flex min-h-11 cursor-pointer items-center rounded-control border border-control-line bg-surface px-4 font-strong text-small shadow-card hover:bg-hover peer-focus-visible:shadow-(--focus) desk:min-h-9 desk:px-3">
      {children}
    </span>
  );
}

function Findings({ findings }: { readonly findings: RequestFindings }) {
  return (
    <ul className="mt-4 grid gap-2 text-small">
      {sentences(findings).map(({ kind, head, text }) => (
        <li key={head}>
          <State kind={kind} wrap className="font-normal!">
            <span className="text-second">
              <b className="font-medium text-ink">{head}</b> {text}
            </span>
          </State>
        </li>
      ))}
    </ul>
  );
}

interface Sentence {
  readonly kind: StateKind;
  readonly head: string;
  readonly text: string;
}

const BARRED = {
  foreign: "Another authority registered this sensor; only that one can renew it.",
  revoked: "This sensor was revoked. A revoked sensor is never renewed; give it a new id.",
};

function sentences({ sensor, thumbprint, isProven, isP256, isIdValid, known, barred, keyOf }: RequestFindings): Sentence[] {
  const out: Sentence[] = [
    isProven
      ? { kind: "kept", head: "The sensor holds the private key.", text: "The request is signed with it." }
      : { kind: "violation", head: "The request is not signed with its own key.", text: "Whoever made it may not hold the key." },
    isP256
      ? { kind: "kept", head: "Key of the right kind.", text: `P-256, thumbprint ${shortHash(thumbprint)}.` }
      : { kind: "violation", head: "Another kind of key.", text: "Identities here use P-256 and nothing else." },
    isIdValid
      ? { kind: "kept", head: `It names ${sensor}.`, text: "That is the sensor’s id, on the ledger and on its topics." }
      : { kind: "violation", head: `“${sensor}” cannot be a sensor’s id.`, text: "1 to 32 of a to z, 0 to 9 and the hyphen." },
  ];
  if (barred) out.push({ kind: "violation", head: "Nothing can be issued.", text: BARRED[barred] });
  else if (known)
    out.push({
      kind: "info",
      head: "It is registered already.",
      text: `${known.model}, of ${known.ownerName}. Signing renews its identity${known.sameKey ? " for the same key." : " and ends the key before."}`,
    });
  if (keyOf) out.push({ kind: "violation", head: "The key is in use.", text: `${keyOf} signs with it; two sensors never share a key.` });
  return out;
}

/** Saves text as a file, made in the browser. */
export function SaveButton({
  name,
  text,
  children,
  primary = false,
}: {
  readonly name: string;
  readonly text: string;
  readonly children: ReactNode;
  readonly primary?: boolean;
}) {
  const save = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/x-pem-file" }));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <Button icon="download" look={primary ? "primary" : "plain"} onClick={save}>
      {children}
    </Button>
  );
}
