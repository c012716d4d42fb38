import { ATTRIBUTES } from "./names";
import type { CalibrationStatement } from "./statements";

/** Attributes of a sensor's identity certificate: who it is, and the calibration that its authority vouches for. */
export function sensorAttributes(sensor: string, calibration: CalibrationStatement): Readonly<Record<string, string>> {
  return {
    [ATTRIBUTES.role]: "sensor",
    [ATTRIBUTES.sensor]: sensor,
    [ATTRIBUTES.calibrationNumber]: calibration.number,
    [ATTRIBUTES.calibrationHash]: calibration.hash,
    [ATTRIBUTES.calibrationLaboratory]: calibration.laboratory,
    [ATTRIBUTES.calibrationFrom]: String(calibration.from),
    [ATTRIBUTES.calibrationTo]: String(calibration.to),
    [ATTRIBUTES.calibrationMin]: String(calibration.min),
    [ATTRIBUTES.calibrationMax]: String(calibration.max),
    [ATTRIBUTES.calibrationUncertainty]: String(calibration.uncertainty),
  };
}
