/** Time of measurement from ticks (design, "Time is ticks, not the device's clock"; docs/decisions/0021). */
import type { ClockReading } from "./batch";

/**
 * - anchored: by ticks to a transaction's timestamp, in one boot
 * - claimed: by the device's real-time clock, between its neighbours in the chain
 * - unknown: the latest time that it can have been
 * - imported: a file's own time
 * No standing but anchored counts as a full yes.
 */
export const TIME_STANDINGS = ["anchored", "claimed", "unknown", "imported"] as const;
export type TimeStanding = (typeof TIME_STANDINGS)[number];

export interface TimedTick {
  /** ms UTC */
  readonly at: number;
  readonly standing: TimeStanding;
}

/** What the chain knows before this batch. */
export interface ChainTime {
  /** Boot id of the last readings, hex. */
  readonly boot: string;
  readonly tick: number;
  /** ms UTC, or null before the first reading */
  readonly at: number | null;
  readonly standing: TimeStanding | null;
}

export interface Signing {
  /** Boot id at signing, hex. */
  readonly boot: string;
  /** Tick at signing. */
  readonly tick: number;
  /** The transaction's timestamp, ms UTC. */
  readonly timestamp: number;
}

/**
 * Times of a batch's ticks.
 * - Signed in the boot that measured: timestamp − (tick at signing − tick), *anchored*.
 * - Signed in a later boot, measured in the boot of the last recorded reading: that reading's time + ticks since, with its standing,
 *   and not after the start of the signing boot.
 * - Else by the real-time clock if all fits between the chain's last time and the start of the signing boot: *claimed*.
 * - Else *unknown*: the last reading at the start of the signing boot, since it was measured before; tick spacing kept.
 * Times never run behind the chain's last time: a corrected clock hint moves them there.
 * @param ticks not decreasing, at least one; in the signing boot none after the tick at signing
 */
export function timesOf(
  boot: string,
  ticks: readonly number[],
  clock: ClockReading | null,
  signing: Signing,
  chain: ChainTime,
): TimedTick[] {
  const [offset, standing] = offsetOf(boot, ticks, clock, signing, chain);
  const floor = chain.at ?? Number.NEGATIVE_INFINITY;
  return ticks.map((tick) => ({ at: Math.max(offset + tick, floor), standing }));
}

/** Time of tick 0, ms UTC. */
function offsetOf(
  boot: string,
  ticks: readonly number[],
  clock: ClockReading | null,
  signing: Signing,
  chain: ChainTime,
): [number, TimeStanding] {
  const bootStart = signing.timestamp - signing.tick;
  if (boot === signing.boot) return [bootStart, "anchored"];
  const first = ticks[0] ?? 0;
  const last = ticks[ticks.length - 1] ?? first;
  const latest = bootStart - last;
  if (boot === chain.boot && chain.at !== null && chain.standing !== null) {
    return [Math.min(chain.at - chain.tick, latest), chain.standing];
  }
  if (clock !== null) {
    const offset = clock.at - clock.tick;
    if (offset + first >= (chain.at ?? 0) && offset <= latest) return [offset, "claimed"];
  }
  return [latest, "unknown"];
}
