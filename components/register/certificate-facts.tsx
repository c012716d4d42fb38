"use client";

import type { ReactNode } from "react";
import { shortHash } from "@/components/format/identifiers";
import { useReader } from "@/components/format/reader";
import { formatDifference, formatTemperature, type TemperatureUnit } from "@/components/format/temperature";
import { Time } from "@/components/format/values";
import { State, type StateKind } from "@/components/ui/state";
import { Cell, HeadCell, Table } from "@/components/ui/table";
import type { DccFacts } from "@/lib/exchange/dcc";
import type { DccFile } from "@/lib/exchange/dcc-file";
import type { SignatureFinding } from "@/lib/exchange/dcc-signature";
import { isSameSensor } from "./same-sensor";

/** What was read from a digital calibration certificate, and from which of its elements. */
export function CertificateFacts({ read, sensor }: { readonly read: DccFile; readonly sensor: string | null }) {
  const { facts, signature, hash } = read;
  const { unit } = useReader();
  return (
    <div className="mt-4 grid gap-5">
      <div className="grid gap-2">
        <SignatureLine signature={signature} />
        {sensor !== null && <SameSensor sensor={sensor} facts={facts} />}
      </div>
      <dl className="grid gap-x-8 desk:grid-cols-2">
        <Row name="Certificate" path={facts.number.path}>
          {facts.number.value}
        </Row>
        <Row name="Sensor" path={facts.serial?.path ?? facts.model?.path}>
          {facts.model?.value ?? "Not named"}
          {facts.serial && `, serial ${facts.serial.value}`}
          {facts.items > 1 && ` (the first of ${facts.items} items)`}
        </Row>
        <Row name="Laboratory" path={facts.laboratory.path}>
          {facts.laboratory.value}
        </Row>
        <Row name="Calibrated" path={facts.ended.path}>
          {facts.begun.value === facts.ended.value ? facts.ended.value : `${facts.begun.value} to ${facts.ended.value}`}
        </Row>
        <Row name="Valid for" path={facts.range?.path}>
          {facts.range ? rangeWords(facts.range, unit) : "No range and no calibrated temperature"}
        </Row>
        <Row name="Uncertainty" path={facts.uncertainty?.path}>
          {facts.uncertainty ? `±${formatDifference(facts.uncertainty.value, { unit })} for k = 2, the largest` : "Not stated"}
        </Row>
        <Row name="Conformity" path={facts.conformity?.path}>
          {conformityWords(facts.conformity?.value)}
        </Row>
        <Row name="Recalibration" path={facts.due?.path}>
          {facts.due ? `${facts.due.value}${facts.due.by ? `, by ${facts.due.by}` : ""}` : "Not stated by the laboratory"}
        </Row>
        <Row name="Hash" path={undefined}>
          <span className="mono">{shortHash(hash)}</span>
        </Row>
        <Row name="Schema" path="@schemaVersion">
          DCC {facts.schemaVersion}
        </Row>
      </dl>
      {facts.results.length > 0 && <Results rows={facts.results} />}
    </div>
  );
}

function Row({ name, path, children }: { readonly name: string; readonly path: string | undefined; readonly children: ReactNode }) {
  return (
    <div className="grid grid-cols-[7.5rem_minmax(0,1fr)] gap-3 border-line border-b py-2 text-small">
      <dt className="text-quiet">{name}</dt>
      <dd className="min-w-0 wrap-break-word">
        {children}
        {path !== undefined && <ElementPath path={path} />}
      </dd>
    </div>
  );
}

/** Breaks after its slashes. */
export function ElementPath({ path }: { readonly path: string }) {
  return (
    <span className="block font-mono text-[0.6875rem] text-quiet leading-4 [overflow-wrap:anywhere]">
      {path.split("/").map((step, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: steps repeat and never move
        <span key={index}>
          {index > 0 && "/"}
          {index > 0 && <wbr />}
          {step}
        </span>
      ))}
    </span>
  );
}

function rangeWords(range: NonNullable<DccFacts["range"]>, unit: TemperatureUnit): string {
  const { min, max } = range.value;
  const words = `${formatTemperature(min, { unit })} to ${formatTemperature(max, { unit })}`;
  return `${words} (${range.stated ? range.written : "no range is stated; these are its calibrated points"})`;
}

const CONFORMITY: Readonly<Record<string, string>> = {
  pass: "Passed",
  fail: "Failed",
  conditionalPass: "Passed, within the uncertainty of the limit",
  conditionalFail: "Failed, within the uncertainty of the limit",
};

const conformityWords = (value: string | undefined): string => (value === undefined ? "Not stated" : (CONFORMITY[value] ?? value));

function SignatureLine({ signature }: { readonly signature: SignatureFinding }) {
  const [kind, head, text] = signatureWords(signature);
  return (
    <State kind={kind} wrap className="font-normal! text-small">
      <span className="text-second">
        <b className="font-medium text-ink">{head}</b> {text}
        {signature.state === "valid" && (
          <>
            {" "}
            Its key’s certificate runs from <Time at={signature.from} as="date" /> to <Time at={signature.to} as="date" />, issued by{" "}
            {signature.issuer}.
          </>
        )}
      </span>
    </State>
  );
}

/** Whether request and certificate speak of one instrument: by the serial number at the end of the sensor's id, else for people to see. */
function SameSensor({ sensor, facts }: { readonly sensor: string; readonly facts: DccFacts }) {
  const serial = facts.serial?.value ?? null;
  const same = serial !== null && isSameSensor(sensor, serial);
  const named = serial === null ? "the certificate names no serial number" : `the certificate names serial ${serial}`;
  return (
    <State kind={same ? "kept" : "warning"} wrap className="font-normal! text-small">
      <span className="text-second">
        <b className="font-medium text-ink">{same ? "Same sensor." : "See that it is the same sensor:"}</b> The request names {sensor},{" "}
        {named}.
      </span>
    </State>
  );
}

function signatureWords(signature: SignatureFinding): readonly [StateKind, string, string] {
  switch (signature.state) {
    case "none":
      return ["unknown", "Not signed.", "Nothing in the file vouches for it; whoever signs the registration does."];
    case "unchecked":
      return ["unknown", "Signed, but not checked:", `${signature.reason}.`];
    case "invalid":
      return ["violation", "The signature does not hold:", `${signature.reason}. Ask the laboratory for the file again.`];
    case "valid":
      return [
        "attested",
        `Signed by ${signature.signer}, unchanged since.`,
        "This site pins no laboratory’s root: that the name is the laboratory’s is for you to know.",
      ];
  }
}

function Results({ rows }: Pick<{ readonly rows: DccFacts["results"] }, "rows">) {
  const { unit } = useReader();
  const temperature = (value: number | null) => (value === null ? "–" : formatTemperature(value, { unit }));
  const error = (value: number | null) => (value === null ? "–" : `${value > 0 ? "+" : ""}${formatDifference(value, { unit })}`);
  return (
    <div>
      <h3 className="mb-1 flex flex-wrap justify-between gap-x-4">
        Results <span className="font-normal text-quiet text-small">temperature, uncertainty for k = 2</span>
      </h3>
      <Table
        caption="Calibration results"
        className="text-small"
        head={
          <tr>
            <HeadCell align="end">Reference</HeadCell>
            <HeadCell align="end">Shown</HeadCell>
            <HeadCell align="end">Error</HeadCell>
            <HeadCell align="end">Uncertainty</HeadCell>
          </tr>
        }
      >
        {rows.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: points have no name but their place, and never move
          <tr key={index}>
            <Cell align="end">{temperature(row.reference)}</Cell>
            <Cell align="end">{temperature(row.shown)}</Cell>
            <Cell align="end">{error(row.error)}</Cell>
            <Cell align="end">{row.uncertainty === null ? "–" : `±${formatDifference(row.uncertainty, { unit })}`}</Cell>
          </tr>
        ))}
      </Table>
    </div>
  );
}
