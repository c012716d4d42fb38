/** Counts attempts per caller in a sliding window: what stands between a guesser and the enrolment codes. */
import { WintersealError } from "../../lib/messages/errors";

export interface Limit {
  readonly attempts: number;
  readonly windowMs: number;
}

/** Distinct callers remembered; beyond it the oldest is forgotten, so that memory stays flat. */
const CALLERS = 10_000;

export class Limiter {
  readonly #seen = new Map<string, number[]>();
  readonly #limit: Limit;

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  /** @throws WintersealError ATTEMPTS_EXCEEDED with `retryAfter` in seconds */
  check(caller: string, now = Date.now()): void {
    const recent = this.#recent(caller, now);
    const oldest = recent[0];
    if (oldest === undefined || recent.length < this.#limit.attempts) return;
    const retryAfter = Math.ceil((oldest + this.#limit.windowMs - now) / 1000);
    throw new WintersealError("ATTEMPTS_EXCEEDED", undefined, { retryAfter });
  }

  /** Counts one failed attempt. */
  count(caller: string, now = Date.now()): void {
    const recent = [...this.#recent(caller, now), now];
    this.#seen.delete(caller);
    this.#seen.set(caller, recent);
    if (this.#seen.size <= CALLERS) return;
    for (const [first] of this.#seen) {
      this.#seen.delete(first);
      return;
    }
  }

  /** Callers remembered. */
  get size(): number {
    return this.#seen.size;
  }

  #recent(caller: string, now: number): number[] {
    return (this.#seen.get(caller) ?? []).filter((at) => at > now - this.#limit.windowMs);
  }
}
