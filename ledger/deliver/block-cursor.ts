/** Blocks one after the other from any height on, waiting for those that are not there yet. */
import type { ChainStore } from "../store/chain-store";

export class BlockCursor {
  readonly #store: ChainStore;
  #next: number;
  #wake: (() => void) | undefined;
  #closed = false;
  readonly #stop: () => void;

  /** @param signal ends the cursor, as {@link close} does. */
  constructor(store: ChainStore, start: number, signal: AbortSignal) {
    this.#store = store;
    this.#next = start;
    const stopListening = store.onCommit(() => this.#wake?.());
    const close = () => this.close();
    signal.addEventListener("abort", close);
    this.#closed = signal.aborted;
    this.#stop = () => {
      stopListening();
      signal.removeEventListener("abort", close);
    };
  }

  /** Number and bytes of the next block; undefined once closed. */
  async next(): Promise<{ number: number; bytes: Buffer } | undefined> {
    while (!this.#closed) {
      const bytes = await this.#store.readBlock(this.#next);
      if (bytes !== undefined) return { number: this.#next++, bytes };
      if (this.#next < this.#store.height) continue;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return undefined;
  }

  close(): void {
    this.#closed = true;
    this.#stop();
    this.#wake?.();
  }
}
