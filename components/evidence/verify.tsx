"use client";

import "./no-eval";
import { useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { TextArea } from "@/components/ui/field";
import { Note } from "@/components/ui/note";
import type { Report } from "@/lib/evidence/report";
import { WintersealError } from "@/lib/messages/errors";
import { DropZone } from "./drop-zone";
import { EvidenceResult } from "./result";

type Phase =
  | { readonly name: "idle" }
  | { readonly name: "checking"; readonly share: number }
  | { readonly name: "done"; readonly report: Report }
  | { readonly name: "failed"; readonly code: string; readonly message: string };

/** Checks a file in this browser, with the same code as the command line; loaded when it is needed. */
async function check(file: File, lines: string, acceptDemonstration: boolean, onProgress: (share: number) => void): Promise<Report> {
  const [{ verifyEvidence }, { webVerify }, { readPins }, { MAX_FILE_BYTES }] = await Promise.all([
    import("@/lib/evidence/verify"),
    import("@/lib/evidence/verify-web"),
    import("@/lib/evidence/pins"),
    import("@/lib/evidence/file"),
  ]);
  const pins = readPins("line", lines);
  if (file.size > MAX_FILE_BYTES) throw new WintersealError("EVIDENCE_TOO_LARGE");
  const bytes = new Uint8Array(await file.arrayBuffer());
  return verifyEvidence(bytes, { pins, acceptDemonstration, verify: webVerify(), onProgress });
}

/** Certificates become lines of the field, so that what is pinned always stands there to be read. */
async function linesOf(files: readonly File[]): Promise<string> {
  const { readPins } = await import("@/lib/evidence/pins");
  const pins = await Promise.all(files.map(async (file) => readPins(file.name, await file.text())));
  return pins
    .flatMap(({ roots, genesis }) => [
      ...roots.map(({ mspId, fingerprint }) => `${mspId} ${fingerprint}`),
      ...genesis.map((hash) => `genesis ${hash}`),
    ])
    .join("\n");
}

const failure = (error: unknown): Phase => {
  if (!(error instanceof WintersealError)) throw error;
  return { name: "failed", code: error.code, message: error.message };
};

export function VerifyEvidence() {
  const [file, setFile] = useState<File | null>(null);
  const [lines, setLines] = useState("");
  const [acceptDemonstration, setAccept] = useState(false);
  const [phase, setPhase] = useState<Phase>({ name: "idle" });
  const roots = useRef<HTMLInputElement>(null);

  const run = async () => {
    if (file === null) return;
    setPhase({ name: "checking", share: 0 });
    try {
      setPhase({ name: "done", report: await check(file, lines, acceptDemonstration, (share) => setPhase({ name: "checking", share })) });
    } catch (error) {
      setPhase(failure(error));
    }
  };
  const addRoots = async (files: readonly File[]) => {
    try {
      const more = await linesOf(files);
      setLines((before) => [before.trim(), more].filter(Boolean).join("\n"));
    } catch (error) {
      setPhase(failure(error));
    }
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      <Card className="grid gap-5 p-4 desk:p-6">
        <DropZone
          name={file?.name ?? null}
          onFile={(chosen) => {
            setFile(chosen);
            setPhase({ name: "idle" });
          }}
        />
        <div className="grid gap-2">
          <TextArea
            mono
            label="Roots that you believe"
            optional
            rows={4}
            value={lines}
            onChange={(event) => setLines(event.target.value)}
            hint="One line each: MSP id and SHA-256 fingerprint of its root certificate. Get them from the organisations themselves. Without any, the answer is at best “internally consistent, unknown network”."
          />
          <div className="flex flex-wrap items-center gap-x-5 gap-y-2">
            <input
              ref={roots}
              type="file"
              multiple
              accept=".pem,.crt,.cer,.txt"
              aria-label="Root certificates"
              className="sr"
              tabIndex={-1}
              onChange={(event) => {
                const chosen = [...(event.target.files ?? [])];
                event.target.value = "";
                addRoots(chosen).catch((error: unknown) => setPhase(failure(error)));
              }}
            />
            <Button icon="key" onClick={() => roots.current?.click()}>
              Add root certificates
            </Button>
            <label className="flex min-h-11 items-center gap-2 text-small desk:min-h-9">
              <input
                type="checkbox"
                className="size-4"
                checked={acceptDemonstration}
                onChange={(event) => setAccept(event.target.checked)}
              />
              Take a demonstration’s identities as real
            </label>
          </div>
        </div>
        <div>
          <Button look="primary" icon="verify" disabled={file === null || phase.name === "checking"} onClick={() => void run()}>
            {file === null ? "Choose a file first" : "Check the file"}
          </Button>
        </div>
      </Card>
      <div aria-live="polite">
        {phase.name === "checking" && (
          <p role="status" className="text-second text-small">
            Checking every signature and running the rules again … <span className="num">{Math.round(100 * phase.share)} %</span>
          </p>
        )}
        {phase.name === "failed" && (
          <Note kind="violation" role="alert">
            {phase.message} <span className="mono">{phase.code}</span>
          </Note>
        )}
        {phase.name === "done" && <EvidenceResult report={phase.report} />}
      </div>
    </div>
  );
}
