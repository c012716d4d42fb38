import type { ErrorCode } from "../messages/errors";
import type { Stage } from "../messages/link";
import { FabricError, fabricError } from "./errors";
import { REAL_TIME, type Timing } from "./timing";

export interface RetryRow {
  readonly attempts: number;
  /** ms; doubles from min to max */
  readonly min: number;
  readonly max: number;
}

/**
 * What is tried again here, at another peer where there is one, before anyone is told. Everything else goes back at once: the device knows
 * better whether it still wants it.
 * - UNAVAILABLE: a peer that restarts, a second without an endorsement plan, an election among orderers (5 to 10 s, hence the submit row).
 * - DEADLINE, COMMIT_UNKNOWN: one peer did not answer within the time of an attempt; another may. An endorsement or a transaction that arrives
 *   twice does no harm: the same bytes have one transaction id, and only its first place on the ledger counts.
 * - BUSY: a Gateway peer at its limit of calls.
 * - ENDORSEMENT_MISMATCH: peers at different heights.
 */
export const RETRIES: Readonly<Record<Stage, Readonly<Partial<Record<ErrorCode, RetryRow>>>>> = (() => {
  const row = (attempts: number, min: number, max: number): RetryRow => ({ attempts, min, max });
  const always = Number.POSITIVE_INFINITY;
  const elsewhere = row(3, 0, 0);
  const busy = row(4, 200, 1_500);
  const mismatch = row(5, 50, 500);
  return {
    receive: {},
    endorse: { UNAVAILABLE: row(7, 100, 1_500), DEADLINE: elsewhere, BUSY: busy, ENDORSEMENT_MISMATCH: mismatch },
    submit: { UNAVAILABLE: row(always, 100, 1_000), DEADLINE: elsewhere, BUSY: busy },
    commit: { UNAVAILABLE: row(always, 100, 1_000), COMMIT_UNKNOWN: row(always, 100, 1_000), BUSY: row(always, 200, 1_500) },
    read: { UNAVAILABLE: row(7, 100, 1_500), DEADLINE: elsewhere, BUSY: busy, ENDORSEMENT_MISMATCH: mismatch },
  };
})();

export interface RetryOptions {
  /** ms after which the stage ends. */
  readonly deadlineMs: number;
  /** ms after which one attempt ends and another peer is asked; the stage's own when absent. */
  readonly attemptMs?: number;
  readonly signal?: AbortSignal | undefined;
  readonly timing?: Timing;
  readonly onRetry?: (stage: Stage, code: ErrorCode) => void;
}

/**
 * Runs `attempt(n, msLeft)` until it succeeds, fails for good, or the stage's deadline is over. The pause is half fixed, half chance, so that
 * proxies do not march in step; an error that says itself when to come back (`retryAfter`) makes it longer.
 * @throws FabricError of the last attempt
 */
export async function withRetries<T>(
  stage: Stage,
  options: RetryOptions,
  attempt: (number: number, msLeft: number) => Promise<T>,
): Promise<T> {
  const { timing = REAL_TIME, signal, attemptMs = options.deadlineMs } = options;
  const end = timing.now() + options.deadlineMs;
  for (let number = 0; ; number++) {
    try {
      return await attempt(number, Math.max(1, Math.min(attemptMs, end - timing.now())));
    } catch (raw) {
      const error = fabricError(raw, stage);
      const pause = pauseAfter(stage, error, number, timing.random());
      if (pause === undefined || signal?.aborted || timing.now() + pause >= end) throw error;
      options.onRetry?.(stage, error.code);
      await timing.sleep(pause, signal).catch(() => {
        throw new FabricError("UNAVAILABLE", "called off", stage, undefined, [], { cause: error });
      });
    }
  }
}

/** ms until the next attempt, or undefined when there is none. */
function pauseAfter(stage: Stage, error: FabricError, number: number, random: number): number | undefined {
  const row = RETRIES[stage][error.code];
  if (row === undefined || number + 1 >= row.attempts) return undefined;
  const pause = Math.min(row.max, row.min * 2 ** Math.min(number, 16)) * (0.5 + random / 2);
  return Math.max(pause, error.retryAfterMs ?? 0);
}
