/** Loads records by what they are, and refuses by what is missing. */
import { WintersealError } from "../messages/errors";
import { type AssignmentRecord, type BatchRecord, keys, type SensorRecord, type ShipmentRecord } from "./state";
import type { Call } from "./types";
import type { World } from "./world";

/** @throws WintersealError SENSOR_UNKNOWN */
export async function loadSensor(world: World, sensor: string): Promise<SensorRecord> {
  const record = await world.get<SensorRecord>(keys.sensor(sensor));
  if (record === undefined) throw new WintersealError("SENSOR_UNKNOWN", undefined, { sensor });
  return record;
}

/** @throws WintersealError SHIPMENT_UNKNOWN */
export async function loadShipment(world: World, shipment: string): Promise<ShipmentRecord> {
  const record = await world.get<ShipmentRecord>(keys.shipment(shipment));
  if (record === undefined) throw new WintersealError("SHIPMENT_UNKNOWN", undefined, { shipment });
  return record;
}

export const loadBatch = (world: World, sensor: string, sequence: number): Promise<BatchRecord | undefined> =>
  world.get<BatchRecord>(keys.batch(sensor, sequence));

/** @throws WintersealError SENSOR_REVOKED, SENSOR_SUSPENDED */
export function expectActive({ sensor, status }: SensorRecord): void {
  if (status === "revoked") throw new WintersealError("SENSOR_REVOKED", undefined, { sensor });
  if (status === "suspended") throw new WintersealError("SENSOR_SUSPENDED", undefined, { sensor });
}

/** @throws WintersealError NOT_A_PARTY unless the caller's organisation is one of them */
export function expectParty({ creator }: Call, shipment: ShipmentRecord, ...parties: ("shipper" | "recipient")[]): void {
  if (!parties.some((party) => shipment[party] === creator.mspId)) {
    throw new WintersealError("NOT_A_PARTY", undefined, { shipment: shipment.shipment, organisation: creator.mspId });
  }
}

/** Decided, once or again: its goods do not travel any more. */
export const isDecided = ({ status }: ShipmentRecord): boolean => status === "accepted" || status === "rejected";

/** @throws WintersealError SHIPMENT_CLOSED after a decision, also a reopened one: only readings, inspections and a new decision follow */
export function expectTravelling(shipment: ShipmentRecord): void {
  if (isDecided(shipment) || shipment.status === "reopened") {
    throw new WintersealError("SHIPMENT_CLOSED", undefined, { shipment: shipment.shipment, status: shipment.status });
  }
}

/** @throws WintersealError ASSIGNMENT_UNKNOWN */
export function assignmentOf(shipment: ShipmentRecord, sensor: string): AssignmentRecord {
  const assignment = shipment.assignments.find((each) => each.sensor === sensor);
  if (assignment === undefined) throw new WintersealError("ASSIGNMENT_UNKNOWN", undefined, { shipment: shipment.shipment, sensor });
  return assignment;
}
