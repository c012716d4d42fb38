/** The report as text: one line per check, what was found below it, and at the end what the record says. Times in UTC. */
import type { Kept, Trust } from "../../domain/verdict";
import { formatFingerprint } from "../pins";
import type { EvidenceCheck, RecordedShipment, Report } from "../report";
import { CHECK_WORDS, EXCURSION_WORDS, OUTCOME_WORDS, stepSentence, trustSentence } from "../words";

const MARK = { holds: "holds", fails: "FAILS", open: "open " } as const;
const time = (at: number | null): string => (at === null ? "never" : new Date(at).toISOString());

export function printReport(report: Report): string {
  const lines = [...heading(report), "", ...report.checks.flatMap(printCheck), ""];
  if (report.roots.length > 0) lines.push("Roots in the file (SHA-256):", ...report.roots.map(printRoot), "");
  if (report.record !== null) lines.push(...printRecord(report.record), "");
  return [...lines, conclusion(report)].join("\n");
}

function heading({ subject, network, asAt, transactions }: Report): string[] {
  if (subject === null || network === null) return ["Winterseal evidence"];
  const { kind, shipment, ...part } = subject;
  const rest = Object.values(part).join(" ");
  return [
    `Winterseal evidence: ${kind} ${kind === "shipment" ? shipment : `${rest} of shipment ${shipment}`}, channel ${network.channel}`,
    `${transactions} signed inputs; ${asAt === null ? "no attested read" : `as at ${time(asAt.at)}, block ${asAt.block} or later`}`,
  ];
}

function printCheck({ name, state, findings }: EvidenceCheck): string[] {
  const { title, proves, doesNotProve } = CHECK_WORDS[name];
  const found = findings.map(({ detail, transaction }) => `        ${detail}${transaction === undefined ? "" : ` [${transaction}]`}`);
  return [`${MARK[state]}  ${title}`, ...found, `        proves: ${proves}`, `        does not: ${doesNotProve}`];
}

function printRoot({ mspId, fingerprint, standing, demonstration }: Report["roots"][number]): string {
  const words = { pinned: "pinned by you", "not-pinned": "not pinned", other: "NOT THE ONE YOU PINNED" }[standing];
  return `  ${mspId}: ${formatFingerprint(fingerprint)} (${words}${demonstration ? ", demonstration" : ""})`;
}

function printRecord({ shipment, verdict, facts, violations, inspections, excursions }: RecordedShipment): string[] {
  return [
    `What the record says: ${shipment.title}, SSCC ${shipment.sscc}, ${shipment.origin} to ${shipment.destination}, profile ${shipment.profile}, ${shipment.status}`,
    `  Kept cold?   ${keptWords(verdict.kept)}`,
    `  Trustworthy? ${trustWords(verdict.trust)}`,
    ...verdict.trust.reasons.map((it) => `      ${trustSentence(it)}`),
    ...facts.sensors.map(({ sensor, readings, first, last }) => `  ${sensor}: ${readings} readings, ${time(first)} to ${time(last)}`),
    ...violations.map(
      ({ sensor, rule, from, to, peak }) =>
        `  violation of ${rule} by ${sensor}: ${time(from)} to ${to === null ? "now" : time(to)}, peak ${peak / 1000} °C`,
    ),
    ...excursions.flatMap(({ excursion: { sensor, rule, number, status }, steps }) => [
      `  excursion ${number} of ${rule} on ${sensor}: ${EXCURSION_WORDS[status]}`,
      ...steps.map((step) => `      ${time(step.at)} ${stepSentence(step).replaceAll("\n", " ")}`),
    ]),
    ...inspections.map(({ seal, result, by, at }) => `  seal ${seal} inspected by ${by}, ${time(at)}: ${result}`),
  ];
}

const keptWords = ({ answer, reason, through }: Kept): string =>
  `${{ yes: "yes", close: "yes, close to a bound", no: "NO", unknown: "unknown" }[answer]}${reason === null ? "" : ` (${reason})`}, known through ${time(through)}`;

const trustWords = ({ answer, open }: Trust): string => {
  const words = { vouched: "vouched", attested: "attested, not vouched", contested: "CONTESTED", no: "NO", unknown: "unknown" }[answer];
  return open.length === 0 ? words : `${words} (${open.join(", ")})`;
};

function conclusion({ outcome, checks }: Report): string {
  const names = (state: EvidenceCheck["state"]): string =>
    checks
      .filter((each) => each.state === state)
      .map(({ name }) => CHECK_WORDS[name].title)
      .join(", ");
  if (outcome === "refused") return `${OUTCOME_WORDS.refused}: ${names("fails")}. Nothing above is to be believed.`;
  if (outcome === "verified") return `${OUTCOME_WORDS.verified}: the record is authentic and complete as at the time above.`;
  const isUnpinned = checks.some(({ name, state }) => name === "network" && state === "open");
  return `${OUTCOME_WORDS.open}: ${isUnpinned ? "internally consistent, unknown network. Open: " : "open: "}${names("open")}.`;
}
