import { setTimeout as sleep } from "node:timers/promises";
import type common from "@hyperledger/fabric-protos/lib/common/common_pb.js";
import { type BlockDigest, digestBlock } from "../fabric/block";

/** Opens one peer's blocks from a number on; without end, throws when the peer goes away. */
export type OpenBlocks = (peer: string, from: number, signal: AbortSignal) => AsyncIterable<common.Block>;

/** One organisation and its peers' names. */
export interface Source {
  readonly mspId: string;
  readonly peers: readonly string[];
}

export interface Delivered extends BlockDigest {
  readonly block: common.Block;
  /** Bytes of its transactions. */
  readonly size: number;
}

/** Blocks and bytes that one organisation may be ahead of the others, in memory. */
const MOST_AHEAD = 64;
const MOST_BYTES_AHEAD = 16 * 1024 * 1024;
const FIRST_DELAY = 100;
const LONGEST_DELAY = 5_000;

export interface FeedOptions {
  readonly source: Source;
  readonly from: number;
  readonly open: OpenBlocks;
  readonly signal: AbortSignal;
  /** Called whenever a block arrived or the stream broke. */
  readonly onChange: () => void;
  readonly onBroken: (peer: string, error: unknown) => void;
}

/**
 * One organisation's blocks in order, held back when the others are slower. A broken stream is opened again behind its last block, at the
 * organisation's next peer, with a growing pause.
 */
export class Feed {
  readonly mspId: string;
  readonly #options: FeedOptions;
  readonly #queue: Delivered[] = [];
  #bytes = 0;
  #next: number;
  #broken = false;
  #resume: () => void = () => undefined;
  readonly done: Promise<void>;

  constructor(options: FeedOptions) {
    this.mspId = options.source.mspId;
    this.#options = options;
    this.#next = options.from;
    options.signal.addEventListener("abort", () => this.#resume(), { once: true });
    this.done = this.#run();
  }

  /** Whether its stream is down at the moment. */
  get broken(): boolean {
    return this.#broken;
  }

  /** The oldest block that was not taken yet. */
  get head(): Delivered | undefined {
    return this.#queue[0];
  }

  /** One past the newest block seen. */
  get seen(): number {
    return this.#next;
  }

  take(): void {
    this.#bytes -= this.#queue.shift()?.size ?? 0;
    this.#resume();
  }

  async #run(): Promise<void> {
    const { source, signal, onBroken, onChange } = this.#options;
    for (let attempt = 0, delay = FIRST_DELAY; !signal.aborted; attempt++) {
      const peer = source.peers[attempt % source.peers.length] ?? "";
      const from = this.#next;
      try {
        await this.#follow(peer);
      } catch (error) {
        if (signal.aborted) return;
        this.#broken = true;
        onBroken(peer, error);
        onChange();
      }
      if (this.#next > from) delay = FIRST_DELAY;
      await sleep(delay * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
      delay = Math.min(delay * 2, LONGEST_DELAY);
    }
  }

  async #follow(peer: string): Promise<void> {
    const { open, signal, onChange } = this.#options;
    for await (const block of open(peer, this.#next, signal)) {
      this.#broken = false;
      const size = (block.getData()?.getDataList_asU8() ?? []).reduce((sum, envelope) => sum + envelope.length, 0);
      this.#queue.push({ ...digestBlock(block), block, size });
      this.#bytes += size;
      this.#next++;
      onChange();
      if (this.#queue.length >= MOST_AHEAD || this.#bytes >= MOST_BYTES_AHEAD) await this.#space();
      if (signal.aborted) return;
    }
  }

  #space(): Promise<void> {
    return new Promise((resolve) => {
      this.#resume = () => {
        const room = this.#queue.length < MOST_AHEAD / 2 && this.#bytes < MOST_BYTES_AHEAD / 2;
        if (room || this.#options.signal.aborted) resolve();
      };
    });
  }
}
