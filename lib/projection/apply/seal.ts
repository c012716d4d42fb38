import type { Facts } from "../../contract/facts";
import type { SealRecord } from "../../contract/state";
import { EVENTS } from "../../messages/functions";
import type { Context } from "./context";
import { writeGaps } from "./gap";
import { writeShipment } from "./shipment";

type Of<T extends Facts["type"]> = Extract<Facts, { readonly type: T }>;

export function applySeal(context: Context, { shipment, seal }: Of<"SealApplied">): void {
  writeShipment(context, shipment);
  writeSeal(context, seal);
  context.audit(EVENTS.sealApplied, { shipment: shipment.shipment }, { seal: seal.seal, class: seal.class, on: { ...seal.on } });
}

export function applyInspection(context: Context, { shipment, seal, inspection, gaps }: Of<"SealInspected">): void {
  writeShipment(context, shipment);
  writeSeal(context, seal);
  const { number, result, checks, photo, note, at, by, organisation, sensors } = inspection;
  const of = { shipment: shipment.shipment, seal: seal.seal, number };
  context.rows.inspection.push({ ...of, result, checks, photo, note, at, by, organisation, transaction: context.id });
  for (const { sensor, thumbprint, sequence, hash } of sensors) {
    context.rows.inspectedSensor.push({ ...of, sensor, thumbprint, sequence, hash, recorded: inspection.recorded.includes(sensor) });
  }
  writeGaps(context, gaps);
  const detail = { seal: seal.seal, number, result, checks: { ...checks }, note, sensors: sensors.map((sensor) => ({ ...sensor })) };
  context.audit(EVENTS.sealInspected, { shipment: shipment.shipment }, detail);
}

function writeSeal(context: Context, seal: SealRecord): void {
  const { on } = seal;
  context.rows.seal({
    shipment: seal.shipment,
    seal: seal.seal,
    class: seal.class,
    container: "container" in on ? on.container : null,
    sensor: "sensor" in on ? on.sensor : null,
    thumbprint: "sensor" in on ? on.thumbprint : null,
    applied_at: seal.applied,
    applied_by: seal.by,
    standing: seal.standing,
    transaction: context.id,
  });
}
