import type { Facts } from "../../contract/facts";
import type { AssignmentRecord, ShipmentRecord } from "../../contract/state";
import { EVENTS } from "../../messages/functions";
import type { ShipmentChange } from "../rows/rows";
import type { Context } from "./context";
import { writeGaps } from "./gap";

type Of<T extends Facts["type"]> = Extract<Facts, { readonly type: T }>;

export function applyCreation(context: Context, { shipment }: Of<"ShipmentCreated">): void {
  writeShipment(context, shipment, { created_at: context.at, created_by: context.actor });
  const { title, sscc, profile, recipient } = shipment;
  context.audit(EVENTS.shipmentCreated, { shipment: shipment.shipment }, { title, sscc, profile, recipient });
}

export function applyAssignment(context: Context, { type, shipment, assignment }: Of<"SensorAssigned" | "AssignmentEnded">): void {
  writeShipment(context, shipment);
  writeAssignment(context, shipment.shipment, assignment);
  context.rows.commanded(assignment.sensor);
  const { sensor, place, start, end } = assignment;
  context.audit(type, { shipment: shipment.shipment, sensor }, { place, start, end });
}

/** The row's transaction stays the one that made it, whoever ends it. */
function writeAssignment(context: Context, shipment: string, assignment: AssignmentRecord): void {
  const { sensor, place, start, end, assigned, ended } = assignment;
  context.rows.assignment({ shipment, sensor, place, start, end, assigned, ended, transaction: context.id });
}

export function applyHandover(context: Context, { shipment, handover }: Of<"HandedOver">): void {
  const { giver, taker, place, arrival } = handover;
  writeShipment(context, shipment, arrival ? { arrived_at: context.at } : {});
  const row = { transaction: context.id, shipment: shipment.shipment, giver, taker, place, arrival, at: context.at, by: context.actor };
  context.rows.handover.push(row);
  context.audit(EVENTS.handedOver, { shipment: shipment.shipment }, { giver, taker, place, arrival });
}

export function applyDecision(context: Context, facts: Of<"Decided">): void {
  const { shipment } = facts;
  const { decision, reason, through } = facts.decision;
  writeShipment(context, shipment, { decided_at: context.at });
  // A decision ends every ride that was still open.
  for (const assignment of shipment.assignments)
    if (assignment.ended === context.at) writeAssignment(context, shipment.shipment, assignment);
  context.rows.decision.push({
    transaction: context.id,
    shipment: shipment.shipment,
    decision,
    reason,
    at: context.at,
    by: context.actor,
    organisation: context.organisation,
  });
  writeGaps(context, facts.gaps);
  context.audit(EVENTS.decided, { shipment: shipment.shipment }, { decision, reason, through: through.map((sensor) => ({ ...sensor })) });
}

type Times = Pick<ShipmentChange, "created_at" | "created_by" | "arrived_at" | "decided_at">;

/** The record as it stands after the transaction; the first one that finds it past *planned* sets the start. */
export function writeShipment(context: Context, shipment: ShipmentRecord, times: Times = {}): void {
  context.rows.shipment({
    id: shipment.shipment,
    sscc: shipment.sscc,
    title: shipment.title,
    origin: shipment.origin,
    destination: shipment.destination,
    profile: shipment.profile,
    shipper: shipment.shipper,
    recipient: shipment.recipient,
    lot: shipment.lot ?? null,
    status: shipment.status,
    log_length: shipment.log.length,
    log_head: shipment.log.head,
    incomplete: shipment.incomplete,
    ...(shipment.status === "planned" ? {} : { started_at: context.at }),
    ...times,
  });
}
