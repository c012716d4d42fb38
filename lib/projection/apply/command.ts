import type { CommandReportFacts, Facts } from "../../contract/facts";
import { EVENTS } from "../../messages/functions";
import type { Context } from "./context";

type Of<T extends Facts["type"]> = Extract<Facts, { readonly type: T }>;

export function applyCommand(context: Context, { command: record }: Of<"SensorCommanded">): void {
  const { sensor, counter, command, expires, at, by, organisation, transaction } = record;
  context.rows.command.push({ sensor, counter, kind: command.kind, detail: command, expires, at, by, organisation, transaction });
  context.rows.commanded(sensor);
  context.audit(EVENTS.sensorCommanded, { sensor }, { counter, expires, command: { ...command } });
}

export function applyCommandReport(context: Context, facts: CommandReportFacts): void {
  const { sensor, counter, outcome, at, interval, profile, measuring } = facts;
  const row = { sensor, counter, outcome, at, recorded_at: context.at, interval, profile, measuring, transaction: context.id };
  context.rows.commandReport.push(row);
  context.audit(EVENTS.commandReported, { sensor }, { counter, outcome, at, interval, profile, measuring });
}

export function applyWithheld(context: Context, { withheld }: Of<"WithheldReported">): void {
  const { sensor, sequence, given, proxy, said, at, transaction } = withheld;
  context.rows.withheld.push({ sensor, sequence, given, proxy, said, at, recorded_at: context.at, transaction });
  context.audit(EVENTS.withheldReported, { sensor }, { sequence, given, proxy, said, at });
}
