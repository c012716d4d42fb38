import { setMaxListeners } from "node:events";
import type { Stage } from "../messages/link";
import type { FilteredBlock } from "./blocks";
import type { Peer } from "./connection";
import { FabricError, fabricError } from "./errors";
import type { Peers } from "./peers";
import { REAL_TIME, type Timing } from "./timing";

export interface CommitStatus {
  readonly block: number;
  /** peer.TxValidationCode, 0 = VALID */
  readonly validationCode: number;
}

export interface CommitNoticesParts {
  readonly peers: Peers;
  /** Opens the filtered blocks of one peer; without end, throws when it goes away. */
  readonly open: (peer: Peer, from: bigint | "newest", signal: AbortSignal) => AsyncIterable<FilteredBlock>;
  /** Asks one peer for one transaction's status; it answers when the transaction's effects can be read there. */
  readonly ask: (peer: Peer, transactionId: string, deadlineMs: number, signal: AbortSignal) => Promise<CommitStatus>;
  readonly timing?: Timing;
  /** Where a notice came from. */
  readonly noticed?: (source: "stream" | "status") => void;
  readonly broken?: (peer: Peer, error: FabricError) => void;
}

/** One transaction that somebody waits for. Registered before it is submitted, so that a notice can never come too early. */
export interface Expected {
  /** Resolves with the notice, whatever else is going on; never rejects. */
  readonly noticed: Promise<CommitStatus>;
  /**
   * The notice, or what a peer answers when none comes.
   * @param patienceMs how long the stream is relied on; 0 for a transaction that may stand on the ledger already
   * @throws FabricError stage `commit`: COMMIT_UNKNOWN when nothing is known in time
   */
  within(deadlineMs: number, patienceMs?: number): Promise<CommitStatus>;
  /** Must be called when nobody waits any more. */
  forget(): void;
}

interface Waiter {
  readonly sender: string;
  readonly settle: (status: CommitStatus) => void;
  /** Asks for the status now: the stream cannot be relied on. */
  doubt: () => void;
}

/** How long a notice may take while the stream stands before a peer is asked, ms: more than an orderer's usual batch timeout (2 s). */
const PATIENCE = 3_000;
/** How long the peer that a device stays with may take until its state has a block that another one showed, ms. */
const CATCH_UP = 1_000;
const FIRST_DELAY = 100;
const LONGEST_DELAY = 3_000;
/** Statuses kept for whoever asks later, such as a device whose answer got lost. */
const REMEMBERED = 20_000;
/** Fabric's `DUPLICATE_TXID`: the same transaction stands further up, and that place counts. */
const DUPLICATE = 9;

/**
 * Commit notices for all transactions of a proxy out of one stream of filtered blocks, instead of one waiting call for each.
 *
 * A block in the stream is not yet state at the peer, let alone at the others: a device that went on at once would be refused for its next number. So
 * of each block one transaction's status is asked at each peer that one of its senders stays with, and that peer's senders are told when it answers.
 *
 * The stream may break or stand still. Whoever waits then, or waits for longer than a block takes, asks a peer as before; whichever comes first counts.
 * It is opened again behind the last block seen, at the next peer. {@link close} ends it.
 */
export class CommitNotices {
  readonly #parts: CommitNoticesParts;
  readonly #timing: Timing;
  readonly #waiting = new Map<string, Set<Waiter>>();
  readonly #known = new Map<string, CommitStatus>();
  readonly #closing = new AbortController();
  #stream = new AbortController();
  #peer: Peer | undefined;
  #seen = -1;
  readonly #done: Promise<void>;

  constructor(parts: CommitNoticesParts) {
    this.#parts = parts;
    this.#timing = parts.timing ?? REAL_TIME;
    // One listener for each question under way; all end with it.
    setMaxListeners(0, this.#closing.signal);
    this.#done = this.#run();
  }

  /** The peer whose stream is followed, or undefined while none is. */
  get following(): string | undefined {
    return this.#peer?.name;
  }

  /** Number of the newest block that the stream has shown; -1 before the first. */
  get seen(): number {
    return this.#seen;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** What became of a transaction, where a notice told it lately. */
  known(transactionId: string): CommitStatus | undefined {
    return this.#known.get(transactionId);
  }

  /** @param sender hex, as for {@link Peers.run} */
  expect(transactionId: string, sender: string): Expected {
    let settle: (status: CommitStatus) => void = () => undefined;
    const noticed = new Promise<CommitStatus>((resolve) => {
      settle = resolve;
    });
    const waiter: Waiter = { sender, settle, doubt: () => undefined };
    const waiters = this.#waiting.get(transactionId) ?? new Set();
    this.#waiting.set(transactionId, waiters.add(waiter));
    const known = this.#known.get(transactionId);
    if (known !== undefined) settle(known);
    return {
      noticed,
      within: async (deadlineMs, patienceMs = PATIENCE) => {
        if (known !== undefined) return known;
        try {
          return await this.#within(transactionId, waiter, noticed, deadlineMs, patienceMs);
        } catch (error) {
          throw stillUnknown(error);
        }
      },
      forget: () => {
        waiters.delete(waiter);
        if (waiters.size === 0 && this.#waiting.get(transactionId) === waiters) this.#waiting.delete(transactionId);
      },
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#stream.abort();
    await this.#done;
  }

  async #within(
    transactionId: string,
    waiter: Waiter,
    noticed: Promise<CommitStatus>,
    deadlineMs: number,
    patienceMs: number,
  ): Promise<CommitStatus> {
    const end = this.#timing.now() + deadlineMs;
    const over = new AbortController();
    const doubted = new Promise<void>((resolve) => {
      waiter.doubt = resolve;
    });
    if (this.#peer === undefined) waiter.doubt();
    const pause = this.#timing.sleep(Math.min(patienceMs, deadlineMs / 2), over.signal).catch(() => undefined);
    const asked = Promise.race([doubted, pause]).then(() => {
      if (over.signal.aborted) return noticed;
      return this.#ask(transactionId, waiter.sender, Math.max(1, end - this.#timing.now()), over.signal);
    });
    try {
      return await Promise.race([noticed, asked]);
    } finally {
      asked.catch(() => undefined);
      over.abort();
    }
  }

  async #ask(transactionId: string, sender: string, deadlineMs: number, signal: AbortSignal): Promise<CommitStatus> {
    const { peers, ask, noticed } = this.#parts;
    const status = await peers.run("commit", sender, { deadlineMs, signal }, (peer, msLeft) => ask(peer, transactionId, msLeft, signal));
    noticed?.("status");
    this.#remember(transactionId, status);
    void this.#suspect(status.block);
    return status;
  }

  /** A peer told of a block that the stream has not shown: it stands still, or its peer has fallen behind. */
  async #suspect(block: number): Promise<void> {
    const stream = this.#stream;
    if (this.#peer === undefined || block <= this.#seen) return;
    await this.#timing.sleep(CATCH_UP, this.#closing.signal).catch(() => undefined);
    if (block > this.#seen && stream === this.#stream) stream.abort();
  }

  async #run(): Promise<void> {
    const { peers, broken } = this.#parts;
    for (let attempt = 0, delay = FIRST_DELAY; !this.#closing.signal.aborted; attempt++) {
      const order = peers.order("read");
      const peer = order[attempt % order.length];
      if (peer === undefined) return;
      const before = this.#seen;
      try {
        await this.#follow(peer);
      } catch (error) {
        broken?.(peer, fabricError(error, "read"));
      }
      this.#peer = undefined;
      for (const waiters of this.#waiting.values()) for (const waiter of waiters) waiter.doubt();
      if (this.#seen > before) delay = FIRST_DELAY;
      await this.#timing.sleep(delay * (0.5 + this.#timing.random() / 2), this.#closing.signal).catch(() => undefined);
      delay = Math.min(delay * 2, LONGEST_DELAY);
    }
  }

  async #follow(peer: Peer): Promise<void> {
    const stream = new AbortController();
    this.#stream = stream;
    // Those who wait want what came meanwhile; for nobody it need not be read again.
    const from = this.#waiting.size > 0 && this.#seen >= 0 ? BigInt(this.#seen + 1) : "newest";
    if (from !== "newest") this.#peer = peer;
    const opened = new AbortController();
    // The newest block comes at once, or the peer is not well.
    if (from === "newest") this.#unless(opened.signal, PATIENCE, () => stream.abort());
    try {
      for await (const block of this.#parts.open(peer, from, stream.signal)) {
        if (stream.signal.aborted) return;
        opened.abort();
        this.#peer = peer;
        if (block.number > this.#seen) this.#take(block);
        this.#seen = Math.max(this.#seen, block.number);
      }
    } finally {
      opened.abort();
    }
  }

  #unless(signal: AbortSignal, ms: number, then: () => void): void {
    this.#timing.sleep(ms, signal).then(then, () => undefined);
  }

  /** Tells those who wait for one of the block's transactions, once the state is where they go next. */
  #take({ number, transactions }: FilteredBlock): void {
    const homes = new Map<Peer, Map<string, CommitStatus>>();
    for (const { id, validationCode } of transactions) {
      const waiters = [...(this.#waiting.get(id) ?? [])];
      const status = { block: number, validationCode };
      if (validationCode === DUPLICATE) for (const waiter of waiters) waiter.doubt();
      else if (waiters.length === 0) this.#remember(id, status);
      else for (const home of this.#homes(waiters)) homes.set(home, (homes.get(home) ?? new Map<string, CommitStatus>()).set(id, status));
    }
    for (const [home, statuses] of homes) void this.#settle(home, statuses);
  }

  #homes(waiters: readonly Waiter[]): Peer[] {
    return waiters.flatMap(({ sender }) => this.#parts.peers.order("commit", sender)[0] ?? []);
  }

  async #settle(home: Peer, statuses: ReadonlyMap<string, CommitStatus>): Promise<void> {
    const [one] = statuses.keys();
    if (one === undefined) return;
    const { peers, ask, noticed } = this.#parts;
    const { signal } = this.#closing;
    // Whatever it answers, the block has been seen: a peer that stays behind must not keep the notice back.
    await peers.ask("commit", home, () => ask(home, one, CATCH_UP, signal), signal).catch(() => undefined);
    for (const [id, status] of statuses) {
      const waiters = this.#waiting.get(id);
      if (waiters !== undefined && waiters.size > 0) noticed?.("stream");
      this.#remember(id, status);
    }
  }

  /** The first word counts; whoever waits hears it. */
  #remember(transactionId: string, status: CommitStatus): void {
    const first = this.#known.get(transactionId) ?? status;
    this.#known.set(transactionId, first);
    if (this.#known.size > REMEMBERED) {
      const oldest = this.#known.keys().next();
      if (!oldest.done) this.#known.delete(oldest.value);
    }
    for (const waiter of this.#waiting.get(transactionId) ?? []) waiter.settle(first);
  }
}

/** After an orderer took a transaction, whatever goes wrong, it may still come. */
function stillUnknown(raw: unknown): FabricError {
  const stage: Stage = "commit";
  const error = fabricError(raw, stage);
  if (error.code === "COMMIT_UNKNOWN") return error;
  return new FabricError("COMMIT_UNKNOWN", error.message, stage, error.grpcStatus, error.details, { cause: error });
}
