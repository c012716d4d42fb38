import { formatDuration } from "@/components/format/duration";
import { shortHash } from "@/components/format/identifiers";
import { formatCount } from "@/components/format/numbers";
import { formatBand, formatDifference, formatTemperature } from "@/components/format/temperature";
import { date } from "@/components/format/time";
import type { Names } from "@/components/shipment/check-words";
import { ruleLimit, ruleTitle } from "@/components/shipment/rule-words";
import { momentWords, type Reading } from "@/components/verdict/kept-words";
import type { ReportTable } from "@/lib/exchange/report/data";
import type { AuditDetail, ShipmentDetail } from "@/lib/store/shipment-detail";

type Build = (detail: ShipmentDetail, reader: Reading, names: Names) => ReportTable;

const violations: Build = ({ violations: rows, profile }, reader) => ({
  title: "Violations",
  empty: "The ledger found none.",
  head: ["Rule", "Sensor", "Began", "Found by the ledger", "Ended", "Farthest", "Transaction"],
  widths: [0.22, 0.09, 0.15, 0.15, 0.16, 0.09, 0.14],
  rows: rows.map((it) => {
    const rule = profile.rules.find(({ id }) => id === it.rule);
    return [
      `${ruleTitle(it.rule)}, ${it.severity}${rule ? `: ${ruleLimit(rule, reader.unit)}` : ""}`,
      it.sensor,
      momentWords(it.from, reader),
      momentWords(it.found, reader),
      it.to === null ? "lasts" : `${momentWords(it.to, reader)}, after ${formatDuration(it.to - it.from)}`,
      formatTemperature(it.peak, { unit: reader.unit }),
      shortHash(it.transaction),
    ];
  }),
});

const gaps: Build = ({ gaps: rows }, reader) => ({
  title: "Gaps",
  empty: "No sensor failed to measure for longer than the profile allows.",
  head: ["Sensor", "From", "To", "Length"],
  widths: [0.2, 0.3, 0.3, 0.2],
  rows: rows.map((it) => [it.sensor, momentWords(it.from, reader), momentWords(it.to, reader), formatDuration(it.to - it.from)]),
});

const sensors: Build = ({ facts, sensors: rows }, reader) => ({
  title: "Sensors",
  empty: "No sensor rides with this shipment.",
  head: ["Sensor", "Place", "Readings", "First to last", "Lowest", "Highest", "Batches", "Last hash"],
  widths: [0.1, 0.14, 0.08, 0.25, 0.1, 0.1, 0.09, 0.14],
  rows: facts.sensors.map((it) => {
    const detail = rows.find(({ sensor }) => sensor === it.sensor);
    const extreme = (value: { readonly value: number } | null) =>
      value === null ? "–" : formatTemperature(value.value, { unit: reader.unit });
    return [
      it.sensor,
      detail?.place ?? "",
      formatCount(it.readings),
      it.first === null || it.last === null ? "–" : `${momentWords(it.first, reader)} to ${momentWords(it.last, reader)}`,
      extreme(it.lowest),
      extreme(it.highest),
      formatCount(it.batches),
      detail?.headHash ? shortHash(detail.headHash) : "–",
    ];
  }),
});

const calibrations: Build = ({ sensors: rows }, reader) => ({
  title: "Calibration",
  empty: "No calibration is recorded.",
  head: ["Sensor", "Certificate", "Laboratory", "Valid", "Uncertainty, k = 2"],
  widths: [0.13, 0.22, 0.27, 0.24, 0.14],
  rows: rows.flatMap(({ calibrations: own }) =>
    own.map((it) => [
      it.sensor,
      it.number,
      it.laboratory,
      `${date(it.validFrom, reader.zone)} to ${date(it.validTo, reader.zone)}`,
      `±${formatDifference(it.uncertainty, { unit: reader.unit })}`,
    ]),
  ),
  note: "Each reading is judged by the calibration that was in force when it was measured.",
});

const seals: Build = ({ seals: rows, inspections }, reader, { person }) => ({
  title: "Seals and their inspections",
  empty: "No seal was applied.",
  head: ["Seal", "Class (ISO 17712)", "On", "Applied", "Inspected"],
  widths: [0.16, 0.14, 0.14, 0.26, 0.3],
  rows: rows.map((it) => {
    const own = inspections.filter(({ seal }) => seal === it.seal);
    const told = own.map((one) => `${one.result}, ${momentWords(one.at, reader)}, ${person(one.by)}${one.note ? `: “${one.note}”` : ""}`);
    return [
      it.seal,
      it.class,
      it.sensor ?? it.container ?? "",
      `${momentWords(it.appliedAt, reader)}, ${person(it.appliedBy)}`,
      told.length > 0 ? told.join("; ") : "not inspected",
    ];
  }),
});

/** What each kind of statement means to whoever signed it. */
const MEANINGS: Readonly<Record<string, (detail: AuditDetail["detail"]) => string>> = {
  ShipmentCreated: () => "Planned the shipment and its profile",
  SensorAssigned: ({ place }) => `Assigned the sensor to this shipment${typeof place === "string" ? `, ${place}` : ""}`,
  AssignmentEnded: () => "Ended the sensor’s assignment",
  HandedOver: ({ arrival, place }) => `${arrival === true ? "Arrival" : "Handover"} in ${String(place)}`,
  SealApplied: ({ seal }) => `Applied seal ${String(seal)}`,
  SealInspected: ({ seal, result }) =>
    result === "intact"
      ? `Found seal ${String(seal)} intact and vouches for what the sensors showed`
      : `Found seal ${String(seal)} broken and contests the readings`,
  Decided: ({ decision, reason }) =>
    `${decision === "accepted" ? "Accepted" : "Rejected"} the shipment${reason ? `: “${String(reason)}”` : ""}`,
};

const signatures: Build = ({ audit }, reader, { person, organisation }) => ({
  title: "Signatures of people",
  empty: "Nobody has signed anything yet.",
  head: ["Signed by", "Organisation", "Meaning", "Time", "Transaction"],
  widths: [0.17, 0.18, 0.32, 0.18, 0.15],
  rows: audit
    .flatMap((entry) => {
      const meaning = MEANINGS[entry.kind];
      if (!meaning) return [];
      const sensor = entry.sensor ? ` (${entry.sensor})` : "";
      return [
        [
          person(entry.actor),
          organisation(entry.organisation),
          `${meaning(entry.detail)}${sensor}`,
          momentWords(entry.at, reader),
          shortHash(entry.transaction),
        ],
      ];
    })
    .reverse(),
  note: "Each was signed with the person’s own key in the signer of the person’s organisation; this website holds none of the keys.",
});

const profile: Build = ({ profile: { title, id, rules, noData, band } }, { unit }) => ({
  title: `Profile: ${title}`,
  empty: "The profile holds no rule.",
  head: ["Rule", "Violated at", "Severity"],
  widths: [0.25, 0.55, 0.2],
  rows: rules.map((rule) => [ruleTitle(rule.id), ruleLimit(rule, unit), rule.severity]),
  note: `Version ${id}. ${band.min !== null && band.max !== null ? `Labelled ${formatBand(band.min, band.max, unit)}. ` : ""}Longer than ${formatDuration(noData)} without a reading is a gap.`,
});

/** Every table of the report, in the order in which an auditor asks. */
export const reportTables = (detail: ShipmentDetail, reader: Reading, names: Names): ReportTable[] =>
  [violations, gaps, sensors, calibrations, seals, signatures, profile].map((build) => build(detail, reader, names));
