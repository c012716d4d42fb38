import { dueWords, STEP_WORDS } from "@/components/excursions/words";
import { formatDuration, formatUntil } from "@/components/format/duration";
import { plural } from "@/components/format/numbers";
import { decimalsBeside, formatTemperature, type TemperatureUnit } from "@/components/format/temperature";
import { date, moment } from "@/components/format/time";
import { reasonWords } from "@/components/shipments/verdict-words";
import type { StateKind } from "@/components/ui/state";
import { excursionName } from "@/lib/domain/excursion";
import type { Asker, Need, NeedCode } from "@/lib/domain/needs";
import { type Profile, profileById } from "@/lib/domain/profiles";

/** What a row of the overview says and where it leads. */
export interface NeedWords {
  readonly kind: StateKind;
  readonly title: string;
  /** What is in it, beside the title. */
  readonly goods: string;
  readonly text: string;
  /** "Open 42 min" over "began 09:42". */
  readonly since: string;
  readonly began: string;
  readonly href: string;
  readonly action: string;
}

export interface Subject {
  /** "Basel to Vienna" */
  readonly name: string;
  readonly goods: string;
  readonly profile: string;
  readonly lastTemperature: number | null;
  readonly sensors: number;
  readonly otherParty: string;
}

interface Reader {
  readonly zone: string;
  readonly now: number;
  readonly unit: TemperatureUnit;
}

/** Words for one need. @param subject its shipment; null for calibrations */
export function needWords(need: Need, subject: Subject | null, asker: Asker, reader: Reader): NeedWords {
  const known = subject ?? NOWHERE;
  return { goods: known.goods, ...WRITERS[need.code](need, known, reader, asker) };
}

const NOWHERE: Subject = { name: "", goods: "", profile: "fridge-2-8/1", lastTemperature: null, sensors: 0, otherParty: "" };

/** One decimal that never carries a reading across a bound of its profile. */
function figure(milli: number, profile: Profile, unit: TemperatureUnit): string {
  const bounds = profile.rules.map(({ bound }) => bound);
  return formatTemperature(milli, { unit, decimals: decimalsBeside(milli, bounds, unit) });
}

type Writer = (need: Need, subject: Subject, reader: Reader, asker: Asker) => Omit<NeedWords, "goods">;

const shipmentPage = ({ shipment }: Need) => `/shipments/${shipment}`;
const name = ({ sensors }: Need) => sensors[0] ?? "";

function timed(word: string, began: string, { at }: Need, { zone, now }: Reader): Pick<NeedWords, "since" | "began"> {
  if (at === null) return { since: word, began: "" };
  return { since: `${word} ${formatDuration(now - at)}`, began: `${began} ${moment(at, zone, now)}` };
}

/** "at 8.0 °C or above": the rule's bound in words. */
export function boundWords(profile: Profile, rule: string, unit: TemperatureUnit): string {
  const found = profile.rules.find(({ id }) => id === rule);
  if (!found) return "out of range";
  return `at ${formatTemperature(found.bound, { unit })} or ${found.direction === "upper" ? "above" : "below"}`;
}

/** Where an excursion is settled, and what its next step is. */
function settled({ excursion, shipment }: Need, now: number): Pick<NeedWords, "href" | "action"> & { readonly next: string } {
  if (excursion === null) return { href: `/shipments/${shipment}`, action: "Look into it", next: "" };
  const { title, action } = STEP_WORDS[excursion.due.step];
  const next = ` ${title.charAt(0).toUpperCase()}${title.slice(1)}, ${dueWords(excursion.due, now).text}.`;
  return { href: `/excursions/${excursionName(excursion)}`, action, next };
}

const waits: Writer = (need, subject, reader) => {
  const { next, ...where } = settled(need, reader.now);
  return {
    kind: need.urgency === "now" ? "violation" : "clock",
    title: `${subject.name}: excursion not settled`,
    text: `${name(need)}, ${boundWords(profileById(subject.profile), need.excursion?.rule ?? "", reader.unit)}. The shipment’s decision does not settle it.${next}`,
    ...timed("Open", "began", need, reader),
    ...where,
  };
};

const lasting: Writer = (need, subject, reader) => {
  const { violation } = need;
  const profile = profileById(subject.profile);
  const peak = violation ? figure(violation.peak, profile, reader.unit) : "";
  const direction = violation?.direction === "below" ? "lowest" : "highest";
  const { next, ...where } = settled(need, reader.now);
  const now = subject.lastTemperature === null ? "" : `, now ${figure(subject.lastTemperature, profile, reader.unit)}`;
  return {
    kind: "violation",
    title: `${subject.name}: out of range now`,
    text: `${name(need)} has been ${boundWords(profile, violation?.rule ?? "", reader.unit)} since ${moment(need.at ?? 0, reader.zone, reader.now)}${now}, ${direction} ${peak}.${next}`,
    ...timed("Lasts", "began", need, reader),
    ...where,
  };
};

const over: Writer = (need, subject, reader, asker) => {
  const { violation } = need;
  const { next, ...where } = settled(need, reader.now);
  const profile = profileById(subject.profile);
  const length = violation ? formatDuration(Math.max(0, (violation.to ?? violation.found) - violation.from)) : "";
  const direction = violation?.direction === "below" ? "lowest" : "highest";
  return {
    kind: "violation",
    title: `${subject.name}: was out of range`,
    text: `${length} ${boundWords(profile, violation?.rule ?? "", reader.unit)}, ${direction} ${violation ? figure(violation.peak, profile, reader.unit) : ""}. ${asker === "recipient" ? "Yours to accept or reject once it has arrived." : "The recipient decides; nothing changes what was recorded."}${next}`,
    ...timed("Open", "began", need, reader),
    ...where,
  };
};

const contested: Writer = (need, subject, reader) => ({
  kind: "untrusted",
  title: `${subject.name}: seal contested`,
  text: `Seal ${need.reason?.seal ?? ""} was found broken. The readings stay recorded but are not vouched.`,
  ...timed("Contested", "since", need, reader),
  href: shipmentPage(need),
  action: "Look into it",
});

const untrusted: Writer = (need, subject, reader) => ({
  kind: "untrusted",
  title: `${subject.name}: not trustworthy, ${reasonWords(need.reason?.code)}`,
  text: `${name(need) === "" ? "" : `${name(need)}: `}${plural(need.reason?.count ?? 0, need.reason?.code === "batches-lost" ? "batch" : "reading", need.reason?.code === "batches-lost" ? "batches" : "readings")} concerned. They stay visible; what changes is their standing.`,
  ...timed("For", "since", need, reader),
  href: shipmentPage(need),
  action: "Look into it",
});

const silent: Writer = (need, subject, reader) => ({
  kind: "silent",
  title: `${subject.name}: ${name(need)} is silent`,
  text: `${subject.lastTemperature === null ? "It has not reported at all." : `The shipment’s last reading was ${figure(subject.lastTemperature, profileById(subject.profile), reader.unit)}.`} What is withheld counts as missing, never as cold.`,
  ...timed("Silent", "since", need, reader),
  href: `/sensors/${name(need)}`,
  action: "Open sensor",
});

const receive =
  (title: string, text: (subject: Subject) => string, kind: StateKind, word: string, action: string, own: boolean): Writer =>
  (need, subject, reader) => ({
    kind,
    title: `${subject.name}: ${title}`,
    text: text(subject),
    ...timed(word, "arrived", need, reader),
    href: own ? `${shipmentPage(need)}/receive` : shipmentPage(need),
    action,
  });

const calibration: Writer = (need, _subject, { zone, now }) => {
  const [first = "", ...others] = need.sensors;
  const at = need.at ?? 0;
  const who = others.length === 0 ? first : `${first} and ${others.length} more`;
  const names =
    others.length === 0 ? "" : `${need.sensors.slice(0, 4).join(", ")}${need.sensors.length > 4 ? " …" : ""} fall due together. `;
  return {
    kind: "calendar",
    title: `${who}: calibration due ${formatUntil(at, now)}`,
    text: `${names}No trip beyond that day should be planned with ${others.length === 0 ? "it" : "them"}.`,
    since: `Due ${date(at, zone)}`,
    began: "identity ends after the grace",
    href: others.length === 0 ? `/sensors/${first}` : "/sensors",
    action: others.length === 0 ? "Open sensor" : "Open sensors",
  };
};

const ended: Writer = (need, _subject, { zone, now }) => ({
  kind: need.urgency === "now" ? "untrusted" : "calendar",
  title: `${name(need)}: ${need.at === null ? "no calibration" : "calibration has ended"}`,
  text: `${need.urgency === "now" ? "It rides with an open shipment. " : ""}What it measures from then on is recorded and does not count as trustworthy.`,
  since: need.at === null ? "No end known" : `Ended ${date(need.at, zone)}`,
  began: need.at === null ? "" : `${formatDuration(now - need.at)} ago`,
  href: `/sensors/${name(need)}`,
  action: "Open sensor",
});

const WRITERS: Readonly<Record<NeedCode, Writer>> = {
  "violation-lasting": lasting,
  violation: over,
  excursion: waits,
  "seal-contested": contested,
  "not-trusted": untrusted,
  silent,
  inspect: receive(
    "arrived, to inspect",
    () => "Check the sensors, inspect the seal, then accept or reject.",
    "inspection",
    "Waiting",
    "Receive",
    true,
  ),
  decide: receive(
    "inspected, to decide",
    () => "The seal is inspected; the shipment waits for your decision.",
    "inspection",
    "Waiting",
    "Decide",
    true,
  ),
  "decide-again": receive(
    "to decide again",
    () => "A violation came to light after the decision. The decision was reopened and stays on record.",
    "violation",
    "Waiting",
    "Decide",
    true,
  ),
  "awaiting-inspection": receive(
    "arrived, not inspected",
    ({ otherParty }) => `Waiting for ${otherParty}. Until then its readings are attested, not vouched.`,
    "inspection",
    "Waiting",
    "Open shipment",
    false,
  ),
  "calibration-due": calibration,
  "calibration-ended": ended,
};
