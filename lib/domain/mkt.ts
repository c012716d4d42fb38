/** Mean kinetic temperature (USP <1079.2>): shown to people, never a contract rule, since it needs floating point. */

export interface Stretch {
  /** milli-°C */
  readonly temperature: number;
  /** Weight, any unit of time; above 0 */
  readonly duration: number;
}

const ZERO_CELSIUS = 273_150;
/** ΔH / R with ΔH = 83.144 kJ/mol, kelvin. */
const ACTIVATION = 10_000;

/**
 * @returns milli-°C, rounded, or null when nothing lasts any time
 */
export function meanKineticTemperature(stretches: readonly Stretch[]): number | null {
  let weighted = 0;
  let total = 0;
  for (const { temperature, duration } of stretches) {
    if (duration <= 0) continue;
    weighted += duration * Math.exp((-ACTIVATION * 1000) / (temperature + ZERO_CELSIUS));
    total += duration;
  }
  if (total === 0) return null;
  return Math.round((ACTIVATION * 1000) / -Math.log(weighted / total)) - ZERO_CELSIUS;
}
