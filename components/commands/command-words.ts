/** Commands and what became of them, in words. */
import { formatDuration } from "@/components/format/duration";
import type { StateKind } from "@/components/ui/state";
import { PROFILES } from "@/lib/domain/profiles";
import type { Command } from "@/lib/messages/commands";
import type { CommandRow } from "@/lib/store/commands";

/** "Measure every 30 s" */
export function commandTitle(command: Command): string {
  switch (command.kind) {
    case "interval":
      return `Measure every ${formatDuration(command.ms)}`;
    case "profile":
      return `Watch the rules of ${PROFILES.find(({ id }) => id === command.profile)?.title ?? command.profile}`;
    case "identify":
      return `Make itself seen for ${formatDuration(command.ms)}`;
    case "stop":
      return "Stop measuring";
    case "start":
      return "Measure again";
  }
}

export interface CommandState {
  readonly kind: StateKind;
  readonly text: string;
  /** What it means, or what to do; the moment that it speaks of stands beside it. */
  readonly note: string;
  /** ms UTC, or null when no moment can be told. */
  readonly at: number | null;
}

/**
 * What is known of a command. Only the sensor's own signed word says that it was carried out; nobody's silence does.
 * @param newest counter of the sensor's newest command
 */
export function commandState({ counter, at, expires, report }: CommandRow, newest: number, now: number): CommandState {
  if (report?.outcome === "done") {
    return { kind: "kept", text: "Carried out", note: report.at === null ? "before the sensor was started again" : "", at: report.at };
  }
  if (report?.outcome === "COMMAND_EXPIRED") {
    return { kind: "warning", text: "Refused: it had ended", note: "It reached the sensor too late.", at: report.at };
  }
  if (report !== null) return { kind: "warning", text: "Refused: it does not fit", note: "The sensor cannot do it now.", at: report.at };
  if (counter < newest)
    return { kind: "info", text: `Replaced by command ${counter + 1}`, note: "No word of the sensor about it.", at: null };
  if (now >= expires) {
    return { kind: "silent", text: "Ended, not answered", note: "The sensor carries it out no more. Not answered since", at };
  }
  return { kind: "silent", text: "Committed, not answered", note: "Not answered since", at };
}
