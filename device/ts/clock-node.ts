import { uptime } from "node:os";

/** A jump of the machine's up-time against the monotonic clock by more than this is a sleep, not rounding. ms */
const SLEEP = 1_000;

/**
 * Ticks of this process: ms since the call, plus `age`. Linux' monotonic clock stands still while a machine sleeps; its up-time does not,
 * so a sleep is added when it shows. Readings before and after a sleep keep their true distance.
 * @param age ms that the device has been on already (a simulated past), 0 for a real one
 */
export function processTicks(age = 0): () => number {
  const start = performance.now();
  const startedUp = uptime() * 1000;
  let slept = 0;
  return () => {
    const awake = performance.now() - start;
    const up = uptime() * 1000 - startedUp;
    if (up - awake - slept > SLEEP) slept = up - awake;
    return age + awake + slept;
  };
}
