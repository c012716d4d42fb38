import { coveredFor, type Interval, within } from "./intervals";
import { askedOf, type SensorFacts, type ShipmentFacts, silentSince, type ViolationFacts } from "./verdict-facts";

export type KeptReason = "violation" | "no-sensor" | "no-reading" | "not-measured" | "out-of-bounds" | "near-bound";

/** A stretch in which a sensor was to measure and did not; `silent` when it still lasts, or lasted to the end. */
export interface Unmeasured extends Interval {
  readonly sensor: string;
  readonly silent: boolean;
}

export interface Kept {
  /** `close`: no violation, but a bound is near or was passed for less than its rule allows. */
  readonly answer: "yes" | "close" | "no" | "unknown";
  /** Why not a plain yes. */
  readonly reason: KeptReason | null;
  /** Through when every sensor that measured at all is known, ms UTC. */
  readonly through: number | null;
  /** Nothing more is to come: decided, or every ride has ended. */
  readonly complete: boolean;
  readonly direction: "above" | "below" | "both" | null;
  /** Time in violation of any sensor, ms; no moment counts twice. */
  readonly outOfRange: number;
  /** A violation lasts. */
  readonly lasting: boolean;
  /** Worst first: those that last, then by length. */
  readonly violations: readonly ViolationFacts[];
  /** Time in which at least one sensor did not measure, ms. */
  readonly notMeasured: number;
  readonly unmeasured: readonly Unmeasured[];
  readonly nearest: { readonly sensor: string; readonly bound: "upper" | "lower"; readonly value: number; readonly at: number } | null;
}

const violationEnd = (violation: ViolationFacts, sensors: readonly SensorFacts[]): number =>
  violation.to ?? Math.max(violation.found, sensors.find((it) => it.sensor === violation.sensor)?.last ?? violation.found);

function directionOf(violations: readonly ViolationFacts[]): Kept["direction"] {
  const directions = new Set(violations.map((it) => it.direction));
  if (directions.size === 2) return "both";
  return violations[0]?.direction ?? null;
}

function unmeasuredBy(sensor: SensorFacts, facts: ShipmentFacts, now: number): Unmeasured[] {
  const asked = askedOf(sensor, facts.closed, now);
  const end = asked.reduce((latest, it) => Math.max(latest, it.to), Number.NEGATIVE_INFINITY);
  const start = asked.reduce((earliest, it) => Math.min(earliest, it.from), Number.POSITIVE_INFINITY);
  const silence = silentSince(sensor, facts, now);
  const holes: Interval[] = [...sensor.gaps];
  if (sensor.first !== null && sensor.first - start > facts.noData) holes.push({ from: start, to: sensor.first });
  if (silence !== null) holes.push({ from: silence, to: end });
  return within(holes, asked).map((it) => ({ ...it, sensor: sensor.sensor, silent: silence !== null && it.to === end }));
}

/** The value that came nearest to a bound, when that is nearer than the sensor's uncertainty, or past it. */
function nearestBound(facts: ShipmentFacts): Kept["nearest"] {
  const { upper, lower } = facts;
  const found: (NonNullable<Kept["nearest"]> & { margin: number })[] = [];
  for (const { sensor, highest, lowest, uncertainty } of facts.sensors) {
    const near = uncertainty ?? 0;
    if (upper !== null && highest !== null && highest.value > upper - near - (near === 0 ? 1 : 0))
      found.push({ sensor, bound: "upper", ...highest, margin: upper - highest.value });
    if (lower !== null && lowest !== null && lowest.value < lower + near + (near === 0 ? 1 : 0))
      found.push({ sensor, bound: "lower", ...lowest, margin: lowest.value - lower });
  }
  const worst = found.sort((a, b) => a.margin - b.margin)[0];
  return worst ? { sensor: worst.sensor, bound: worst.bound, value: worst.value, at: worst.at } : null;
}

function passed(nearest: NonNullable<Kept["nearest"]>, { upper, lower }: ShipmentFacts): boolean {
  return nearest.bound === "upper" ? nearest.value >= (upper ?? nearest.value + 1) : nearest.value <= (lower ?? nearest.value - 1);
}

function answerOf(facts: ShipmentFacts, notMeasured: number, nearest: Kept["nearest"]): Pick<Kept, "answer" | "reason"> {
  if (facts.violations.length > 0) return { answer: "no", reason: "violation" };
  if (facts.sensors.length === 0) return { answer: "unknown", reason: "no-sensor" };
  if (facts.sensors.some((it) => it.readings === 0 || it.last === null || it.highest === null || it.lowest === null))
    return { answer: "unknown", reason: "no-reading" };
  if (notMeasured > 0) return { answer: "unknown", reason: "not-measured" };
  if (nearest) return { answer: "close", reason: passed(nearest, facts) ? "out-of-bounds" : "near-bound" };
  return { answer: "yes", reason: null };
}

/** Temperatures against the profile, and nothing else. */
export function keptCold(facts: ShipmentFacts, now: number): Kept {
  const unmeasured = facts.sensors.flatMap((sensor) => unmeasuredBy(sensor, facts, now)).sort((a, b) => a.from - b.from);
  const notMeasured = coveredFor(unmeasured);
  const nearest = nearestBound(facts);
  const lasts = facts.sensors.flatMap((it) => (it.last === null ? [] : [it.last]));
  const stretches = facts.violations.map((it) => ({ from: it.from, to: violationEnd(it, facts.sensors) }));
  const length = (it: ViolationFacts): number => violationEnd(it, facts.sensors) - it.from;
  return {
    ...answerOf(facts, notMeasured, nearest),
    through: lasts.length > 0 ? Math.min(...lasts) : null,
    complete:
      facts.closed !== null ||
      (facts.sensors.length > 0 && facts.sensors.every((it) => it.rides.every((ride) => ride.to !== null && ride.to <= now))),
    direction: directionOf(facts.violations),
    outOfRange: coveredFor(stretches),
    lasting: facts.violations.some((it) => it.to === null),
    violations: [...facts.violations].sort(
      (a, b) => Number(b.to === null) - Number(a.to === null) || length(b) - length(a) || a.from - b.from,
    ),
    notMeasured,
    unmeasured,
    nearest,
  };
}
