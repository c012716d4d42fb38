/**
 * When a device asks the ledger for something: on a schedule of its own, and sooner on a hint. Hints cost whoever invents them more than the device: each
 * one in vain doubles the time until the next one counts.
 */

/** Hints cannot make a device ask more often than this, ms. */
const LEAST_PAUSE = 2_000;
/** Questions that a hint is worth: the peers that answered the first may have been a block behind. */
const HINT_WORTH = 3;

export class Asking {
  readonly #tick: () => number;
  readonly #everyMs: number;
  #due = 0;
  #asked = Number.NEGATIVE_INFINITY;
  #pause = LEAST_PAUSE;
  #expecting = 0;

  /**
   * @param tick monotonic ms
   * @param everyMs how often without a hint
   */
  constructor(tick: () => number, everyMs: number) {
    this.#tick = tick;
    this.#everyMs = everyMs;
  }

  /** ms until it is time to ask; 0 = now. */
  get wait(): number {
    return Math.max(0, this.#due - this.#tick());
  }

  hint(): void {
    this.#expecting = HINT_WORTH;
    this.#due = Math.min(this.#due, Math.max(this.#asked + this.#pause, this.#tick()));
  }

  /** The question goes out. */
  begin(): void {
    this.#asked = this.#tick();
  }

  /** @param news whether the answer changed anything */
  answered(news: boolean): void {
    if (news) this.#pause = LEAST_PAUSE;
    else if (this.#expecting > 0) this.#pause = Math.min(2 * this.#pause, this.#everyMs);
    this.#expecting = news ? 0 : Math.max(0, this.#expecting - 1);
    this.#due = this.#tick() + (this.#expecting > 0 ? Math.min(this.#pause, this.#everyMs) : this.#everyMs);
  }

  /** Nothing was proved: again after so long. */
  again(ms: number): void {
    this.#due = this.#tick() + ms;
  }

  /** Not later than that. */
  soon(ms: number): void {
    this.#due = Math.min(this.#due, this.#tick() + ms);
  }
}
