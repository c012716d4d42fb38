/** `sensor:Report`: a sensor's signed word about its owner's commands (docs/decisions/0185) and about proxies (docs/decisions/0186). */
import type { CommandReport, WithheldReport } from "../messages/commands";
import { WintersealError } from "../messages/errors";
import { EVENTS, type ReportResult } from "../messages/functions";
import { reportSchema } from "../messages/reports";
import { expectArguments, type Handled, type Handler, parseCanonical, refuse } from "./call";
import { loadBatch, loadSensor } from "./records";
import { expectSigner, sensorIdOf } from "./signer";
import { type CommandRecord, keys, type WithheldRecord } from "./state";
import type { Call } from "./types";
import type { World } from "./world";

/** Reports come in order; one that is there already is a success that writes nothing. */
function recordReport(world: World, call: Call, record: CommandRecord, report: CommandReport): Handled {
  const { sensor } = record;
  const { counter, outcome, ago, interval, profile, measuring } = report;
  if (counter > record.counter) refuse("COMMAND_UNKNOWN", undefined, { counter, newest: record.counter });
  const answer = (result: ReportResult["result"], reported: number) => ({ result, sensor, reported }) satisfies ReportResult;
  if (counter <= record.reported) return { result: answer("already-recorded", record.reported) };
  const isNewest = counter === record.counter;
  const changed: CommandRecord = {
    ...record,
    possible: isNewest ? { interval, stopped: !measuring } : record.possible,
    reported: counter,
  };
  world.put(keys.command(sensor), changed);
  const at = ago === null ? null : call.timestamp - ago;
  return {
    result: answer("recorded", counter),
    event: { name: EVENTS.commandReported, payload: { sensor, counter, outcome } },
    facts: { type: EVENTS.commandReported, sensor, counter, outcome, at, interval, profile, measuring },
  };
}

/** The batch must be there by another transaction: that one of them never came is then plain. */
async function recordWithheld(world: World, call: Call, sensor: string, report: WithheldReport): Promise<Handled> {
  const { sequence, transaction: given, proxy, said, ago } = report;
  const answer = (result: ReportResult["result"]) => ({ result, sensor, reported: sequence }) satisfies ReportResult;
  const key = keys.withheld(sensor, sequence, given);
  if ((await world.get(key)) !== undefined) return { result: answer("already-recorded") };
  const batch = await loadBatch(world, sensor, sequence);
  if (batch === undefined || batch.transaction === given)
    refuse("ARGUMENT_INVALID", "no other transaction brought this batch", { field: "report.transaction", sequence });
  const at = ago === null ? null : call.timestamp - ago;
  const record: WithheldRecord = { sensor, sequence, given, proxy, said, at, transaction: call.transactionId };
  world.put(key, record);
  return {
    result: answer("recorded"),
    event: { name: EVENTS.withheldReported, payload: { sensor, sequence, given, proxy } },
    facts: { type: EVENTS.withheldReported, withheld: record },
  };
}

export const report: Handler = async (call, world) => {
  expectArguments(call, 1);
  const parsed = reportSchema.safeParse(parseCanonical(call.args[0]));
  if (!parsed.success) throw new WintersealError("ARGUMENT_INVALID", parsed.error.issues[0]?.message);
  const id = sensorIdOf(call.creator);
  if (parsed.data.sensor !== id) refuse("WRONG_SENSOR", undefined, { commonName: id, sensor: parsed.data.sensor });
  expectSigner(await loadSensor(world, id), call.creator);
  const { report: word } = parsed.data;
  if (word.kind === "withheld") return recordWithheld(world, call, id, word);
  const record = await world.get<CommandRecord>(keys.command(id));
  if (record === undefined) return refuse("COMMAND_UNKNOWN", undefined, { sensor: id });
  return recordReport(world, call, record, word);
};
