/**
 * Decides when waiting transactions become a block: at once while nothing is being committed, else when there are enough of them or the
 * first has waited long enough. Under load a block grows by itself to what came during the commit before.
 */
export interface CutterSettings {
  readonly maxCount: number;
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly cutWhenIdle: boolean;
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
  #due = false;

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
    if (this.#waiting.length >= MAX_WAITING) return false;
    this.#waiting.push(item);
    this.#timer ??= setTimeout(() => {
      this.#due = true;
      this.#cut();
    }, this.#settings.timeoutMs);
    this.#cut();
    return true;
  }

  /** Writes what is waiting and returns when it is committed. */
  async drain(): Promise<void> {
    while (this.#waiting.length > 0 || this.#writing !== undefined) {
      this.#due = true;
      this.#cut();
      await this.#writing;
    }
    clearTimeout(this.#timer);
  }

  #cut(): void {
    if (this.#writing !== undefined || this.#waiting.length === 0) return;
    const { cutWhenIdle, maxCount } = this.#settings;
    if (!cutWhenIdle && !this.#due && this.#waiting.length < maxCount) return;
    const batch = this.#take();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#due = false;
    this.#writing = this.#write(batch).then(
      () => {
        this.#writing = undefined;
        this.#restartTimer();
        this.#cut();
      },
      (error: unknown) => {
        this.#waiting = [];
        this.#failed(error);
      },
    );
  }

  #restartTimer(): void {
    if (this.#waiting.length === 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#due = true;
      this.#cut();
    }, this.#settings.timeoutMs);
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
