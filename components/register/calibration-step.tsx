"use client";

import { shortHash } from "@/components/format/identifiers";
import type { FieldErrors } from "@/components/ledger-action/field-errors";
import { Card } from "@/components/ui/card";
import { SelectField, TextField, UnitField } from "@/components/ui/field";
import { Icon } from "@/components/ui/icon";
import { Note } from "@/components/ui/note";
import { State, Tile } from "@/components/ui/state";
import type { DccFile } from "@/lib/exchange/dcc-file";
import { CertificateFacts } from "./certificate-facts";
import { type Draft, draftOf, readDraft } from "./draft";
import type { Due, Owner } from "./due";
import { FileButton } from "./request-step";
import type { CertificateFile, useCertificate } from "./use-certificate";

interface StepProps {
  readonly draft: Draft;
  readonly errors: FieldErrors;
  readonly onChange: (part: Partial<Draft>) => void;
  readonly onLeave: (path: string) => void;
}

interface CalibrationStepProps extends StepProps {
  readonly certificate: ReturnType<typeof useCertificate>;
  /** Due date that follows from certificate or owner's rule, and whose rule it is; null while neither says one. */
  readonly due: Due | null;
  /** The id that a usable request names. */
  readonly sensor: string | null;
}

/** The calibration certificate: read where it is a digital one, else its file is hashed here and its facts are typed as it states them. */
export function CalibrationStep({ draft, errors, onChange, onLeave, certificate, due, sensor }: CalibrationStepProps) {
  const text = (name: keyof Draft, path: string) => ({
    value: draft[name],
    error: errors[path],
    onChange: (event: { readonly target: { readonly value: string } }) => onChange({ [name]: event.target.value }),
    onBlur: () => onLeave(path),
  });
  const read = certificate.file?.read ?? null;
  const origin = (name: keyof Draft, otherwise?: string) => originHint(name, draft, read, otherwise);
  const take = async (chosen: File) => {
    const taken = await certificate.take(chosen);
    // A file whose signature does not hold is shown, and no identity is bound to it.
    const sound = taken !== null && taken.read?.signature.state !== "invalid";
    onChange(sound ? { hash: taken.hash, ...(taken.read ? readDraft(taken.read, draft) : {}) } : { hash: "" });
  };
  return (
    <Card className="p-4 desk:p-6">
      <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <h2>2. Calibration certificate</h2>
        {read && read.signature.state !== "invalid" && <State kind="kept">Read</State>}
      </header>
      <p className="mt-1 mb-4 text-second text-small">
        As the laboratory states it. These facts go into the identity and judge every reading.
      </p>
      <CertificateDrop certificate={certificate} hash={draft.hash} error={errors["calibration.hash"]} onFile={(file) => void take(file)} />
      {read && <CertificateFacts read={read} sensor={sensor} />}
      {read && <h3 className="mt-6">What the identity will say</h3>}
      <div className="mt-4 grid gap-4 desk:grid-cols-2">
        <TextField label="Certificate number" maxLength={64} hint={origin("number")} {...text("number", "calibration.number")} />
        <TextField label="Laboratory" maxLength={96} hint={origin("laboratory")} {...text("laboratory", "calibration.laboratory")} />
        <TextField label="Calibrated on" type="date" hint={origin("from")} {...text("from", "calibration.from")} />
        <TextField
          label="Valid until"
          type="date"
          hint={dueHint(draft.to, due)}
          {...text("to", "calibration.to")}
          value={draft.to || (due?.day ?? "")}
        />
        <div className="grid grid-cols-2 gap-4">
          <UnitField label="Range from" unit="°C" hint={origin("min")} {...text("min", "calibration.min")} />
          <UnitField label="to" unit="°C" hint={origin("max")} {...text("max", "calibration.max")} />
        </div>
        <UnitField
          label="Expanded uncertainty"
          unit="K"
          hint={origin("uncertainty", "For k = 2, the largest over the range")}
          {...text("uncertainty", "calibration.uncertainty")}
        />
      </div>
    </Card>
  );
}

/** Whose rule the due date is, or that neither certificate nor owner says it. */
function dueHint(typed: string, due: Due | null): string {
  if (typed === "" || typed === due?.day) return due?.rule ?? "The owner’s rule unless the certificate names a date";
  return due ? `Set here by hand. ${due.rule}: ${due.day}` : "Set here by hand";
}

/** Where a field's value is from: the certificate, or a hand that changed it. */
function originHint(name: keyof Draft, draft: Draft, read: DccFile | null, otherwise = ""): string {
  if (read === null) return otherwise;
  const stated = draftOf(read)[name];
  if (stated === undefined) return otherwise || "The certificate does not say it";
  return draft[name] === stated ? "As read" : `Changed by hand; the certificate says ${stated}`;
}

interface CertificateDropProps {
  readonly certificate: ReturnType<typeof useCertificate>;
  readonly hash: string;
  readonly error: string | undefined;
  readonly onFile: (file: File) => void;
}

/** Takes the certificate's file, dropped or chosen. */
function CertificateDrop({ certificate: { file, refused, reading }, hash, error, onFile }: CertificateDropProps) {
  const take = (files: FileList | null) => {
    const chosen = files?.[0];
    if (chosen) onFile(chosen);
  };
  return (
    <div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button inside is the first */}
      <div
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          take(event.dataTransfer.files);
        }}
        className="grid grid-cols-[2.25rem_minmax(0,1fr)] items-center gap-x-4 gap-y-3 rounded-control border border-line-strong border-dashed bg-sunken px-4 py-3 desk:grid-cols-[2.25rem_minmax(0,1fr)_auto]"
      >
        <Tile kind="file" />
        <div className="min-w-0" aria-live="polite">
          <b className="[overflow-wrap:anywhere]">{file?.name ?? (hash ? "Hash given" : "The certificate’s file")}</b>
          <span className="block text-quiet text-small">{reading ? "Reading …" : fileWords(file, hash)}</span>
        </div>
        <label className="contents">
          <input
            type="file"
            className="peer sr"
            aria-label="Calibration certificate’s file"
            onChange={(event) => {
              take(event.target.files);
              // The same file chosen once more is read once more.
              event.target.value = "";
            }}
          />
          <FileButton>Choose file</FileButton>
        </label>
      </div>
      {refused && (
        <Note kind="violation" role="alert" className="mt-3">
          <b className="font-medium">{refused.message}.</b>{" "}
          {refused.path && <span className="break-all font-mono text-caption">{refused.path}</span>} Nothing of the file was taken.{" "}
          <span className="text-quiet">{refused.code}</span>
        </Note>
      )}
      {error && !refused && (
        <p className="mt-1.5 flex items-start gap-1.5 text-small text-violation">
          <Icon name="violation" className="mt-0.5 size-4" />
          {error}
        </p>
      )}
    </div>
  );
}

function fileWords(file: CertificateFile | null, hash: string): string {
  const kib = (bytes: number) => `${Math.max(1, Math.round(bytes / 1024))} KB`;
  if (file?.read)
    return `DCC ${file.read.facts.schemaVersion}, ${kib(file.bytes)}. Read by this site and not kept; only its hash is recorded.`;
  if (file)
    return `${kib(file.bytes)}, SHA-256 ${shortHash(hash)}. Not a digital certificate: type what it states. It stays on this machine.`;
  if (hash) return `SHA-256 ${shortHash(hash)}`;
  return "A digital calibration certificate (DCC, XML) is read; of any other file only the hash is taken.";
}

interface OwnerStepProps extends StepProps {
  readonly owners: readonly Owner[];
  /** Set when the sensor is renewed: whose it is stays as registered. */
  readonly fixed: { readonly model: string; readonly ownerName: string } | null;
}

/** What it is and whose; fixed once it is registered. */
export function OwnerStep({ draft, errors, onChange, onLeave, owners, fixed }: OwnerStepProps) {
  return (
    <Card className="p-4 desk:p-6">
      <h2 className="mb-4">3. Instrument and owner</h2>
      {fixed ? (
        <p className="text-second text-small">
          {fixed.model}, of {fixed.ownerName}: as registered. A renewal changes neither.
        </p>
      ) : (
        <div className="grid gap-4 desk:grid-cols-2">
          <TextField
            label="Model"
            hint="Maker, type, serial number as on the housing"
            maxLength={64}
            value={draft.model}
            error={errors.model}
            onChange={(event) => onChange({ model: event.target.value })}
            onBlur={() => onLeave("model")}
          />
          <SelectField
            label="Owner"
            hint="Only the owner assigns it to shipments"
            value={draft.owner}
            error={errors.owner}
            onChange={(event) => onChange({ owner: event.target.value })}
          >
            <option value="">Choose …</option>
            {owners.map(({ mspId, name }) => (
              <option key={mspId} value={mspId}>
                {name}
              </option>
            ))}
          </SelectField>
        </div>
      )}
    </Card>
  );
}
