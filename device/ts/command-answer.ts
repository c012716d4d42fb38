/** What an attested read says of a sensor's commands, read strictly: it moves a device. */
import { WintersealError } from "../../lib/messages/errors";
import type { AttestedAnswer, ReportResult } from "../../lib/messages/functions";
import { type Expect, parseResult } from "./client";

/** A command as the ledger holds it. What a newer contract may say is kept as it is: the device refuses what it does not know. */
export interface Told {
  readonly counter: number;
  /** ms UTC */
  readonly expires: number;
  readonly command: Readonly<Record<string, unknown>>;
}

export interface CommandState {
  readonly newest: Told | null;
  readonly reported: number;
  /** ms between readings, or null when nothing is asked. */
  readonly limit: number | null;
}

type Fields = Readonly<Record<string, unknown>>;
const refuse = (): never => {
  throw new WintersealError("ENDORSED_RESULT", "the answer is no sensor's commands");
};
const fieldsOf = (value: unknown): Fields => (typeof value === "object" && value !== null ? (value as Fields) : refuse());
const whole = (value: unknown, min: number): number =>
  Number.isSafeInteger(value) && (value as number) >= min ? (value as number) : refuse();

/** @throws WintersealError SENSOR_UNKNOWN, ENDORSED_RESULT: also for another sensor's commands */
export function commandsIn({ answer }: AttestedAnswer, sensor: string): CommandState {
  if (answer === null) throw new WintersealError("SENSOR_UNKNOWN");
  const fields = fieldsOf(answer);
  if (fields.sensor !== sensor) refuse();
  const { newest, limit } = fields;
  return {
    newest: newest === null ? null : toldIn(fieldsOf(newest)),
    reported: whole(fields.reported, 0),
    limit: limit === null ? null : whole(limit, 1),
  };
}

const toldIn = ({ counter, expires, command }: Fields): Told => ({
  counter: whole(counter, 1),
  expires: whole(expires, 0),
  command: fieldsOf(command),
});

/** @throws WintersealError ENDORSED_RESULT unless the ledger takes this report, or has one this far */
export function expectReport(sensor: string, counter: number): Expect<ReportResult["result"]> {
  return (bytes) => {
    const { result, sensor: of, reported } = fieldsOf(parseResult(bytes));
    const known = result === "recorded" ? reported === counter : result === "already-recorded" && whole(reported, 1) >= counter;
    if (of !== sensor || !known) throw new WintersealError("ENDORSED_RESULT", "another answer to a report", { counter });
    return result as ReportResult["result"];
  };
}
