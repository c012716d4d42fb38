import { concat } from "../bytes";
import type { Storage } from "../journal";

/** A disk that a test can cut, fill and wipe. A failing append leaves a torn tail, as a real one does. */
export class MemoryStorage implements Storage {
  bytes: Uint8Array | undefined;
  /** Writes that still succeed; then every write fails. */
  budget = Number.POSITIVE_INFINITY;

  constructor(bytes?: Uint8Array) {
    this.bytes = bytes;
  }
  async read() {
    return this.bytes;
  }
  async append(more: Uint8Array) {
    const whole = this.#spend();
    const kept = whole ? more : more.subarray(0, Math.floor(more.length / 2));
    this.bytes = concat(this.bytes ?? new Uint8Array(0), kept);
    if (!whole) throw new Error("ENOSPC");
  }
  async replace(bytes: Uint8Array) {
    if (!this.#spend()) throw new Error("ENOSPC");
    this.bytes = bytes.slice();
  }
  #spend(): boolean {
    if (this.budget <= 0) return false;
    this.budget -= 1;
    return true;
  }
}
