/** What the ledger knows about one shipment, as the verdict asks it. Times ms UTC, temperatures milli-°C. */
import type { Interval } from "./intervals";

export interface Extreme {
  readonly value: number;
  readonly at: number;
}

/** What one sensor brought to one shipment. Counts are of readings that belong to this shipment. */
export interface SensorFacts {
  readonly sensor: string;
  /** When it was to measure for this shipment; `to` null while it still is. */
  readonly rides: readonly { readonly from: number; readonly to: number | null }[];
  readonly readings: number;
  readonly first: number | null;
  readonly last: number | null;
  readonly lowest: Extreme | null;
  readonly highest: Extreme | null;
  /** Gaps that the ledger judged. */
  readonly gaps: readonly Interval[];
  /** Expanded uncertainty (k = 2), milli-°C; null when there is no calibration. */
  readonly uncertainty: number | null;
  readonly standings: { readonly anchored: number; readonly claimed: number; readonly unknown: number; readonly imported: number };
  readonly calibration: {
    /** Readings under a calibration in force and inside its range. */
    readonly covered: number;
    readonly before: number;
    readonly after: number;
    readonly outsideRange: number;
    /** First reading after a calibration's end, or null. */
    readonly endedFrom: number | null;
    /** Latest calibration's end; null when there is none. */
    readonly validTo: number | null;
  };
  readonly status: "active" | "suspended" | "revoked";
  /** The key that signed its readings here has signed two contents under one number, here or elsewhere: no later key makes that undone. */
  readonly equivocated: boolean;
  readonly doubtfulSince: number | null;
  /** Readings at or after `doubtfulSince`. */
  readonly doubtful: number;
  readonly batches: number;
  /** Batches that the sensor itself declared lost while it rode here. */
  readonly lost: number;
  /** What the latest inspection that found a seal intact read from the sensor's own display. */
  readonly inspected: Inspected | null;
}

export interface Inspected {
  readonly sequence: number;
  /** The batch of that number: not on the ledger yet, there with the same hash and key, or there with others. */
  readonly prefix: "awaited" | "same" | "differs";
  /** Last reading of the prefix. */
  readonly at: number | null;
  /** Readings of this shipment after the prefix. */
  readonly beyond: number;
}

export interface ViolationFacts {
  readonly sensor: string;
  readonly rule: string;
  readonly direction: "above" | "below";
  readonly from: number;
  readonly found: number;
  /** null while it lasts */
  readonly to: number | null;
  readonly peak: number;
  readonly readings: number;
}

export interface SealFacts {
  readonly seal: string;
  readonly standing: "applied" | "intact" | "broken";
}

export interface ShipmentFacts {
  /** Tightest bounds of the profile, milli-°C; the bound itself is outside. */
  readonly upper: number | null;
  readonly lower: number | null;
  /** A stretch longer than this without a reading is a gap, ms. */
  readonly noData: number;
  /** The record was no longer believed at some block, and nothing after it is taken in: whoever is to measure now counts as silent at once. */
  readonly halted: boolean;
  /** From here on no more readings are asked for (the decision), or null. */
  readonly closed: number | null;
  readonly sensors: readonly SensorFacts[];
  readonly violations: readonly ViolationFacts[];
  readonly seals: readonly SealFacts[];
}

/** When a sensor was to measure until now, without open ends. Rides that lie ahead are left out. */
export function askedOf(sensor: SensorFacts, closed: number | null, now: number): Interval[] {
  const end = closed === null ? now : Math.min(now, closed);
  return sensor.rides.map((ride) => ({ from: ride.from, to: Math.min(end, ride.to ?? end) })).filter((it) => it.to > it.from);
}

/** Since when a sensor owes readings: it is to measure now, and its last reading is older than the profile allows. */
export function silentSince(sensor: SensorFacts, facts: Pick<ShipmentFacts, "closed" | "noData" | "halted">, now: number): number | null {
  const asked = askedOf(sensor, facts.closed, now);
  const end = asked.reduce((latest, it) => Math.max(latest, it.to), Number.NEGATIVE_INFINITY);
  const start = asked.reduce((earliest, it) => Math.min(earliest, it.from), Number.POSITIVE_INFINITY);
  if (asked.length === 0) return null;
  const since = sensor.last ?? start;
  const patience = facts.halted && end === now ? 0 : facts.noData;
  return end - since > patience ? since : null;
}
