/** Standing of a reading by the calibration in force when it was measured. Times ms UTC, temperatures milli-°C. */

export interface Calibration {
  readonly number: string;
  readonly from: number;
  readonly to: number;
  /** Calibrated range. */
  readonly min: number;
  readonly max: number;
  /** Expanded uncertainty, k = 2. */
  readonly uncertainty: number;
}

/** Whether a reading was measured under a calibration in force and inside the calibrated range. */
export type CalibrationStanding = "calibrated" | "before" | "after" | "outside-range";

/**
 * The calibration in force at a time: the signing certificate's own if it covers the time, else the latest registered one that does,
 * else the certificate's own, which then says "before" or "after".
 * @param registered every calibration that the authority registered, oldest first
 */
export function calibrationAt<C extends Calibration>(at: number, own: C, registered: readonly C[]): C {
  const covers = ({ from, to }: Calibration) => at >= from && at <= to;
  return covers(own) ? own : (registered.findLast(covers) ?? own);
}

export function calibrationStanding(at: number, temperature: number, { from, to, min, max }: Calibration): CalibrationStanding {
  if (at < from) return "before";
  if (at > to) return "after";
  return temperature < min || temperature > max ? "outside-range" : "calibrated";
}

/** Whether the bound lies within the reading's expanded uncertainty, so that either side of it is possible. For people; no rule asks it. */
export const isNearBound = (temperature: number, bound: number, uncertainty: number): boolean =>
  Math.abs(temperature - bound) <= uncertainty;
