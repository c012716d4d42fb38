/** Seals: applied before the trip, inspected at its end. Broken is final. */
import { EVENTS } from "../messages/functions";
import type { Statement } from "../messages/statements";
import { kindOf } from "./access";
import { refuse, stating } from "./call";
import type { GapFact } from "./facts";
import { appendLog } from "./log";
import { knownPrefix, openGap } from "./prefix";
import { assignmentOf, expectParty, expectTravelling, isDecided, loadSensor, loadShipment } from "./records";
import { type InspectionRecord, keys, type SealRecord, type ShipmentRecord } from "./state";
import type { Call } from "./types";
import type { World } from "./world";

type Apply = Statement<"seal:Apply">;
type Inspect = Statement<"seal:Inspect">;

/** A shipper seals its own shipment's things; an authority the sensors that it registered. */
async function expectSealer(world: World, call: Call, shipment: ShipmentRecord, on: Apply["on"]): Promise<void> {
  const isAuthority = kindOf(call.creator.mspId) === "authority";
  if (!isAuthority) expectParty(call, shipment, "shipper");
  if ("container" in on) {
    if (isAuthority) refuse("NOT_A_PARTY", "an authority seals sensors only", { shipment: shipment.shipment });
    return;
  }
  const sensor = await loadSensor(world, on.sensor);
  assignmentOf(shipment, on.sensor);
  if (isAuthority && sensor.authority !== call.creator.mspId)
    refuse("NOT_A_PARTY", "another authority registered this sensor", { sensor: on.sensor });
  if (sensor.thumbprint !== on.thumbprint) refuse("IDENTITY_NOT_ACTIVE", undefined, { sensor: on.sensor });
}

export const apply = stating("seal:Apply", async (statement, call, world) => {
  const shipment = await loadShipment(world, statement.shipment);
  await expectSealer(world, call, shipment, statement.on);
  expectTravelling(shipment);
  const key = keys.seal(shipment.shipment, statement.seal);
  if ((await world.get(key)) !== undefined) refuse("EXISTS", "this shipment has a seal of that number", { seal: statement.seal });
  // Applied now it would be found intact at the next moment and vouch for a trip that it was not on.
  if (shipment.status === "arrived")
    refuse("SHIPMENT_CLOSED", "the goods have arrived: a seal says nothing any more", { shipment: shipment.shipment });
  const seal: SealRecord = { ...statement, applied: call.timestamp, by: call.creator.commonName, standing: "applied", inspections: 0 };
  const changed: ShipmentRecord = {
    ...shipment,
    seals: [...shipment.seals, statement.seal],
    log: appendLog(shipment.log, call, { type: call.name, statement }),
  };
  world.put(key, seal);
  world.put(keys.shipment(shipment.shipment), changed);
  return {
    event: { name: EVENTS.sealApplied, payload: { shipment: shipment.shipment, seal: seal.seal, class: seal.class } },
    facts: { type: EVENTS.sealApplied, shipment: changed, seal },
  };
});

interface Seen {
  readonly recorded: readonly string[];
  readonly gaps: readonly GapFact[];
}

/**
 * A prefix that is not on the ledger yet is taken: the inspection vouches for exactly it, whenever it arrives. Another content under
 * its number is refused (docs/decisions/0023).
 */
async function see(world: World, shipment: ShipmentRecord, statement: Inspect, now: number): Promise<Seen> {
  const recorded: string[] = [];
  const gaps: GapFact[] = [];
  for (const prefix of statement.sensors) {
    const assignment = assignmentOf(shipment, prefix.sensor);
    const sensor = await loadSensor(world, prefix.sensor);
    if (!sensor.calibrations.some(({ thumbprint }) => thumbprint === prefix.thumbprint)) {
      refuse("IDENTITY_NOT_ACTIVE", "the sensor never had this key", { sensor: prefix.sensor });
    }
    const { standing, at } = await knownPrefix(world, prefix);
    if (standing === "other") refuse("PREFIX_UNKNOWN", undefined, { sensor: prefix.sensor, sequence: prefix.sequence });
    if (standing === "absent") continue;
    recorded.push(prefix.sensor);
    const gap = openGap(shipment, assignment, at, now);
    if (gap !== null) gaps.push(gap);
  }
  return { recorded, gaps };
}

function checkInspection({ result, checks, sensors }: Inspect): void {
  if (result === "intact" && !checks.number)
    refuse("ARGUMENT_INVALID", "a seal with another number is not found intact", { field: "checks.number" });
  if (new Set(sensors.map(({ sensor }) => sensor)).size !== sensors.length) {
    refuse("ARGUMENT_INVALID", "a sensor is named twice", { field: "sensors" });
  }
}

async function loadSeal(world: World, { shipment, seal }: Inspect): Promise<SealRecord> {
  const record = await world.get<SealRecord>(keys.seal(shipment, seal));
  if (record === undefined) return refuse("SEAL_UNKNOWN", undefined, { shipment, seal });
  if (record.standing === "broken") return refuse("SEAL_INSPECTED", undefined, { shipment, seal });
  return record;
}

export const inspect = stating("seal:Inspect", async (statement, call, world) => {
  checkInspection(statement);
  const shipment = await loadShipment(world, statement.shipment);
  expectParty(call, shipment, "recipient");
  if (isDecided(shipment)) refuse("SHIPMENT_CLOSED", undefined, { shipment: shipment.shipment, status: shipment.status });
  const before = await loadSeal(world, statement);
  const { recorded, gaps } = await see(world, shipment, statement, call.timestamp);
  const seal: SealRecord = { ...before, standing: statement.result, inspections: before.inspections + 1 };
  const inspection: InspectionRecord = {
    ...statement,
    number: seal.inspections,
    recorded,
    at: call.timestamp,
    by: call.creator.commonName,
    organisation: call.creator.mspId,
    transaction: call.transactionId,
  };
  const changed: ShipmentRecord = { ...shipment, log: appendLog(shipment.log, call, { type: call.name, statement }) };
  world.put(keys.seal(seal.shipment, seal.seal), seal);
  world.put(keys.inspection(seal.shipment, seal.seal, inspection.number), inspection);
  world.put(keys.shipment(shipment.shipment), changed);
  const { number, result } = inspection;
  return {
    event: { name: EVENTS.sealInspected, payload: { shipment: shipment.shipment, seal: seal.seal, number, result, gaps } },
    facts: { type: EVENTS.sealInspected, shipment: changed, seal, inspection, gaps },
  };
});
