export interface PaceLimits {
  /** What one sender may spend per second in the long run; a packet costs 1, and 1 more for each 16 KiB of it. */
  readonly packetsPerSecond: number;
  /** What it may spend at once. */
  readonly burst: number;
}

const COSTS_ONE_MORE = 16 * 1024;
/** Longest time that a sender is made to wait at once, ms: shorter than any keep-alive. */
const LONGEST_WAIT = 5_000;

/** How fast one sender may send: a token bucket that may be overdrawn, and says for how long nothing more is to be read then. */
export class Pace {
  readonly #limits: PaceLimits;
  #left: number;
  #at: number;

  /** @param now ms, monotonic */
  constructor(limits: PaceLimits, now: number) {
    this.#limits = limits;
    this.#left = limits.burst;
    this.#at = now;
  }

  /**
   * @param bytes of one packet
   * @returns ms to wait before more is read; 0 while there is credit
   */
  spend(bytes: number, now: number): number {
    const { packetsPerSecond, burst } = this.#limits;
    const earned = (Math.max(0, now - this.#at) / 1_000) * packetsPerSecond;
    const least = (-LONGEST_WAIT / 1_000) * packetsPerSecond;
    this.#at = now;
    this.#left = Math.max(least, Math.min(burst, this.#left + earned) - 1 - Math.floor(bytes / COSTS_ONE_MORE));
    return this.#left >= 0 ? 0 : Math.ceil((-this.#left / packetsPerSecond) * 1_000);
  }
}
