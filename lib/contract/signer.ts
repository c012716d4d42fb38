/** What a sensor's certificate says: which sensor, under which calibration. Read from the certificate that signed, so that no peers can stretch it. */
import { WintersealError } from "../messages/errors";
import { ATTRIBUTES } from "../messages/names";
import type { CalibrationStatement } from "../messages/statements";
import { calibration as calibrationSchema } from "../messages/statements";
import { expectActive } from "./records";
import type { SensorRecord } from "./state";
import type { Identity } from "./types";

/** Identities are shared per certificate (identity.ts), so a certificate's calibration is read once. */
const calibrations = new WeakMap<Identity, CalibrationStatement>();

/** @throws WintersealError WRONG_SENSOR unless the certificate's common name and sensor attribute agree */
export function sensorIdOf({ commonName, attributes }: Identity): string {
  const sensor = attributes[ATTRIBUTES.sensor];
  if (sensor === undefined || sensor !== commonName)
    throw new WintersealError("WRONG_SENSOR", undefined, { commonName, sensor: sensor ?? "" });
  return sensor;
}

/** @throws WintersealError CALIBRATION_MISSING */
export function calibrationOf(identity: Identity): CalibrationStatement {
  const known = calibrations.get(identity);
  if (known !== undefined) return known;
  const attributes = identity.attributes;
  const integer = (name: string) => (/^-?\d{1,15}$/.test(attributes[name] ?? "") ? Number(attributes[name]) : undefined);
  const parsed = calibrationSchema.safeParse({
    number: attributes[ATTRIBUTES.calibrationNumber],
    hash: attributes[ATTRIBUTES.calibrationHash],
    laboratory: attributes[ATTRIBUTES.calibrationLaboratory],
    from: integer(ATTRIBUTES.calibrationFrom),
    to: integer(ATTRIBUTES.calibrationTo),
    min: integer(ATTRIBUTES.calibrationMin),
    max: integer(ATTRIBUTES.calibrationMax),
    uncertainty: integer(ATTRIBUTES.calibrationUncertainty),
  });
  if (!parsed.success) {
    throw new WintersealError("CALIBRATION_MISSING", undefined, { field: parsed.error.issues[0]?.path.join(".") ?? "" });
  }
  calibrations.set(identity, parsed.data);
  return parsed.data;
}

/** @throws WintersealError SENSOR_REVOKED, SENSOR_SUSPENDED, IDENTITY_NOT_ACTIVE */
export function expectSigner(sensor: SensorRecord, identity: Identity): void {
  expectActive(sensor);
  if (sensor.thumbprint !== identity.thumbprint || sensor.authority !== identity.mspId) {
    throw new WintersealError("IDENTITY_NOT_ACTIVE", undefined, { sensor: sensor.sensor, thumbprint: identity.thumbprint });
  }
}
