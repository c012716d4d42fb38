/**
 * `closed`: used. `open`: failed, passed over until its rest is over. `half-open`: the rest is over, one call tries whether it is well again.
 */
export type CircuitState = "closed" | "half-open" | "open";

export interface CircuitRules {
  /** Failures in a row that open it. */
  readonly failures: number;
  /** How long it rests at first, ms; doubles with each trial that fails. */
  readonly restMs: number;
  readonly longestRestMs: number;
}

/** The longest rest lies well below the 30 s within which work must go on by itself (I5). */
export const CIRCUIT_RULES: CircuitRules = { failures: 3, restMs: 1_000, longestRestMs: 8_000 };

/** Keeps callers away from what has just failed, and lets one of them at a time find out whether it is back. Times are the caller's, ms. */
export class Circuit {
  readonly #rules: CircuitRules;
  #failures = 0;
  #opened = 0;
  #restUntil = 0;
  #trying = false;

  constructor(rules: CircuitRules = CIRCUIT_RULES) {
    this.#rules = rules;
  }

  state(now: number): CircuitState {
    if (this.#opened === 0) return "closed";
    return now < this.#restUntil ? "open" : "half-open";
  }

  /** Whether a call may go now: any while closed, one while half-open. */
  admits(now: number): boolean {
    const state = this.state(now);
    return state === "closed" || (state === "half-open" && !this.#trying);
  }

  /** ms until a call may go; 0 when it may now, and a first rest's length while somebody else is trying. */
  waitMs(now: number): number {
    if (this.admits(now)) return 0;
    return this.state(now) === "open" ? this.#restUntil - now : this.#rules.restMs;
  }

  /** A call goes. It must end with {@link succeeded}, {@link failed} or {@link calledOff}. */
  enter(now: number): void {
    if (this.state(now) === "half-open") this.#trying = true;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#opened = 0;
    this.#trying = false;
  }

  /**
   * @param random 0 ≤ x < 1: spreads the end of the rest, so that proxies do not come back in step
   * @param atOnce what failed leaves no doubt, such as a refused connection: no further failure is waited for
   */
  failed(now: number, random: number, atOnce = false): void {
    this.#failures++;
    const { failures, restMs, longestRestMs } = this.#rules;
    const state = this.state(now);
    this.#trying = false;
    // A call that was under way when it opened says nothing new.
    if (state === "open") return;
    if (state === "closed" && !atOnce && this.#failures < failures) return;
    this.#restUntil = now + Math.min(longestRestMs, restMs * 2 ** Math.min(this.#opened, 16)) * (0.75 + random / 4);
    this.#opened++;
  }

  /** The call ended without telling anything. */
  calledOff(): void {
    this.#trying = false;
  }
}
