"use client";

import { useState, useTransition } from "react";
import { useReader } from "@/components/format/reader";
import { profileWords } from "@/components/plan/profile-words";
import { FileButton } from "@/components/register/request-step";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { SelectField, TextField } from "@/components/ui/field";
import { Note } from "@/components/ui/note";
import { Tile } from "@/components/ui/state";
import { DEFAULT_PROFILE, PROFILES } from "@/lib/domain/profiles";
import type { DryRun } from "@/lib/exchange/dry-run";
import { DryRunResult } from "./result";

interface Refused {
  readonly code: string;
  readonly message: string;
  readonly field?: string;
}

interface Choices {
  readonly profile: string;
  readonly unit: "C" | "F";
  readonly timeZone: string;
  readonly timeColumn: string;
  readonly temperatureColumn: string;
}

const MOST_BYTES = 8 * 1024 * 1024;

async function ask(file: File, choices: Choices): Promise<DryRun | Refused> {
  if (file.size > MOST_BYTES) return { code: "FILE_TOO_LARGE", message: "At most 8 MiB are read" };
  const given = Object.entries(choices).filter(([, value]) => value !== "");
  try {
    const response = await fetch(`/api/logger-files?${new URLSearchParams(given)}`, { method: "POST", body: file });
    return (await response.json()) as DryRun | Refused;
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    return { code: "UNAVAILABLE", message: "The site cannot be reached. Nothing was changed" };
  }
}

/** A logger's file against a profile. What was chosen stays when the file is refused. */
export function DryRunForm() {
  const { zone, unit } = useReader();
  const [choices, setChoices] = useState<Choices>({
    profile: DEFAULT_PROFILE,
    unit: "C",
    timeZone: zone,
    timeColumn: "",
    temperatureColumn: "",
  });
  const [file, setFile] = useState<File | null>(null);
  const [run, setRun] = useState<DryRun | Refused | null>(null);
  const [running, start] = useTransition();
  const change = (part: Partial<Choices>) => setChoices((before) => ({ ...before, ...part }));
  const refused = run !== null && "code" in run ? run : null;
  const errorOf = (field: string) => (refused?.field === field ? refused.message : undefined);
  const profile = PROFILES.find(({ id }) => id === choices.profile);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      <Card className="p-4 desk:p-6">
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (file) start(async () => setRun(await ask(file, choices)));
          }}
        >
          <div className="grid grid-cols-[2.25rem_minmax(0,1fr)] items-center gap-x-4 gap-y-3 rounded-control border border-line-strong border-dashed bg-sunken px-4 py-3 desk:grid-cols-[2.25rem_minmax(0,1fr)_auto]">
            <Tile kind="file" />
            <div className="min-w-0">
              <b className="[overflow-wrap:anywhere]">{file?.name ?? "The logger’s file"}</b>
              <span className="block text-quiet text-small">
                CSV with a header line, or a Fridge-tag 2 export. It is read once and not kept.
              </span>
            </div>
            <label className="contents">
              <input
                type="file"
                className="peer sr"
                aria-label="Logger’s file"
                onChange={(event) => {
                  setFile(event.target.files?.[0] ?? null);
                  setRun(null);
                }}
              />
              <FileButton>Choose file</FileButton>
            </label>
          </div>
          <div className="mt-4 grid gap-4 desk:grid-cols-3">
            <SelectField
              label="Profile"
              value={choices.profile}
              error={errorOf("profile")}
              onChange={(event) => change({ profile: event.target.value })}
            >
              {PROFILES.map(({ id, title }) => (
                <option key={id} value={id}>
                  {title}
                </option>
              ))}
            </SelectField>
            <TextField
              label="Zone of the file’s times"
              hint="Where they carry no offset"
              value={choices.timeZone}
              error={errorOf("timeZone")}
              onChange={(event) => change({ timeZone: event.target.value })}
            />
            <SelectField
              label="Temperatures of a CSV"
              value={choices.unit}
              onChange={(event) => change({ unit: event.target.value === "F" ? "F" : "C" })}
            >
              <option value="C">°C</option>
              <option value="F">°F</option>
            </SelectField>
          </div>
          <details className="mt-4">
            <summary className="text-accent text-small">Columns with unusual names</summary>
            <div className="mt-3 grid gap-4 desk:grid-cols-2">
              <TextField
                label="Column of the time"
                optional
                value={choices.timeColumn}
                error={errorOf("timeColumn")}
                onChange={(event) => change({ timeColumn: event.target.value })}
              />
              <TextField
                label="Column of the temperature"
                optional
                value={choices.temperatureColumn}
                error={errorOf("temperatureColumn")}
                onChange={(event) => change({ temperatureColumn: event.target.value })}
              />
            </div>
          </details>
          {profile && <p className="mt-4 text-pretty text-quiet text-small">{profileWords(profile, unit).join(". ")}.</p>}
          <div className="mt-4 flex flex-wrap items-center gap-4">
            <Button type="submit" look="primary" icon="inspection" disabled={running} aria-disabled={file === null}>
              {running ? "Reading …" : "Run the rules"}
            </Button>
            {file === null && <p className="text-quiet text-small">Still needed: the logger’s file.</p>}
          </div>
        </form>
        {refused && !refused.field && (
          <Note kind="violation" role="alert" className="mt-4">
            <b className="font-medium">{refused.message}.</b> Nothing of the file was taken.{" "}
            <span className="text-quiet">{refused.code}</span>
          </Note>
        )}
      </Card>
      {run !== null && !("code" in run) && <DryRunResult run={run} file={file?.name ?? "FILE"} choices={choices} />}
    </div>
  );
}
