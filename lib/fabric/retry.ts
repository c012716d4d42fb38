import { setTimeout as sleep } from "node:timers/promises";
import type { ErrorCode } from "../messages/errors";
import type { Stage } from "../messages/link";
import { type FabricError, fabricError } from "./errors";

interface RetryRow {
  readonly attempts: number;
  /** ms; doubles from min to max */
  readonly min: number;
  readonly max: number;
}

/**
 * What is tried again here, before anyone is told. Everything else goes back at once: the device knows better whether it still wants it.
 * UNAVAILABLE and about a second of "no combination of peers" are normal around a peer's restart; mismatches are peers at different heights.
 */
export const RETRIES: Readonly<Partial<Record<ErrorCode, RetryRow>>> = {
  UNAVAILABLE: { attempts: 6, min: 100, max: 1_500 },
  ENDORSEMENT_MISMATCH: { attempts: 5, min: 50, max: 500 },
};

export interface RetryOptions {
  /** ms after which the stage ends with DEADLINE. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Instead of the table's number, where a stage may go on until its deadline. */
  readonly attempts?: number;
  /** 0 ≤ x < 1 */
  readonly random?: () => number;
}

/**
 * Runs `attempt(n, msLeft)` until it succeeds, fails for good, or the stage's deadline is over. Full jitter, so that proxies do not march in step.
 * @throws FabricError of the last attempt
 */
export async function withRetries<T>(
  stage: Stage,
  options: RetryOptions,
  attempt: (number: number, msLeft: number) => Promise<T>,
): Promise<T> {
  const end = performance.now() + options.deadlineMs;
  const random = options.random ?? Math.random;
  for (let number = 0; ; number++) {
    try {
      return await attempt(number, Math.max(1, end - performance.now()));
    } catch (raw) {
      const error: FabricError = fabricError(raw, stage);
      const row = RETRIES[error.code];
      if (row === undefined || number + 1 >= (options.attempts ?? row.attempts)) throw error;
      const pause = Math.min(row.max, row.min * 2 ** number) * (0.5 + random() / 2);
      if (performance.now() + pause >= end) throw error;
      await sleep(pause, undefined, { signal: options.signal });
    }
  }
}
