/**
 * Commands of a sensor's owner (docs/decisions/0185). One record per sensor, apart from the sensor's own: a live
 * sensor's batches never read it.
 */
import { longestInterval, profileById } from "../domain/profiles";
import { COMMAND_LIFE_MS, type Command } from "../messages/commands";
import { type CommandAnswer, EVENTS } from "../messages/functions";
import { IMPORT_MODEL } from "../messages/names";
import type { Statement } from "../messages/statements";
import { refuse, stating } from "./call";
import { expectActive, loadSensor } from "./records";
import { type CommandRecord, keys, type SensorAssignment, type SensorRecord } from "./state";
import type { Call } from "./types";
import type { World } from "./world";

type Stated = Statement<"sensor:Command">;

/** Rides that readings still belong to. */
const openRides = ({ assignments }: SensorRecord, now: number): SensorAssignment[] =>
  assignments.filter(({ end }) => end === null || end > now);

/** What the goods that it rides with now allow between two readings, ms; null when it rides with none. */
function limitOf(sensor: SensorRecord, now: number): number | null {
  const limits = openRides(sensor, now).map(({ profile }) => longestInterval(profileById(profile)));
  return limits.length === 0 ? null : Math.min(...limits);
}

/** @throws WintersealError COMMAND_UNFIT when it would leave an open shipment without the readings that its profile asks for */
function expectFit(sensor: SensorRecord, command: Command, now: number): void {
  const rides = openRides(sensor, now);
  const limit = limitOf(sensor, now);
  if (command.kind === "profile") profileById(command.profile);
  if (limit === null) return;
  const shipment = rides[0]?.shipment ?? "";
  if (command.kind === "stop") refuse("COMMAND_UNFIT", "the sensor rides with an open shipment: it has to measure", { shipment });
  if (command.kind === "interval" && command.ms > limit)
    refuse("COMMAND_UNFIT", "the goods that the sensor rides with ask for more readings", { shipment, field: "command.ms", limit });
  if (command.kind === "profile" && rides.some(({ profile }) => profile !== command.profile))
    refuse("COMMAND_UNFIT", "the goods that the sensor rides with have another profile", { shipment, field: "command.profile" });
}

function expectLife({ expires }: Stated, { timestamp }: Call): void {
  const { min, max } = COMMAND_LIFE_MS;
  if (expires < timestamp + min || expires > timestamp + max) refuse("COMMAND_LIFE", undefined, { field: "expires", min, max });
}

/** Until the sensor reports, whatever was commanded may be in force: the longest interval, and a stop. */
function possible(before: CommandRecord | undefined, command: Command): CommandRecord["possible"] {
  const { interval = null, stopped = false } = before?.possible ?? {};
  return {
    interval: command.kind === "interval" ? Math.max(interval ?? 0, command.ms) : interval,
    stopped: stopped || command.kind === "stop",
  };
}

export const command = stating("sensor:Command", async (statement, call, world) => {
  const { counter, expires } = statement;
  const sensor = await loadSensor(world, statement.sensor);
  const { mspId, commonName } = call.creator;
  if (sensor.owner !== mspId) refuse("ACCESS_DENIED", "the sensor belongs to another organisation", { sensor: sensor.sensor });
  expectActive(sensor);
  if (sensor.model === IMPORT_MODEL) refuse("COMMAND_UNFIT", "no device stands behind imported files", { sensor: sensor.sensor });
  const before = await world.get<CommandRecord>(keys.command(sensor.sensor));
  const expected = (before?.counter ?? 0) + 1;
  if (counter !== expected) refuse("COMMAND_COUNTER", undefined, { counter, expected });
  expectLife(statement, call);
  expectFit(sensor, statement.command, call.timestamp);
  const record: CommandRecord = {
    sensor: sensor.sensor,
    counter,
    command: statement.command,
    expires,
    at: call.timestamp,
    by: commonName,
    organisation: mspId,
    transaction: call.transactionId,
    possible: possible(before, statement.command),
    reported: before?.reported ?? 0,
  };
  world.put(keys.command(sensor.sensor), record);
  return {
    event: { name: EVENTS.sensorCommanded, payload: { sensor: sensor.sensor, counter, expires, kind: statement.command.kind } },
    facts: { type: EVENTS.sensorCommanded, command: record },
  };
});

/** @throws WintersealError COMMAND_STANDS when a command may keep the sensor from measuring as often as the profile asks */
export async function expectNoSlowCommand(world: World, sensor: string, profile: string): Promise<void> {
  const { possible: may } = (await world.get<CommandRecord>(keys.command(sensor))) ?? {};
  if (may === undefined) return;
  const limit = longestInterval(profileById(profile));
  if (may.stopped || (may.interval ?? 0) > limit)
    refuse("COMMAND_STANDS", undefined, { sensor, stopped: may.stopped, interval: may.interval ?? 0, limit });
}

/** What an attested read tells a sensor; null for one that is not registered. */
export async function answerCommand(world: World, id: string, now: number): Promise<CommandAnswer | null> {
  const sensor = await world.get<SensorRecord>(keys.sensor(id));
  if (sensor === undefined) return null;
  const record = await world.get<CommandRecord>(keys.command(id));
  const newest = record === undefined ? null : { counter: record.counter, expires: record.expires, command: record.command };
  return { sensor: id, newest, reported: record?.reported ?? 0, limit: limitOf(sensor, now) };
}
