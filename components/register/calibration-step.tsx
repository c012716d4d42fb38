"use client";

import { useState } from "react";
import { shortHash } from "@/components/format/identifiers";
import type { FieldErrors } from "@/components/ledger-action/field-errors";
import { Card } from "@/components/ui/card";
import { SelectField, TextField, UnitField } from "@/components/ui/field";
import { Icon } from "@/components/ui/icon";
import { Tile } from "@/components/ui/state";
import type { Draft } from "./draft";
import { FileButton } from "./request-step";

interface CalibrationStepProps {
  readonly draft: Draft;
  readonly errors: FieldErrors;
  readonly onChange: (part: Partial<Draft>) => void;
  readonly onLeave: (path: string) => void;
}

/** The calibration certificate: its file is hashed here, its facts are typed as it states them. */
export function CalibrationStep({ draft, errors, onChange, onLeave }: CalibrationStepProps) {
  const text = (name: keyof Draft, path: string) => ({
    value: draft[name],
    error: errors[path],
    onChange: (event: { readonly target: { readonly value: string } }) => onChange({ [name]: event.target.value }),
    onBlur: () => onLeave(path),
  });
  return (
    <Card className="p-4 desk:p-6">
      <h2>2. Calibration certificate</h2>
      <p className="mt-1 mb-4 text-second text-small">
        As the laboratory states it. These facts go into the identity and judge every reading.
      </p>
      <CertificateFile hash={draft.hash} error={errors["calibration.hash"]} onHash={(hash) => onChange({ hash })} />
      <div className="mt-4 grid gap-4 desk:grid-cols-2">
        <TextField label="Certificate number" maxLength={64} {...text("number", "calibration.number")} />
        <TextField label="Laboratory" maxLength={96} {...text("laboratory", "calibration.laboratory")} />
        <TextField label="Calibrated on" type="date" {...text("from", "calibration.from")} />
        <TextField
          label="Valid until"
          type="date"
          hint="The due date is the owner’s rule unless the certificate names one"
          {...text("to", "calibration.to")}
        />
        <div className="grid grid-cols-2 gap-4">
          <UnitField label="Range from" unit="°C" {...text("min", "calibration.min")} />
          <UnitField label="to" unit="°C" {...text("max", "calibration.max")} />
        </div>
        <UnitField
          label="Expanded uncertainty"
          unit="K"
          hint="For k = 2, the largest over the range"
          {...text("uncertainty", "calibration.uncertainty")}
        />
      </div>
    </Card>
  );
}

interface CertificateFileProps {
  readonly hash: string;
  readonly error: string | undefined;
  readonly onHash: (hash: string) => void;
}

/** Hashes the certificate's file in the browser; the file itself is neither sent nor kept. */
function CertificateFile({ hash, error, onHash }: CertificateFileProps) {
  const [name, setName] = useState("");
  const take = async (files: FileList | null) => {
    const file = files?.[0];
    if (!file) return;
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    setName(file.name);
    onHash([...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
  };
  return (
    <div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button inside is the first */}
      <div
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          void take(event.dataTransfer.files);
        }}
        className="grid grid-cols-[2.25rem_minmax(0,1fr)] items-center gap-x-4 gap-y-3 rounded-control border border-line-strong border-dashed bg-sunken px-4 py-3 desk:grid-cols-[2.25rem_minmax(0,1fr)_auto]"
      >
        <Tile kind="file" />
        <div className="min-w-0">
          <b className="[overflow-wrap:anywhere]">{name || (hash ? "Hash given" : "The certificate’s file")}</b>
          <span className="block text-quiet text-small">
            {hash ? (
              <>
                SHA-256 <span className="mono">{shortHash(hash)}</span>; the file stays on this machine
              </>
            ) : (
              "PDF or XML; only its hash is recorded, the file stays on this machine"
            )}
          </span>
        </div>
        <label className="contents">
          <input
            type="file"
            className="peer sr"
            aria-label="Calibration certificate’s file"
            onChange={(event) => void take(event.target.files)}
          />
          <FileButton>Choose file</FileButton>
        </label>
      </div>
      {error && (
        <p className="mt-1.5 flex items-start gap-1.5 text-small text-violation">
          <Icon name="violation" className="mt-0.5 size-4" />
          {error}
        </p>
      )}
    </div>
  );
}

interface OwnerStepProps extends CalibrationStepProps {
  readonly owners: readonly { readonly mspId: string; readonly name: string }[];
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
