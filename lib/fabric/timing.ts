import { setTimeout as sleep } from "node:timers/promises";

/** Clock, pauses and chance of whatever waits and tries again: tests give virtual ones. */
export interface Timing {
  /** ms, monotonic */
  now(): number;
  /** Rejects with the signal's reason when it is called off. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** 0 ≤ x < 1 */
  random(): number;
}

export const REAL_TIME: Timing = {
  now: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  random: Math.random,
};
