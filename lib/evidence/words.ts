/** Each check in words: its name, what it proves when it holds, and what it does not. One wording for the command line and for the page. */
import type { TrustReason } from "../domain/verdict";
import { EVENTS } from "../messages/functions";
import type { CheckName, RecordedStep } from "./report";

export interface CheckWords {
  readonly title: string;
  readonly proves: string;
  readonly doesNotProve: string;
}

export const CHECK_WORDS: Readonly<Record<CheckName, CheckWords>> = {
  file: {
    title: "File",
    proves: "The file is whole and in its one form: no byte was lost or changed on its way.",
    doesNotProve: "Who made it. Anybody can write a file and its digest.",
  },
  network: {
    title: "Network",
    proves: "Everybody who signed was certified by the organisations whose roots you pinned.",
    doesNotProve: "That the roots you pinned are theirs: get them from the organisations themselves, not from whoever gave you the file.",
  },
  demonstration: {
    title: "Not a demonstration",
    proves: "No root is marked as a demonstration’s.",
    doesNotProve: "That an unmarked organisation is what it calls itself.",
  },
  configuration: {
    title: "Configuration of the channel",
    proves:
      "Each change of the channel’s members was signed by the orderers of the configuration before; certificates that these configurations revoke do not count.",
    doesNotProve: "That no later configuration exists, and who the first one is of, unless you pinned its hash.",
  },
  signatures: {
    title: "Signatures",
    proves: "Every batch was signed by the sensor’s key and every statement by the person’s, in the certificate’s name.",
    doesNotProve: "That the key was still the sensor’s alone, and that the sensor was where it was said to be.",
  },
  endorsements: {
    title: "Endorsements",
    proves: "Distinct organisations’ peers signed what came of each.",
    doesNotProve: "That it was committed; the attested read does. That the result is right; the rules do.",
  },
  sequence: {
    title: "Order and completeness",
    proves:
      "Between the first and the last record nothing is left out, twice or out of place: batches are numbered and hash-linked, records name who wrote them last.",
    doesNotProve: "That nothing came after the last record; the attested read does.",
  },
  rules: {
    title: "Rules",
    proves:
      "Times, calibration, violations, gaps, seals and the order of every excursion’s steps were computed again from the signed inputs and are what the ledger recorded.",
    doesNotProve: "That the profile was the right one for the goods.",
  },
  start: {
    title: "Where the record begins",
    proves: "Each sensor’s chain is recomputed from the batch after the one that it joined the shipment with.",
    doesNotProve: "The sensor’s trips before: the last state before is taken as its endorsers signed it, its content as the sensor did.",
  },
  heads: {
    title: "As at",
    proves:
      "Distinct organisations signed what their ledger held of the shipment, its seals, violations and sensors at that time, and it is exactly this record.",
    doesNotProve: "What was recorded later: ask for a newer file.",
  },
  subject: {
    title: "Subject",
    proves: "What the file is about stands in its record.",
    doesNotProve: "Anything about other parts of the record.",
  },
};

export const OUTCOME_WORDS = {
  verified: "Verified",
  open: "Not fully proved",
  refused: "Refused",
} as const;

const times = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** Why the record is not to be believed in full, in one sentence; times in UTC. */
export function trustSentence({ code, sensor, since, count, seal }: TrustReason): string {
  const from = since === null ? "" : ` from ${new Date(since).toISOString()} on`;
  const readings = times(count, "reading");
  switch (code) {
    case "seal-broken":
      return `seal ${seal ?? ""} was found broken: contested`;
    case "prefix-differs":
      return `${sensor} showed its inspector something else than the ledger recorded`;
    case "sensor-suspended":
      return `${sensor} signed two contents under one number and is suspended`;
    case "identity-revoked":
      return `${sensor} was revoked: ${readings} doubtful${from}`;
    case "calibration-missing":
      return `no calibration of ${sensor} for ${readings}`;
    case "calibration-before":
      return `${sensor} measured ${readings} before its calibration began`;
    case "calibration-ended":
      return `the calibration of ${sensor} had ended for ${readings}${from}`;
    case "calibration-range":
      return `${sensor} measured ${readings} outside its calibrated range`;
    case "batches-lost":
      return `${sensor} declared ${times(count, "batch").replace("batchs", "batches")} lost: the record is incomplete`;
    case "times-imported":
      return `imported: the times of ${readings} of ${sensor} come from a file`;
    case "times-unknown":
      return `unknown: when ${sensor} took ${readings}`;
    case "times-claimed":
      return `claimed: the times of ${readings} of ${sensor} rest on its own clock`;
  }
}

/** Where an excursion stands, in words. */
export const EXCURSION_WORDS = {
  open: "open",
  acknowledged: "acknowledged",
  investigating: "under investigation",
  released: "released for use",
  rejected: "rejected",
} as const;

/** One signed step of an excursion in a sentence: who, as what, with which meaning. */
export function stepSentence({ facts, by }: Pick<RecordedStep, "facts" | "by">): string {
  const who = facts.name === "" || facts.name === by ? by : `${facts.name} (${by})`;
  switch (facts.type) {
    case EVENTS.excursionAcknowledged:
      return `acknowledged by ${who}: ${facts.step.comment}`;
    case EVENTS.excursionAssigned:
      return `assigned by ${who} to ${facts.step.person}`;
    case EVENTS.excursionInvestigated:
      return `note by ${who}: ${facts.step.note}${facts.step.attachments.map(({ name, hash }) => `; file ${name}, SHA-256 ${hash}`).join("")}`;
    case EVENTS.excursionDecided:
      return `signed by ${who}, meaning “${facts.step.meaning}”: ${facts.step.reason}`;
  }
}
