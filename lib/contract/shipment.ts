/** Shipments: planned, given their sensors, handed over. Deciding stands in decision.ts. */
import { profileById } from "../domain/profiles";
import { isSscc } from "../domain/sscc";
import { EVENTS } from "../messages/functions";
import { IMPORT_MODEL } from "../messages/names";
import { kindOf } from "./access";
import { refuse, stating } from "./call";
import { expectNoSlowCommand } from "./command";
import { appendLog, EMPTY_LOG } from "./log";
import { assignmentOf, expectActive, expectParty, expectTravelling, isDecided, loadSensor, loadShipment } from "./records";
import {
  type AssignmentRecord,
  type HeadRecord,
  keys,
  type SensorAssignment,
  type SensorRecord,
  type ShipmentRecord,
  type SsccRecord,
} from "./state";
import type { World } from "./world";

/** An SSCC names one open shipment; it may be used again after a decision. */
async function expectFreeSscc(world: World, sscc: string): Promise<void> {
  if (!isSscc(sscc)) refuse("ARGUMENT_INVALID", "the SSCC's check digit is wrong", { field: "sscc" });
  const used = await world.get<SsccRecord>(keys.sscc(sscc));
  if (used === undefined) return;
  const shipment = await world.get<ShipmentRecord>(keys.shipment(used.shipment));
  if (shipment !== undefined && !isDecided(shipment)) refuse("EXISTS", "an open shipment has this SSCC", { shipment: used.shipment });
}

export const create = stating("shipment:Create", async (statement, call, world) => {
  profileById(statement.profile);
  if (kindOf(statement.recipient) !== "recipient")
    refuse("ARGUMENT_INVALID", "the recipient is no receiving organisation", { field: "recipient" });
  if ((await world.get(keys.shipment(statement.shipment))) !== undefined)
    refuse("EXISTS", "a shipment of this name exists", { shipment: statement.shipment });
  await expectFreeSscc(world, statement.sscc);
  const shipment: ShipmentRecord = {
    ...statement,
    shipper: call.creator.mspId,
    status: "planned",
    assignments: [],
    incomplete: [],
    found: {},
    seals: [],
    log: appendLog(EMPTY_LOG, call, { type: call.name, statement }),
  };
  world.put(keys.shipment(shipment.shipment), shipment);
  world.put(keys.sscc(shipment.sscc), { shipment: shipment.shipment } satisfies SsccRecord);
  return {
    event: { name: EVENTS.shipmentCreated, payload: { shipment: shipment.shipment, sscc: shipment.sscc, recipient: shipment.recipient } },
    facts: { type: EVENTS.shipmentCreated, shipment },
  };
});

/** As many as a decision and an inspection can name (lib/messages/statements). */
const MAX_SENSORS = 64;
/** Past rides that a sensor's record keeps without asking whether they are over. */
const KEPT_RIDES = 32;

/**
 * Rides that can still receive readings. Chain time never runs back, so a ride that ended before the last reading is over. The head is
 * read only when the list has grown: a live sensor writes it all the time, and this call would conflict.
 */
async function currentRides(world: World, { sensor, assignments }: SensorRecord): Promise<readonly SensorAssignment[]> {
  if (assignments.length < KEPT_RIDES) return assignments;
  const at = (await world.get<HeadRecord>(keys.head(sensor)))?.at ?? Number.NEGATIVE_INFINITY;
  return assignments.filter(({ end }, index) => index === assignments.length - 1 || end === null || end >= at);
}

/** A sensor rides with one shipment at a time, and with each once: its rules could not tell two rides apart. */
function expectFree(sensor: SensorRecord, shipment: ShipmentRecord, start: number): void {
  const facts = { sensor: sensor.sensor };
  if (shipment.assignments.some((each) => each.sensor === sensor.sensor)) {
    refuse("EXISTS", "the sensor was assigned to this shipment before", facts);
  }
  if (shipment.assignments.length >= MAX_SENSORS) refuse("ARGUMENT_INVALID", `a shipment has at most ${MAX_SENSORS} sensors`, facts);
  const last = sensor.assignments.at(-1);
  if (last === undefined) return;
  if (last.end === null) refuse("SENSOR_BUSY", undefined, { ...facts, shipment: last.shipment });
  else if (start < last.end)
    refuse("SENSOR_BUSY", "the sensor rode with another shipment until later", { ...facts, shipment: last.shipment, end: last.end });
}

export const assign = stating("shipment:Assign", async (statement, call, world) => {
  const { sensor: id, place, start } = statement;
  const shipment = await loadShipment(world, statement.shipment);
  expectParty(call, shipment, "shipper");
  expectTravelling(shipment);
  const sensor = await loadSensor(world, id);
  expectActive(sensor);
  if (sensor.owner !== call.creator.mspId) refuse("ACCESS_DENIED", "the sensor belongs to another organisation", { sensor: id });
  expectFree(sensor, shipment, start);
  await expectNoSlowCommand(world, id, shipment.profile);
  const rides = await currentRides(world, sensor);
  const assignment: AssignmentRecord = { sensor: id, place, start, end: null, assigned: call.timestamp, ended: null };
  const changed: ShipmentRecord = {
    ...shipment,
    assignments: [...shipment.assignments, assignment],
    log: appendLog(shipment.log, call, { type: call.name, statement }),
  };
  world.put(keys.shipment(shipment.shipment), changed);
  world.put(keys.sensor(id), {
    ...sensor,
    assignments: [...rides, { shipment: shipment.shipment, profile: shipment.profile, start, end: null }],
  } satisfies SensorRecord);
  return {
    event: { name: EVENTS.sensorAssigned, payload: { shipment: shipment.shipment, sensor: id, start } },
    facts: { type: EVENTS.sensorAssigned, shipment: changed, assignment },
  };
});

/** Ends the sensor's ride on both sides. Also what a decision does to every open ride. */
export async function endRide(world: World, shipment: ShipmentRecord, id: string, end: number): Promise<void> {
  const sensor = await loadSensor(world, id);
  const assignments = sensor.assignments.map((each) =>
    each.shipment === shipment.shipment && each.end === null ? { ...each, end } : each,
  );
  world.put(keys.sensor(id), { ...sensor, assignments } satisfies SensorRecord);
}

/**
 * An end reaches back no further than a gap may last: else whoever knows of heat that is not on the ledger yet (a delayed batch, a timer
 * that still runs) could take it out of the trip. A file's times are never a full yes, so a file may be cut anywhere.
 */
async function expectNotBackdated(world: World, shipment: ShipmentRecord, id: string, end: number, now: number): Promise<void> {
  const { model } = await loadSensor(world, id);
  const earliest = now - profileById(shipment.profile).noData;
  if (model !== IMPORT_MODEL && end < earliest)
    refuse("ARGUMENT_INVALID", "the end lies too far back: readings since then belong to the trip", { field: "end", earliest });
}

export const endAssignment = stating("shipment:EndAssignment", async (statement, call, world) => {
  const shipment = await loadShipment(world, statement.shipment);
  expectParty(call, shipment, "shipper");
  expectTravelling(shipment);
  const before = assignmentOf(shipment, statement.sensor);
  if (before.end !== null) refuse("ASSIGNMENT_ENDED", undefined, { sensor: statement.sensor, end: before.end });
  if (statement.end <= before.start) refuse("ARGUMENT_INVALID", "the assignment ends before it starts", { field: "end" });
  await expectNotBackdated(world, shipment, statement.sensor, statement.end, call.timestamp);
  const assignment: AssignmentRecord = { ...before, end: statement.end, ended: call.timestamp };
  const changed: ShipmentRecord = {
    ...shipment,
    assignments: shipment.assignments.map((each) => (each === before ? assignment : each)),
    log: appendLog(shipment.log, call, { type: call.name, statement }),
  };
  world.put(keys.shipment(shipment.shipment), changed);
  await endRide(world, shipment, statement.sensor, statement.end);
  return {
    event: { name: EVENTS.assignmentEnded, payload: { shipment: shipment.shipment, sensor: statement.sensor, end: statement.end } },
    facts: { type: EVENTS.assignmentEnded, shipment: changed, assignment },
  };
});

/** The first handover sets out; an arrival is final until the decision. */
export const handover = stating("shipment:Handover", async (statement, call, world) => {
  const shipment = await loadShipment(world, statement.shipment);
  expectParty(call, shipment, "shipper", "recipient");
  expectTravelling(shipment);
  const arrived = statement.arrival || shipment.status === "arrived";
  const changed: ShipmentRecord = {
    ...shipment,
    status: arrived ? "arrived" : "under-way",
    log: appendLog(shipment.log, call, { type: call.name, statement }),
  };
  world.put(keys.shipment(shipment.shipment), changed);
  return {
    event: { name: EVENTS.handedOver, payload: { shipment: shipment.shipment, status: changed.status } },
    facts: { type: EVENTS.handedOver, shipment: changed, handover: statement },
  };
});
