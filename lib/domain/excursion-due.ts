/**
 * When an excursion's next step is due, and whom it is then told to. Rules of this product, not of the ledger: what is late stays possible
 * (docs/decisions/0192). Pure; times ms UTC.
 */
import { type ExcursionStatus, isExcursionClosed } from "./excursion";
import type { Severity } from "./profiles";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export type DueStep = "acknowledge" | "investigate" | "decide";

/** Time that each step may take since the step before, ms. */
export const DUE_AFTER: Readonly<Record<Severity, Readonly<Record<DueStep, number>>>> = {
  critical: { acknowledge: 30 * MINUTE, investigate: 4 * HOUR, decide: 3 * DAY },
  major: { acknowledge: 2 * HOUR, investigate: DAY, decide: 7 * DAY },
  minor: { acknowledge: DAY, investigate: 3 * DAY, decide: 14 * DAY },
};

const WAITS_FOR: Readonly<Partial<Record<ExcursionStatus, DueStep>>> = {
  open: "acknowledge",
  acknowledged: "investigate",
  investigating: "decide",
};

/** `waiting` → after half of the time `remind` → when it is over `overdue` → after as much again `escalated`. */
export const DUE_LEVELS = ["waiting", "remind", "overdue", "escalated"] as const;
export type DueLevel = (typeof DUE_LEVELS)[number];

/** Whom a level is told to: the assignee (everybody of the shipper as long as nobody is assigned), then the shipper's people, then the recipient's too. */
export type DueAudience = "assignee" | "shipper" | "recipient";
export const AUDIENCE: Readonly<Record<DueLevel, readonly DueAudience[]>> = {
  waiting: [],
  remind: ["assignee"],
  overdue: ["assignee", "shipper"],
  escalated: ["assignee", "shipper", "recipient"],
};

export interface Due {
  readonly step: DueStep;
  /** When the step became the next one. */
  readonly since: number;
  /** When `remind` begins. */
  readonly remindAt: number;
  /** When it should be done: `overdue` begins. */
  readonly at: number;
  /** When `escalated` begins. */
  readonly escalateAt: number;
  readonly level: DueLevel;
}

export interface Waiting {
  readonly status: ExcursionStatus;
  readonly severity: Severity;
  /** When it came into its status. */
  readonly since: number;
}

/** Null for what is closed: nothing is due any more. */
export function dueOf({ status, severity, since }: Waiting, now: number): Due | null {
  const step = WAITS_FOR[status];
  if (step === undefined || isExcursionClosed(status)) return null;
  const time = DUE_AFTER[severity][step];
  const due = { step, since, remindAt: since + time / 2, at: since + time, escalateAt: since + 2 * time };
  return { ...due, level: levelAt(due, now) };
}

function levelAt({ remindAt, at, escalateAt }: Omit<Due, "level">, now: number): DueLevel {
  if (now >= escalateAt) return "escalated";
  if (now >= at) return "overdue";
  return now >= remindAt ? "remind" : "waiting";
}
