/** What pages say about excursions: where each stands, what is due, what a signature means. Pure. */
import { formatDuration } from "@/components/format/duration";
import type { StateKind } from "@/components/ui/state";
import type { ExcursionStatus } from "@/lib/domain/excursion";
import type { Due, DueStep } from "@/lib/domain/excursion-due";
import type { Statement } from "@/lib/messages/statements";

export const STATUS: Readonly<Record<ExcursionStatus, { readonly kind: StateKind; readonly word: string }>> = {
  open: { kind: "violation", word: "open" },
  acknowledged: { kind: "info", word: "acknowledged" },
  investigating: { kind: "inspection", word: "under investigation" },
  released: { kind: "kept", word: "released for use" },
  rejected: { kind: "untrusted", word: "rejected" },
};

/** What has to be done next, as a button and a title say it. */
export const STEP_WORDS: Readonly<Record<DueStep, { readonly title: string; readonly action: string }>> = {
  acknowledge: { title: "to acknowledge", action: "Acknowledge" },
  investigate: { title: "to investigate", action: "Investigate" },
  decide: { title: "to release or reject", action: "Decide" },
};

/** "overdue by 2 h", "due in 20 min": what presses, in a few words. */
export function dueWords({ at, level }: Due, now: number): { readonly kind: StateKind; readonly text: string } {
  if (level === "waiting" || level === "remind")
    return { kind: level === "remind" ? "clock" : "unknown", text: `due in ${formatDuration(at - now)}` };
  return { kind: "violation", text: `overdue by ${formatDuration(now - at)}${level === "escalated" ? ", escalated" : ""}` };
}

/** Whom a level is told to, for the page that says what happens when nobody acts. */
export const ESCALATION_WORDS =
  "Half of the time over: the assignee is reminded. All of it: the shipper’s people too. As much again: the recipient’s as well.";

/** What the signature under a decision means; it stands above the button and, word for word, on the ledger (21 CFR 11.50). */
export function meaningWords(meaning: Statement<"excursion:Decide">["meaning"] | null): string {
  if (meaning === null) return "Nothing yet: choose to release or to reject.";
  if (meaning === "rejected")
    return "“Rejected”: I reject these goods because of this excursion, for the reason given. This stands for good.";
  return "“Released for use”: I release these goods for use in spite of this excursion, for the reason given. Only late readings of the same violation can reopen it.";
}
