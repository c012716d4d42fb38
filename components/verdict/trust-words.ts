import { formatCount, plural } from "@/components/format/numbers";
import { day } from "@/components/format/time";
import type { StateKind } from "@/components/ui/state";
import type { Check, CheckName, ShipmentFacts, Trust, TrustReason } from "@/lib/domain/verdict";
import { type HalfWords, listWords, momentWords, type Proof, type Reading } from "./kept-words";

/** Who inspected, when: the latest inspection, told by name. */
export interface InspectionWords {
  readonly seal: string;
  readonly result: "intact" | "broken";
  readonly at: number;
  readonly by: string;
}

/** What follows "No, " or "Not after 12 Nov, ". */
function reasonFact(it: TrustReason): string {
  switch (it.code) {
    case "seal-broken":
      return "seal contested";
    case "prefix-differs":
      return "the sensor showed something else";
    case "sensor-suspended":
      return "sensor suspended";
    case "identity-revoked":
      return "identity revoked";
    case "calibration-missing":
      return "no calibration";
    case "calibration-before":
      return "calibration had not begun";
    case "calibration-ended":
      return "calibration ended";
    case "calibration-range":
      return "outside the calibrated range";
    case "batches-lost":
      return `${plural(it.count, "batch", "batches")} lost`;
    case "times-imported":
      return "times come from a file";
    case "times-unknown":
      return "times are not known";
    case "times-claimed":
      return "times are only claimed";
  }
}

/** One reason in a sentence, with sensor, count and moment. */
export function reasonSentence(it: TrustReason, reader: Reading): string {
  const readings = plural(it.count, "reading");
  const since = it.since === null ? "" : ` from ${momentWords(it.since, reader)} on`;
  switch (it.code) {
    case "seal-broken":
      return `Seal ${it.seal ?? ""} was found broken. Readings stay visible and stay recorded, but are not vouched.`;
    case "prefix-differs":
      return `${it.sensor} showed its inspector another sequence number or hash than the ledger recorded.`;
    case "sensor-suspended":
      return `${it.sensor} signed two contents under one sequence number and was suspended for it: its key or its memory was copied.`;
    case "identity-revoked":
      return `The identity of ${it.sensor} was revoked; ${it.since === null ? "all its readings are doubtful" : `${readings}${since} are doubtful`}.`;
    case "calibration-missing":
      return `No calibration of ${it.sensor} is known for ${readings}.`;
    case "calibration-before":
      return `${it.sensor} measured ${readings} before its calibration began.`;
    case "calibration-ended":
      return `The calibration of ${it.sensor} had ended for ${readings}${since}. Earlier readings keep their standing.`;
    case "calibration-range":
      return `${it.sensor} measured ${readings} outside the range it was calibrated for.`;
    case "batches-lost":
      return `${it.sensor} declared ${plural(it.count, "batch", "batches")} lost: the record is incomplete.`;
    case "times-imported":
      return `The times of ${readings} of ${it.sensor} come from a logger's file, not from the ledger.`;
    case "times-unknown":
      return `When ${it.sensor} took ${readings} is not known: it had restarted before it could deliver them.`;
    case "times-claimed":
      return `The times of ${readings} of ${it.sensor} rest on its own clock alone: it had restarted before it could deliver them.`;
  }
}

function noWords(trust: Trust, reader: Reading): Pick<HalfWords, "answer" | "sentences"> {
  const first = trust.reasons[0];
  const fact = first ? reasonFact(first) : "reason unknown";
  const answer = trust.since === null ? `No, ${fact}` : `Not after ${day(trust.since, reader.zone)}, ${fact}`;
  const told = trust.reasons.slice(0, 3).map((it) => reasonSentence(it, reader));
  const more = trust.reasons.length > 3 ? [`${plural(trust.reasons.length - 3, "more reason")}, see every check.`] : [];
  return { answer, sentences: [...told, ...more] };
}

function vouchedWords(
  trust: Trust,
  facts: ShipmentFacts,
  inspection: InspectionWords | undefined,
  reader: Reading,
): Pick<HalfWords, "answer" | "sentences"> {
  const readings = facts.sensors.reduce((sum, it) => sum + it.readings, 0) - trust.beyond;
  const sensors = facts.sensors.length === 1 ? "one calibrated sensor" : `${facts.sensors.length} calibrated sensors`;
  const who = inspection ? [`${inspection.by} found the seal intact on ${momentWords(inspection.at, reader)}.`] : [];
  const beyond = trust.beyond > 0 ? [`${plural(trust.beyond, "later reading")} ${trust.beyond === 1 ? "is" : "are"} attested only.`] : [];
  return {
    answer: "Yes, vouched by the recipient",
    sentences: [
      ...who,
      `All ${formatCount(readings)} readings up to what the sensors showed then come from ${sensors}, and no batch is missing.`,
      ...beyond,
    ],
  };
}

function attestedWords(trust: Trust, facts: ShipmentFacts, reader: Reading): Pick<HalfWords, "answer" | "sentences"> {
  const without = listWords(facts.sensors.filter((it) => it.inspected === null).map((it) => it.sensor));
  const awaited = facts.sensors.filter((it) => it.inspected?.prefix === "awaited");
  const told = {
    "no-seal": "No seal was applied, so nobody can vouch for the readings by inspecting one.",
    "seal-not-inspected": "All checks hold so far. The seal is not inspected yet.",
    "sensor-not-inspected": `The seal was found intact, but nobody read what ${without} showed.`,
    "prefix-awaited": awaited
      .map(
        (it) => `The inspection names batch ${formatCount(it.inspected?.sequence ?? 0)} of ${it.sensor}, which is not on the ledger yet.`,
      )
      .join(" "),
  };
  const open = trust.open.filter(
    (it) => it !== "sensor-not-inspected" || !(trust.open.includes("seal-not-inspected") || trust.open.includes("no-seal")),
  );
  const silent = trust.silent.map(
    ({ sensor, since }) => `${sensor} is silent since ${momentWords(since, reader)} and may still owe batches.`,
  );
  return { answer: "Yes, attested by the sensors", sentences: [...open.map((it) => told[it]), ...silent] };
}

function contestedWords(trust: Trust, inspection: InspectionWords | undefined, reader: Reading): Pick<HalfWords, "answer" | "sentences"> {
  const who =
    inspection?.result === "broken"
      ? [`${inspection.by} found seal ${inspection.seal} broken on ${momentWords(inspection.at, reader)}.`]
      : [];
  const others = trust.reasons.filter((it) => it.code !== "seal-broken").slice(0, 2);
  return {
    answer: "No, seal contested",
    sentences: [...who, "Readings stay visible and stay recorded, but are not vouched.", ...others.map((it) => reasonSentence(it, reader))],
  };
}

function wordsOf(
  trust: Trust,
  facts: ShipmentFacts,
  inspection: InspectionWords | undefined,
  reader: Reading,
): Pick<HalfWords, "answer" | "sentences"> {
  switch (trust.answer) {
    case "vouched":
      return vouchedWords(trust, facts, inspection, reader);
    case "attested":
      return attestedWords(trust, facts, reader);
    case "contested":
      return contestedWords(trust, inspection, reader);
    case "no":
      return noWords(trust, reader);
    case "unknown":
      return { answer: "Not known yet", sentences: ["Nothing is committed on the ledger, so there is nothing to check."] };
  }
}

const KIND: Readonly<Record<Trust["answer"], StateKind>> = {
  vouched: "vouched",
  attested: "attested",
  contested: "untrusted",
  no: "untrusted",
  unknown: "unknown",
};

export const CHECK_NAMES: Readonly<Record<CheckName, string>> = {
  identity: "Identity",
  calibration: "Calibration",
  sequence: "Sequence",
  time: "Time",
  committed: "Committed",
  seal: "Seal",
};

export function checkKind({ name, state }: Check, trust: Trust): StateKind {
  if (state === "fails") return "untrusted";
  if (state === "open") return name === "seal" && trust.answer !== "unknown" ? "attested" : "unknown";
  return name === "seal" ? "vouched" : "kept";
}

/** What a chip adds to the check's name when it does not simply hold. */
const OPEN: Readonly<Record<CheckName, string>> = {
  identity: "not known",
  calibration: "not known",
  sequence: "still open",
  time: "not known",
  committed: "still open",
  seal: "not inspected",
};

function proofText({ name, state }: Check, trust: Trust): string {
  if (state !== "open") return CHECK_NAMES[name];
  return name === "seal" && trust.open.includes("no-seal") ? "No seal" : `${CHECK_NAMES[name]} ${OPEN[name]}`;
}

function proofs(trust: Trust): Proof[] {
  return trust.checks
    .filter((it) => it.name !== "committed")
    .map((it) => ({
      kind: checkKind(it, trust),
      text: proofText(it, trust),
    }));
}

/** *Trustworthy?* in words. */
export function trustWords(trust: Trust, facts: ShipmentFacts, inspection: InspectionWords | undefined, reader: Reading): HalfWords {
  return { kind: KIND[trust.answer], ...wordsOf(trust, facts, inspection, reader), proofs: proofs(trust) };
}
