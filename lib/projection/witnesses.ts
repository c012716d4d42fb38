import { type BlockDigest, decodeBlock } from "../fabric/block";
import { Contradiction } from "./contradiction";
import { type Delivered, Feed, type OpenBlocks, type Source } from "./feed";
import type { WitnessedBlock } from "./projector";

export interface WitnessOptions {
  readonly sources: readonly Source[];
  /** Distinct organisations that must show the same block before it counts. */
  readonly witnesses: number;
  readonly from: number;
  readonly open: OpenBlocks;
  readonly signal: AbortSignal;
  readonly onBroken: (mspId: string, peer: string, error: unknown) => void;
  /** How long the organisations first asked may keep a block waiting before a further one is asked, ms. */
  readonly patienceMs?: number;
}

/** Most blocks in one group, and bytes of transactions after which a group is full: some 300 lone readings, or 200,000 in big batches. */
const GROUP_BLOCKS = 64;
const GROUP_BYTES = 1024 * 1024;

/** Blocks remembered to hold a slow organisation's later word against. */
const REMEMBERED = 1024;

/**
 * Blocks in order, each shown alike by enough organisations: same header, same commit hash, same validation codes. What fewer organisations show
 * waits, however long. Only as many organisations are asked as are needed; when one of them is away or behind, the next one is asked too.
 */
export class Witnesses {
  readonly #options: WitnessOptions;
  readonly #feeds: Feed[] = [];
  readonly #settled = new Map<number, BlockDigest>();
  #next: number;
  #wake: () => void = () => undefined;

  constructor(options: WitnessOptions) {
    this.#options = options;
    this.#next = options.from;
    if (options.sources.length < options.witnesses)
      throw new TypeError(`${options.witnesses} organisations must show each block, and only ${options.sources.length} have peers`);
    while (this.#feeds.length < options.witnesses) this.#askOneMore();
  }

  /** One past the newest block that any organisation showed. */
  get seen(): number {
    return Math.max(this.#options.from, ...this.#feeds.map((feed) => feed.seen));
  }

  /**
   * Groups of blocks as they come; a group holds what is there, so that catching up takes big steps and live work small ones.
   * @throws Contradiction when two organisations show different blocks.
   */
  async *groups(): AsyncGenerator<WitnessedBlock[], void, undefined> {
    const { signal, patienceMs = 3_000 } = this.#options;
    const onAbort = (): void => this.#wake();
    signal.addEventListener("abort", onAbort);
    try {
      while (!signal.aborted) {
        const group = this.#group();
        if (group.length > 0) {
          yield group;
          continue;
        }
        const changed = await this.#change(patienceMs);
        if (!changed && this.#stuck()) this.#askOneMore();
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  #group(): WitnessedBlock[] {
    const group: WitnessedBlock[] = [];
    let bytes = 0;
    while (group.length < GROUP_BLOCKS && bytes < GROUP_BYTES) {
      let agreed: (WitnessedBlock & { readonly size: number }) | undefined;
      try {
        agreed = this.#agree();
      } catch (error) {
        // What was agreed on before the disagreement still counts; the next call meets the disagreement again.
        if (group.length > 0) return group;
        throw error;
      }
      if (!agreed) break;
      group.push(agreed);
      bytes += agreed.size;
    }
    return group;
  }

  #agree(): (WitnessedBlock & { readonly size: number }) | undefined {
    for (const feed of this.#feeds) this.#catchUp(feed);
    const showing = this.#feeds.filter((feed) => feed.head?.number === this.#next);
    const [first] = showing;
    const head = first?.head;
    if (!head) return undefined;
    for (const feed of showing) if (feed.head) compare(head, first.mspId, feed.head, feed.mspId);
    if (showing.length < this.#options.witnesses) return undefined;
    const block = decodeBlock(head.block);
    const sources = showing.slice(0, this.#options.witnesses).map((feed) => feed.mspId);
    this.#remember(head);
    for (const feed of showing) feed.take();
    this.#next++;
    return { block, sources, size: head.size };
  }

  /** A feed that is behind shows blocks that others settled already: they must be the same ones. */
  #catchUp(feed: Feed): void {
    for (let head = feed.head; head && head.number < this.#next; head = feed.head) {
      const settled = this.#settled.get(head.number);
      if (settled) compare(settled, "the others", head, feed.mspId);
      feed.take();
    }
  }

  #remember({ block: _, size: __, ...digest }: Delivered): void {
    this.#settled.set(digest.number, digest);
    this.#settled.delete(digest.number - REMEMBERED);
  }

  /** Somebody has the next block, or is away, and it is not enough. */
  #stuck(): boolean {
    return this.#feeds.some((feed) => feed.broken || feed.head !== undefined);
  }

  #askOneMore(): void {
    const { sources, open, signal, onBroken } = this.#options;
    const source = sources[this.#feeds.length];
    if (!source) return;
    const feed = new Feed({
      source,
      from: this.#next,
      open,
      signal,
      onChange: () => this.#wake(),
      onBroken: (peer, error) => onBroken(source.mspId, peer, error),
    });
    this.#feeds.push(feed);
  }

  /** Settles after the next change, true, or after `ms`, false. */
  #change(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}

function compare(a: BlockDigest, aName: string, b: BlockDigest, bName: string): void {
  const alike = [
    [a.headerHash, b.headerHash],
    [a.commitHash, b.commitHash],
    [a.codes, b.codes],
  ].every(([left, right]) => left && right && Buffer.compare(left, right) === 0);
  if (!alike) throw new Contradiction(`${aName} and ${bName} show different blocks`, { block: a.number });
}
