"use client";

import { useState } from "react";
import * as z from "zod";
import { useSigner } from "@/components/signer/provider";
import { Button } from "@/components/ui/button";
import { Note } from "@/components/ui/note";
import type { Subject } from "@/lib/evidence/file";
import { type AttestedRead, type AttestQuestion, attestQuestionSchema } from "@/lib/messages/signer";

type Phase =
  | { readonly name: "idle" | "signing" | "making" }
  | { readonly name: "done"; readonly file: string; readonly attested: boolean }
  | { readonly name: "failed"; readonly code: string; readonly message: string };

const questionsSchema = z.object({ questions: z.array(attestQuestionSchema) });
const refusalSchema = z.object({ code: z.string(), message: z.string() });

async function ask(address: string): Promise<readonly AttestQuestion[]> {
  const response = await fetch(address, { cache: "no-store" });
  if (!response.ok) throw new TypeError(`the website answered ${response.status}`);
  return questionsSchema.parse(await response.json()).questions;
}

/** Downloads the file as the website makes it. @returns a refusal, or null when it is on its way to the disk */
async function download(address: string, body: object, name: string): Promise<z.infer<typeof refusalSchema> | null> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(address, { method: "POST", headers, body: JSON.stringify(body), cache: "no-store" });
  if (!response.ok) {
    const refusal = refusalSchema.safeParse(await response.json());
    return refusal.success ? refusal.data : { code: "UNAVAILABLE", message: `the website answered ${response.status}` };
  }
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return null;
}

/** Two steps: the signer has the ledger's answer attested in the person's name, then the website puts the file together. */
export function ExportEvidence({ shipment, subject }: { readonly shipment: string; readonly subject: Subject }) {
  const signer = useSigner();
  const [phase, setPhase] = useState<Phase>({ name: "idle" });
  const address = `/api/shipments/${shipment}/evidence`;
  const file = `${shipment}.evidence.json`;

  const make = async (reads: readonly AttestedRead[]) => {
    setPhase({ name: "making" });
    try {
      const refusal = await download(address, { subject, reads }, file);
      setPhase(refusal === null ? { name: "done", file, attested: reads.length > 0 } : { name: "failed", ...refusal });
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      setPhase({ name: "failed", code: "UNAVAILABLE", message: "The website did not answer. Nothing was recorded; try again." });
    }
  };
  const sign = async () => {
    setPhase({ name: "signing" });
    const answer = await signer.attest(ask(address));
    if (answer.outcome === "read") await make(answer.reads);
    else setPhase({ name: "failed", code: answer.code, message: answer.message });
  };
  const busy = phase.name === "signing" || phase.name === "making";
  return (
    <div className="grid gap-4">
      <div className="flex flex-wrap gap-2">
        <Button look="primary" icon="key" disabled={busy} onClick={() => void sign()}>
          Have it attested and download
        </Button>
        <Button icon="download" disabled={busy} onClick={() => void make([])}>
          Download without
        </Button>
      </div>
      <ExportState phase={phase} />
    </div>
  );
}

function ExportState({ phase }: { readonly phase: Phase }) {
  switch (phase.name) {
    case "idle":
      return null;
    case "signing":
      return (
        <p role="status" className="text-second text-small">
          The signer of your organisation is open in its own window. It records nothing: two organisations sign what their ledger holds.
        </p>
      );
    case "making":
      return (
        <p role="status" className="text-second text-small">
          Putting the file together …
        </p>
      );
    case "done":
      return (
        <Note kind={phase.attested ? "kept" : "unknown"} role="status">
          <b>{phase.file} is made.</b>{" "}
          {phase.attested
            ? "It is complete as at this moment."
            : "Nothing in it shows that later records are not left out: whoever checks it is told so."}{" "}
          Check it with <span className="mono wrap-anywhere">npm run verify -- {phase.file} --roots ROOTS</span>.
        </Note>
      );
    case "failed":
      return (
        <Note kind="violation" role="alert">
          <b>No file was made.</b> {phase.message} <span className="mono">{phase.code}</span>
        </Note>
      );
  }
}
