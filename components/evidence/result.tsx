import { useReader } from "@/components/format/reader";
import { clock, date, zoneName } from "@/components/format/time";
import { Card } from "@/components/ui/card";
import { Fact, Facts } from "@/components/ui/facts";
import { Note } from "@/components/ui/note";
import { State, type StateKind } from "@/components/ui/state";
import { formatFingerprint } from "@/lib/evidence/pins";
import type { RecordedShipment, Report } from "@/lib/evidence/report";
import { CHECK_WORDS, EXCURSION_WORDS, stepSentence, trustSentence } from "@/lib/evidence/words";
import { CheckList } from "./check-list";

const OUTCOMES: Readonly<Record<Report["outcome"], { readonly kind: StateKind; readonly title: string }>> = {
  verified: { kind: "vouched", title: "Verified: the record is authentic and complete" },
  open: { kind: "unknown", title: "Nothing fails, and something is not proved" },
  refused: { kind: "violation", title: "Refused: nothing in this file is to be believed" },
};

function lead({ outcome, checks, asAt }: Report, when: (at: number) => string): string {
  const named = (state: "fails" | "open") => checks.filter((it) => it.state === state).map(({ name }) => CHECK_WORDS[name].title);
  if (outcome === "refused") return `What fails: ${named("fails").join(", ")}.`;
  if (outcome === "open") {
    const unpinned = checks.some(({ name, state }) => name === "network" && state === "open");
    return `${unpinned ? "Internally consistent, unknown network: you pinned no roots. " : ""}Open: ${named("open").join(", ")}.`;
  }
  return asAt === null ? "" : `As at ${when(asAt.at)}, block ${asAt.block} or later. What came after that is not in it.`;
}

const KEPT = { yes: "Yes", close: "Yes, close to a bound", no: "No, outside the profile", unknown: "Unknown" } as const;
const TRUST = { vouched: "Yes, vouched", attested: "Attested, not vouched", contested: "Contested", no: "No", unknown: "Unknown" } as const;
const KEPT_KIND = { yes: "kept", close: "warning", no: "violation", unknown: "unknown" } as const;
const TRUST_KIND = { vouched: "vouched", attested: "attested", contested: "untrusted", no: "untrusted", unknown: "unknown" } as const;

/** What the record itself says; shown only when nothing fails. */
function Recorded({ record, when }: { readonly record: RecordedShipment; readonly when: (at: number) => string }) {
  const { shipment, verdict, facts, violations, inspections, excursions } = record;
  return (
    <Card className="p-4 desk:p-6" role="region" aria-labelledby="record-title">
      <h2 id="record-title">What the record says</h2>
      <p className="mb-3 text-second text-small">
        {shipment.title}, {shipment.origin} to {shipment.destination}, {shipment.status}. Computed here from the signed readings.
      </p>
      <Facts>
        <Fact name="Kept cold?">
          <State kind={KEPT_KIND[verdict.kept.answer]}>{KEPT[verdict.kept.answer]}</State>
        </Fact>
        <Fact name="Trustworthy?">
          <State kind={TRUST_KIND[verdict.trust.answer]}>{TRUST[verdict.trust.answer]}</State>
          {verdict.trust.reasons.map((it) => (
            <span key={`${it.code} ${it.sensor}`} className="block text-second">
              {trustSentence(it)}
            </span>
          ))}
        </Fact>
        <Fact name="SSCC">
          <span className="num">{shipment.sscc}</span>
        </Fact>
        <Fact name="Profile">{shipment.profile}</Fact>
        {facts.sensors.map(({ sensor, readings, first, last }) => (
          <Fact key={sensor} name={sensor}>
            <span className="num">{readings}</span> readings
            {first !== null && last !== null && `, ${when(first)} to ${when(last)}`}
          </Fact>
        ))}
        {violations.map(({ sensor, rule, number, from, to, peak }) => (
          <Fact key={`${sensor} ${rule} ${number}`} name="Violation">
            {rule} by {sensor}, {when(from)} to {to === null ? "now" : when(to)}, peak <span className="num">{peak / 1000} °C</span>
          </Fact>
        ))}
        {excursions.map(({ excursion: { sensor, rule, number, status }, steps }) => (
          <Fact key={`${sensor} ${rule} ${number}`} name="Excursion">
            {rule} on {sensor}, {EXCURSION_WORDS[status]}
            {steps.map((step) => (
              <span key={step.transaction} className="block text-second">
                {when(step.at)}: {stepSentence(step)}
              </span>
            ))}
          </Fact>
        ))}
        {inspections.map(({ seal, number, result, by, at }) => (
          <Fact key={`${seal} ${number}`} name={`Seal ${seal}`}>
            {result}, inspected by {by}, {when(at)}
          </Fact>
        ))}
      </Facts>
    </Card>
  );
}

function Roots({ roots }: Pick<Report, "roots">) {
  const words = { pinned: "pinned by you", "not-pinned": "not pinned", other: "not the one you pinned" } as const;
  return (
    <Card className="p-4 desk:p-6" role="region" aria-labelledby="roots-title">
      <h2 id="roots-title">Roots in the file</h2>
      <p className="mb-3 text-second text-small">
        Compare each fingerprint (SHA-256) with what that organisation itself gave you, not with anything on this website.
      </p>
      <dl className="grid gap-3 text-small">
        {roots.map(({ mspId, fingerprint, standing, demonstration }) => (
          <div key={`${mspId} ${fingerprint}`}>
            <dt className="font-strong">
              {mspId} <span className="font-normal text-quiet">{words[standing]}</span>
              {demonstration && <span className="font-normal text-untrusted"> demonstration</span>}
            </dt>
            <dd className="mono wrap-anywhere text-second">{formatFingerprint(fingerprint)}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

export function EvidenceResult({ report }: { readonly report: Report }) {
  const { zone } = useReader();
  const when = (at: number): string => `${date(at, zone)} ${clock(at, zone)} ${zoneName(at, zone)}`;
  const { kind, title } = OUTCOMES[report.outcome];
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      <Note kind={kind} role="status">
        <b className="block text-body">{title}</b>
        {lead(report, when)}
      </Note>
      {report.record !== null && report.outcome !== "refused" && <Recorded record={report.record} when={when} />}
      <Card className="p-4 desk:p-6" role="region" aria-labelledby="checks-title">
        <h2 id="checks-title" className="mb-2">
          Every check
        </h2>
        <CheckList checks={report.checks} />
      </Card>
      {report.roots.length > 0 && <Roots roots={report.roots} />}
    </div>
  );
}
