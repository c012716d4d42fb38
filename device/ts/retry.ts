import { RETRYABLE, type WintersealError } from "../../lib/messages/errors";

export interface RetrySettings {
  /** First wait, ms; doubles with each failure. */
  readonly minMs: number;
  /** Longest wait after a failure that sending again can heal, ms. */
  readonly maxMs: number;
  /** Wait after a refusal that only people can heal, ms. A refusal is not signed, so a device never takes it as final. */
  readonly refusedMs: number;
}
/** Work resumes within 30 s of a fault's end, whatever had been refused. */
export const DEFAULT_RETRY: RetrySettings = { minMs: 500, maxMs: 15_000, refusedMs: 20_000 };

/**
 * How long to wait before the next try.
 * @param attempt failures in a row, from 1
 * @param random in [0, 1): spreads devices that failed together over half of the wait
 * @returns ms
 */
export function retryDelay(error: WintersealError, attempt: number, random: number, settings: RetrySettings): number {
  const advised = typeof error.facts.retryAfter === "number" ? error.facts.retryAfter : 0;
  const base = RETRYABLE.has(error.code) ? Math.min(settings.minMs * 2 ** Math.min(attempt - 1, 16), settings.maxMs) : settings.refusedMs;
  return Math.min(Math.max(Math.round(base * (0.5 + random / 2)), advised), Math.max(settings.maxMs, settings.refusedMs));
}
