interface Timer {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

/** Time that passes only when everybody waits for it: a simulation of days runs in seconds and always the same way. */
export class VirtualTime {
  now = 0;
  #timers: Timer[] = [];
  #order = 0;

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const abort = () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
        resolve();
      };
      const wake = () => {
        signal?.removeEventListener("abort", abort);
        resolve();
      };
      const timer = { at: this.now + Math.max(0, ms), order: this.#order++, wake };
      this.#timers.push(timer);
      signal?.addEventListener("abort", abort, { once: true });
    });

  /** Lets time pass to `until`, waking sleepers in order. */
  async advance(until: number): Promise<void> {
    for (;;) {
      await settled();
      const [next] = this.#timers.toSorted((a, b) => a.at - b.at || a.order - b.order);
      if (next === undefined || next.at > until) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.now = next.at;
      next.wake();
    }
    this.now = until;
  }
}

/** Everything that can go on without time passing has gone on. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Small seeded generator (mulberry32), in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
