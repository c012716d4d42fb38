import type { Timing } from "../timing";

/** Virtual time: nothing passes until {@link VirtualTime.run} lets it, and then all at once, in order. */
export class VirtualTime implements Timing {
  readonly #sleepers: { at: number; wake: () => void }[] = [];
  readonly #random: () => number;
  #now = 0;

  constructor(random: () => number = () => 0.5) {
    this.#random = random;
  }

  now(): number {
    return this.#now;
  }
  random(): number {
    return this.#random();
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const calledOff = () => reject(signal?.reason as Error);
      const wake = () => {
        signal?.removeEventListener("abort", calledOff);
        resolve();
      };
      this.#sleepers.push({ at: this.#now + ms, wake });
      signal?.addEventListener("abort", calledOff, { once: true });
    });
  }

  /** Lets `ms` pass; whoever wakes does what it has to do at its own time. */
  async run(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settled();
      const [next] = this.#sleepers.sort((a, b) => a.at - b.at);
      if (next === undefined || next.at > end) break;
      this.#sleepers.shift();
      this.#now = next.at;
      next.wake();
    }
    this.#now = end;
  }

  /** Lets as much time pass as `work` needs, at most `ms`. */
  async until<T>(work: Promise<T>, ms: number): Promise<T> {
    let over = false;
    const end = () => {
      over = true;
    };
    work.then(end, end);
    for (const limit = this.#now + ms; !over && this.#now < limit; ) await this.run(1);
    return await work;
  }
}

/** Everything that was ready to go on has gone on. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
