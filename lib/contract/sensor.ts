/** Sensors: registered, renewed and revoked by their authority. */
import { EVENTS } from "../messages/functions";
import type { Statement } from "../messages/statements";
import { type Handled, refuse, stating } from "./call";
import { appendLog, EMPTY_LOG } from "./log";
import { loadSensor } from "./records";
import { keys, type SensorRecord } from "./state";
import type { Call } from "./types";
import type { World } from "./world";

type Event = typeof EVENTS.sensorRegistered | typeof EVENTS.sensorRenewed | typeof EVENTS.sensorRevoked;

function write(world: World, type: Event, sensor: SensorRecord): Omit<Handled, "result"> {
  world.put(keys.sensor(sensor.sensor), sensor);
  const { thumbprint, status, doubtfulSince } = sensor;
  return {
    event: {
      name: type,
      payload: { sensor: sensor.sensor, thumbprint, status, doubtfulSince, calibrationNumber: sensor.calibration.number },
    },
    facts: { type, sensor },
  };
}

function checkCalibration({ calibration: { from, to, min, max } }: Statement<"sensor:Renew">): void {
  if (from >= to) refuse("ARGUMENT_INVALID", "the calibration ends before it begins", { field: "calibration.to" });
  if (min >= max) refuse("ARGUMENT_INVALID", "the calibrated range is empty", { field: "calibration.max" });
}

async function loadOwn(world: World, { creator }: Call, sensor: string): Promise<SensorRecord> {
  const record = await loadSensor(world, sensor);
  if (record.authority !== creator.mspId) refuse("ACCESS_DENIED", "another authority registered this sensor", { sensor });
  if (record.status === "revoked") refuse("SENSOR_REVOKED", undefined, { sensor });
  return record;
}

export const register = stating("sensor:Register", async (statement, call, world) => {
  const { creator } = call;
  const { sensor, model, owner, thumbprint, calibration } = statement;
  checkCalibration(statement);
  if ((await world.get(keys.sensor(sensor))) !== undefined) refuse("EXISTS", "a sensor of this name is registered already", { sensor });
  return write(world, EVENTS.sensorRegistered, {
    sensor,
    model,
    owner,
    authority: creator.mspId,
    thumbprint,
    calibration,
    calibrations: [{ thumbprint, calibration }],
    status: "active",
    statusReason: "",
    doubtfulSince: null,
    assignments: [],
    log: appendLog(EMPTY_LOG, call, { type: call.name, statement }),
  });
});

/** A suspended sensor comes back with a new key only: the old one has signed two contents under one number. */
export const renew = stating("sensor:Renew", async (statement, call, world) => {
  const { sensor, thumbprint, calibration } = statement;
  checkCalibration(statement);
  const record = await loadOwn(world, call, sensor);
  const used = record.calibrations.some((each) => each.thumbprint === thumbprint);
  if (record.status === "suspended" && used) refuse("SENSOR_SUSPENDED", "a suspended sensor needs a new key", { sensor });
  if (used && record.thumbprint !== thumbprint)
    refuse("IDENTITY_NOT_ACTIVE", "the key was replaced before; it cannot come back", { sensor });
  return write(world, EVENTS.sensorRenewed, {
    ...record,
    thumbprint,
    calibration,
    calibrations: [...record.calibrations, { thumbprint, calibration }],
    status: "active",
    statusReason: "",
    log: appendLog(record.log, call, { type: call.name, statement }),
  });
});

export const revoke = stating("sensor:Revoke", async (statement, call, world) => {
  const { sensor, reason, doubtfulSince } = statement;
  const record = await loadOwn(world, call, sensor);
  return write(world, EVENTS.sensorRevoked, {
    ...record,
    status: "revoked",
    statusReason: reason,
    doubtfulSince,
    log: appendLog(record.log, call, { type: call.name, statement }),
  });
});
