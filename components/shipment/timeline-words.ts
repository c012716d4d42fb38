/** What happened, newest first, in words: the audit trail of the ledger, and what readings themselves tell (gaps, backlogs). */
import { formatDuration } from "@/components/format/duration";
import { formatCount, plural } from "@/components/format/numbers";
import { formatTemperature } from "@/components/format/temperature";
import { clock } from "@/components/format/time";
import type { IconName } from "@/components/ui/icons";
import type { Tone } from "@/components/ui/state";
import { listWords, momentWords, type Reading, sharedStretches } from "@/components/verdict/kept-words";
import type { AuditDetail, ShipmentDetail } from "@/lib/store/shipment-detail";
import type { Names } from "./check-words";
import { ruleTitle } from "./rule-words";

export interface TimelineEntry {
  readonly key: string;
  readonly at: number;
  readonly icon: IconName;
  readonly tone: Tone | null;
  readonly title: string;
  readonly text: string;
  /** Transaction that stands for it. */
  readonly transaction: string | null;
}

type Told = Pick<TimelineEntry, "icon" | "title" | "text"> & { readonly tone?: Tone; readonly at?: number };
type Tell = (entry: AuditDetail, reader: Reading, names: Names) => Told | null;

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown): number | null => (typeof value === "number" ? value : null);

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

const who = ({ actor, organisation }: AuditDetail, names: Names): string => `${names.person(actor)}, ${names.organisation(organisation)}`;

function violationFound({ detail, sensor, block }: AuditDetail, { zone, unit }: Reading): Told {
  const from = number(detail.from);
  const peak = number(detail.peak);
  const began = from === null ? "" : `, began ${clock(from, zone)}`;
  const at = number(detail.found);
  return {
    icon: "violation",
    tone: "violation",
    title: "Violation found",
    text: `${capital(ruleTitle(text(detail.rule)))} on ${sensor ?? "a sensor"}${began}${peak === null ? "" : `, ${formatTemperature(peak, { unit })}`}. Block ${formatCount(block)}`,
    ...(at === null ? {} : { at }),
  };
}

function violationEnded({ detail, sensor }: AuditDetail, { unit }: Reading): Told {
  const [from, to, peak] = [number(detail.from), number(detail.to), number(detail.peak)];
  const long = from !== null && to !== null ? ` after ${formatDuration(to - from)}` : "";
  return {
    icon: "kept",
    tone: "kept",
    title: "Back in range",
    text: `${sensor ?? "A sensor"}${long}${peak === null ? "" : `, peak ${formatTemperature(peak, { unit })}`}`,
    ...(to === null ? {} : { at: to }),
  };
}

function inspected(entry: AuditDetail, _: Reading, names: Names): Told {
  const intact = entry.detail.result === "intact";
  const note = text(entry.detail.note);
  return {
    icon: intact ? "inspection" : "untrusted",
    tone: intact ? "kept" : "untrusted",
    title: intact ? "Seal inspected, intact" : "Seal found broken",
    text: `${who(entry, names)}. ${intact ? "Vouches for what each sensor showed." : "Contests every reading."}${note ? ` “${note}”` : ""}`,
  };
}

function decided(entry: AuditDetail, _: Reading, names: Names): Told {
  const accepted = entry.detail.decision === "accepted";
  const reason = text(entry.detail.reason);
  return {
    icon: accepted ? "check" : "cross",
    title: accepted ? "Accepted" : "Rejected",
    text: `${who(entry, names)}${reason ? `: “${reason}”` : ""}`,
  };
}

function excursionDecided(entry: AuditDetail, _: Reading, names: Names): Told {
  const released = entry.detail.meaning === "released for use";
  return {
    icon: released ? "kept" : "untrusted",
    tone: released ? "kept" : "untrusted",
    title: released ? "Released after an excursion" : "Rejected after an excursion",
    text: `${text(entry.detail.name) || names.person(entry.actor)}, ${names.organisation(entry.organisation)}: “${text(entry.detail.text)}”`,
  };
}

const TELL: Readonly<Record<string, Tell>> = {
  ShipmentCreated: (entry, _, names) => ({ icon: "shipments", title: "Shipment planned", text: who(entry, names) }),
  SensorAssigned: ({ detail, sensor, at }, reader) => {
    const start = number(detail.start);
    const late = start !== null && at - start > 60_000 ? `, from ${momentWords(start, reader)} on` : "";
    return { icon: "sensors", title: `${sensor ?? "Sensor"} assigned`, text: `${text(detail.place)}${late}` };
  },
  AssignmentEnded: ({ sensor }) => ({
    icon: "sensors",
    title: `${sensor ?? "Sensor"} taken off`,
    text: "What it measures from here on belongs to another shipment, or to none.",
  }),
  HandedOver: ({ detail }) => ({
    icon: "handover",
    title: `${detail.arrival === true ? "Arrived" : "Handover"} in ${text(detail.place)}`,
    text: `${text(detail.giver)} to ${text(detail.taker)}`,
  }),
  SealApplied: (entry, _, names) => ({
    icon: "seal",
    title: `Seal ${text(entry.detail.seal)} applied`,
    text: `Class ${text(entry.detail.class)}, by ${names.person(entry.actor)}`,
  }),
  SealInspected: inspected,
  Decided: decided,
  ViolationFound: violationFound,
  ViolationEnded: violationEnded,
  ExcursionAcknowledged: (entry, _, names) => ({
    icon: "check",
    title: "Excursion acknowledged",
    text: `${who(entry, names)}: “${text(entry.detail.text)}”`,
  }),
  ExcursionAssigned: (entry, _, names) => ({
    icon: "person",
    title: "Excursion assigned",
    text: `To ${names.person(text(entry.detail.assignee))}, by ${names.person(entry.actor)}`,
  }),
  ExcursionInvestigated: (entry, _, names) => {
    const files = number(entry.detail.attachments) ?? 0;
    return {
      icon: "inspection",
      title: "Excursion investigated",
      text: `${names.person(entry.actor)}: “${text(entry.detail.text)}”${files > 0 ? `, ${plural(files, "file")}` : ""}`,
    };
  },
  ExcursionDecided: excursionDecided,
  ExcursionReopened: ({ sensor }) => ({
    icon: "warning",
    tone: "warning",
    title: "Excursion reopened",
    text: `${sensor ?? "A sensor"} delivered more of the same violation after the release.`,
  }),
  ShipmentReopened: ({ sensor }) => ({
    icon: "warning",
    tone: "warning",
    title: "Decision reopened",
    text: `${sensor ?? "A sensor"} brought late news: the decision stands until it is taken anew.`,
  }),
  BatchesLost: ({ detail, sensor }) => {
    const [from, to] = [number(detail.from), number(detail.to)];
    const count = from !== null && to !== null ? plural(to - from + 1, "batch", "batches") : "Batches";
    return {
      icon: "untrusted",
      tone: "untrusted",
      title: `${count} lost`,
      text: `Declared by ${sensor ?? "the sensor"} itself: ${text(detail.reason)}`,
    };
  },
  WithheldReported: ({ sensor, detail }) => ({
    icon: "warning",
    tone: "warning",
    title: `Proxy ${text(detail.proxy)} held a batch back`,
    text: `${sensor ?? "A sensor"} gave it batch ${formatCount(number(detail.sequence) ?? 0)}, and another transaction had to bring it. Nothing is missing.`,
  }),
  SensorSuspended: ({ sensor, detail }) => ({
    icon: "untrusted",
    tone: "untrusted",
    title: `${sensor ?? "Sensor"} suspended`,
    text: `It signed two contents as batch ${formatCount(number(detail.sequence) ?? 0)}.`,
  }),
  SensorRevoked: ({ sensor, detail }, reader) => {
    const since = number(detail.doubtfulSince);
    return {
      icon: "untrusted",
      tone: "untrusted",
      title: `${sensor ?? "Sensor"} revoked`,
      text: `${text(detail.reason)}${since === null ? "" : `. Doubtful from ${momentWords(since, reader)} on`}`,
    };
  },
  SensorRenewed: ({ sensor }) => ({ icon: "calendar", title: `${sensor ?? "Sensor"} renewed`, text: "A new calibration, or a new key." }),
};

function gapEntries({ gaps, facts }: ShipmentDetail): TimelineEntry[] {
  return sharedStretches(gaps.map((it) => ({ ...it, silent: false }))).map((it) => {
    const lost = facts.sensors.some(({ sensor, lost: count }) => it.sensors.includes(sensor) && count > 0);
    const own = it.sensors.length > 1 ? "Their sequences go" : "Its sequence goes";
    return {
      key: `gap ${it.sensor} ${it.from}`,
      at: it.from,
      icon: "gap",
      tone: null,
      title: `No reading from ${listWords(it.sensors)}`,
      text: `For ${formatDuration(it.to - it.from)}.${lost ? "" : ` ${own} on without a break, so nothing was withheld.`}`,
      transaction: it.transaction,
    };
  });
}

function backlogEntries({ sensors }: ShipmentDetail): TimelineEntry[] {
  return sensors.flatMap(({ sensor, late }) =>
    late.map((it) => ({
      key: `late ${sensor} ${it.from}`,
      at: it.recordedAt,
      icon: "ledger" as const,
      tone: null,
      title: "Backlog committed",
      text: `${sensor}: ${plural(it.readings, "reading")} in ${plural(it.batches, "batch", "batches")}, up to ${formatDuration(it.recordedAt - it.from)} late. None missing.`,
      transaction: null,
    })),
  );
}

/** Newest first. */
export function timeline(detail: ShipmentDetail, reader: Reading, names: Names): TimelineEntry[] {
  const told = detail.audit.flatMap((entry): TimelineEntry[] => {
    const words = TELL[entry.kind]?.(entry, reader, names) ?? null;
    if (!words) return [];
    const { at = entry.at, tone = null, icon, title, text: said } = words;
    return [{ key: `${entry.block}.${entry.position}.${entry.part}`, at, icon, tone, title, text: said, transaction: entry.transaction }];
  });
  return [...told, ...gapEntries(detail), ...backlogEntries(detail)].sort((a, b) => b.at - a.at);
}
