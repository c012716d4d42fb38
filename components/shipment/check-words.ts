/** "Every check" in sentences: what was checked, with its counts, and what failed or is still open. */
import { formatDuration } from "@/components/format/duration";
import { formatCount, plural } from "@/components/format/numbers";
import { formatDifference } from "@/components/format/temperature";
import { dayWords, listWords, momentWords, type Reading } from "@/components/verdict/kept-words";
import { reasonSentence } from "@/components/verdict/trust-words";
import type { CheckName, Trust, TrustReasonCode } from "@/lib/domain/verdict";
import type { ShipmentDetail } from "@/lib/store/shipment-detail";

/** Names of organisations and people, as the page shows them. */
export interface Names {
  readonly organisation: (mspId: string) => string;
  readonly person: (commonName: string) => string;
}

const OF: Readonly<Record<CheckName, readonly TrustReasonCode[]>> = {
  identity: ["identity-revoked", "sensor-suspended"],
  calibration: ["calibration-missing", "calibration-before", "calibration-ended", "calibration-range"],
  sequence: ["batches-lost", "prefix-differs"],
  time: ["times-imported", "times-unknown", "times-claimed"],
  committed: [],
  seal: ["seal-broken"],
};

type Words = (detail: ShipmentDetail, trust: Trust, reader: Reading, names: Names) => string[];

const identity: Words = ({ sensors, facts }, _, __, { organisation }) => {
  if (facts.sensors.every((it) => it.readings === 0)) return ["No reading has come, so no signature could be checked."];
  const authorities = listWords([...new Set(sensors.map((it) => organisation(it.authority)))]);
  return [
    `Every reading is signed by ${listWords(sensors.map((it) => it.sensor)).replace(" and ", " or ")} with the identity certificate that ${authorities} issued to it.`,
  ];
};

const calibration: Words = ({ sensors, facts }, trust, reader) => {
  if (trust.reasons.some((it) => OF.calibration.includes(it.code))) return [];
  if (facts.sensors.every((it) => it.readings === 0)) return ["No reading has come to be judged by a calibration."];
  const uncertainties = [...new Set(sensors.flatMap((it) => it.calibrations.at(-1)?.uncertainty ?? []))];
  const figure =
    uncertainties.length === 1 && uncertainties[0] !== undefined
      ? `, ±${formatDifference(uncertainties[0], { unit: reader.unit })} (k = 2)`
      : "";
  const who = sensors.length === 1 ? "The sensor was" : sensors.length === 2 ? "Both sensors were" : `All ${sensors.length} sensors were`;
  const ends = sensors.flatMap((it) => it.calibrations.at(-1)?.validTo ?? []);
  const next =
    ends.length > 0 && Math.min(...ends) > reader.now ? ` The next calibration ends on ${dayWords(Math.min(...ends), reader)}.` : "";
  return [`${who} calibrated for every reading${figure}.${next}`];
};

const sequence: Words = ({ facts }, trust, reader) => {
  const told = facts.sensors.filter((it) => it.batches > 0);
  if (told.length === 0) return ["No batch has come."];
  const counts = listWords(told.map((it) => formatCount(it.batches)));
  const whole = trust.reasons.some((it) => it.code === "batches-lost") ? "" : " None is missing, repeated or out of order.";
  const silent = trust.silent.map(
    (it) => `${it.sensor} is silent since ${momentWords(it.since, reader)}: what it may still owe counts as not measured.`,
  );
  return [`${counts} ${told.length === 1 && told[0]?.batches === 1 ? "batch" : "batches"}, each naming the one before.${whole}`, ...silent];
};

const time: Words = ({ facts }, trust) => {
  if (facts.sensors.every((it) => it.readings === 0)) return ["No reading has come."];
  const anchored = facts.sensors.reduce((sum, it) => sum + it.standings.anchored, 0);
  const all = trust.reasons.every((it) => !OF.time.includes(it.code));
  return [
    `${all ? "Every reading's time is" : `Times of ${plural(anchored, "reading")} are`} anchored: counted back from the moment of signing by the sensor's own ticks.`,
  ];
};

const committed: Words = ({ sensors, facts }) => {
  const batches = facts.sensors.reduce((sum, it) => sum + it.batches, 0);
  if (batches === 0) return ["Nothing is committed yet."];
  const late = sensors.flatMap((it) => it.late);
  const count = late.reduce((sum, it) => sum + it.batches, 0);
  const longest = Math.max(0, ...late.map((it) => it.recordedAt - it.from));
  const tail =
    count > 0
      ? ` ${plural(count, "batch", "batches")} came up to ${formatDuration(longest)} after ${count === 1 ? "its" : "their"} first reading.`
      : " None came late.";
  return [`All ${formatCount(batches)} batches shown are on the ledger, each endorsed by at least two of three organisations.${tail}`];
};

const seal: Words = ({ seals, inspections }, _, reader, { person }) => {
  if (seals.length === 0) return ["No seal was applied."];
  return seals.map((it) => {
    const last = inspections.filter((inspection) => inspection.seal === it.seal).at(-1);
    const found = last
      ? `found ${it.standing === "broken" ? "broken" : last.result} ${momentWords(last.at, reader)} by ${person(last.by)}`
      : "not inspected yet";
    return `${it.seal}, class ${it.class}${it.sensor ? `, on ${it.sensor}` : ""}. Applied ${momentWords(it.appliedAt, reader)}, ${found}.`;
  });
};

const WORDS: Readonly<Record<CheckName, Words>> = { identity, calibration, sequence, time, committed, seal };

/** The sentences of one check, what failed first. */
export function checkSentences(name: CheckName, detail: ShipmentDetail, trust: Trust, reader: Reading, names: Names): string[] {
  const failed = trust.reasons.filter((it) => OF[name].includes(it.code)).map((it) => reasonSentence(it, reader));
  return [...failed, ...WORDS[name](detail, trust, reader, names)];
}
