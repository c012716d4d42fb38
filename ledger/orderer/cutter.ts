/**
 * Decides when waiting transactions become a block. A lone transaction is cut at once; where one follows the other, a block gathers what
 * comes in `intervalMs` or during the commit before, since every block costs a signature, a sync and a database transaction of each reader.
 * Without `cutWhenIdle` blocks are cut as Fabric does: when there are enough transactions or the first has waited long enough.
 */
export interface CutterSettings {
  readonly maxCount: number;
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly cutWhenIdle: boolean;
  readonly intervalMs: number;
}

/** Beyond this many waiting transactions new ones are refused, so that memory stays bounded. */
export const MAX_WAITING = 5_000;

/** Anything whose bytes go into a block. */
export interface Orderable {
  readonly bytes: Uint8Array;
}

export class Cutter<Item extends Orderable> {
  readonly #settings: CutterSettings;
  readonly #write: (items: readonly Item[]) => Promise<void>;
  readonly #failed: (error: unknown) => void;
  #waiting: Item[] = [];
  #writing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastCut = Number.NEGATIVE_INFINITY;
  #firstCame = 0;
  #draining = false;
  #broken = false;

  /** @param write commits one block; `failed` hears of its first failure, after which nothing is written any more. */
  constructor(settings: CutterSettings, write: (items: readonly Item[]) => Promise<void>, failed: (error: unknown) => void) {
    this.#settings = settings;
    this.#write = write;
    this.#failed = failed;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** false = too much is waiting. */
  add(item: Item): boolean {
    if (this.#broken || this.#waiting.length >= MAX_WAITING) return false;
    if (this.#waiting.length === 0) this.#firstCame = performance.now();
    this.#waiting.push(item);
    this.#cutWhenTime();
    return true;
  }

  /** Writes what is waiting and returns when it is committed. */
  async drain(): Promise<void> {
    this.#draining = true;
    while (!this.#broken && (this.#waiting.length > 0 || this.#writing !== undefined)) {
      this.#cutWhenTime();
      await this.#writing;
    }
  }

  /** ms until the waiting transactions may become a block. */
  #delay(): number {
    const { cutWhenIdle, intervalMs, maxCount, timeoutMs } = this.#settings;
    if (this.#draining || this.#waiting.length >= maxCount) return 0;
    return (cutWhenIdle ? this.#lastCut + intervalMs : this.#firstCame + timeoutMs) - performance.now();
  }

  #cutWhenTime(): void {
    if (this.#broken || this.#writing !== undefined || this.#waiting.length === 0) return;
    clearTimeout(this.#timer);
    const delay = this.#delay();
    if (delay > 0) this.#timer = setTimeout(() => this.#cutWhenTime(), Math.ceil(delay));
    else this.#cut();
  }

  #cut(): void {
    const batch = this.#take();
    this.#lastCut = performance.now();
    this.#firstCame = this.#lastCut;
    this.#writing = this.#write(batch).then(
      () => {
        this.#writing = undefined;
        this.#cutWhenTime();
      },
      (error: unknown) => {
        this.#broken = true;
        this.#waiting = [];
        this.#failed(error);
      },
    );
  }

  #take(): Item[] {
    const { maxCount, maxBytes } = this.#settings;
    let count = 0;
    let bytes = 0;
    for (const item of this.#waiting) {
      if (count > 0 && (count >= maxCount || bytes + item.bytes.length > maxBytes)) break;
      count++;
      bytes += item.bytes.length;
    }
    return this.#waiting.splice(0, count);
  }
}
