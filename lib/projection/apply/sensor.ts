import type { Facts } from "../../contract/facts";
import type { SensorRecord } from "../../contract/state";
import { EVENTS } from "../../messages/functions";
import type { Context } from "./context";

type Of<T extends Facts["type"]> = Extract<Facts, { readonly type: T }>;

export function applyRegistration(context: Context, facts: Of<"SensorRegistered" | "SensorRenewed">): void {
  const { sensor } = facts;
  const { calibration } = sensor;
  writeSensor(context, sensor);
  context.rows.calibration.push({
    sensor: sensor.sensor,
    number: calibration.number,
    hash: calibration.hash,
    laboratory: calibration.laboratory,
    valid_from: calibration.from,
    valid_to: calibration.to,
    min: calibration.min,
    max: calibration.max,
    uncertainty: calibration.uncertainty,
    thumbprint: sensor.thumbprint,
    registered_at: context.at,
    transaction: context.id,
  });
  context.audit(facts.type, { sensor: sensor.sensor }, { model: sensor.model, owner: sensor.owner, calibration: { ...calibration } });
}

export function applyRevocation(context: Context, { sensor }: Of<"SensorRevoked">): void {
  writeSensor(context, sensor);
  const detail = { reason: sensor.statusReason, doubtfulSince: sensor.doubtfulSince };
  context.audit(EVENTS.sensorRevoked, { sensor: sensor.sensor }, detail);
}

/** Two contents under one sequence number: the sensor's key or journal was copied. */
export function applySuspension(context: Context, facts: Of<"SensorSuspended">): void {
  writeSensor(context, facts.sensor);
  const detail = { sequence: facts.sequence, hashes: facts.hashes, reason: facts.sensor.statusReason };
  context.audit(EVENTS.sensorSuspended, { sensor: facts.sensor.sensor }, detail);
}

function writeSensor({ rows, at }: Context, sensor: SensorRecord): void {
  rows.sensor({
    id: sensor.sensor,
    model: sensor.model,
    owner: sensor.owner,
    authority: sensor.authority,
    thumbprint: sensor.thumbprint,
    status: sensor.status,
    status_reason: sensor.statusReason,
    doubtful_since: sensor.doubtfulSince,
    registered_at: at,
  });
}
