import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { getTypeParser } from "../store/db";
import { MISSED } from "../store/notice";
import type { ProjectionRules } from "./channel";
import { BEFORE_FIRST, type Checkpoint, haltCheckpoint, readCheckpoint } from "./checkpoint";
import { Contradiction } from "./contradiction";
import { Projector, type ProjectorOptions } from "./projector";
import { notify } from "./rows/notify";
import { Witnesses, type WitnessOptions } from "./witnesses";

/** Holder of this session lock is the only projection that writes to a database. */
export const PROJECTION_LOCK = 4_210_060;
/** A notice on this channel asks the writing projection to let go of the lock for a while: a rebuild is about to empty the tables. */
export const YIELD_CHANNEL = "winterseal_projection";
/** How long the asker has to take the lock, ms. */
const YIELD_MS = 3_000;

export interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface RunnerOptions
  extends Pick<WitnessOptions, "sources" | "witnesses" | "open" | "patienceMs">,
    Pick<ProjectorOptions, "beforeCommit" | "cacheBytes"> {
  readonly databaseUrl: string;
  readonly rules: ProjectionRules;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Ends without error when this many blocks are applied. */
  readonly until?: number;
}

/** Tells the outside how far it is; replaced as a whole. */
export interface Progress {
  readonly checkpoint: Checkpoint;
  /** One past the newest block seen at any organisation. */
  readonly seen: number;
  /** Whether this process is the one that writes. */
  readonly writing: boolean;
}

const IDLE_MS = 2_000;
const CONNECT_MS = 10_000;
const FIRST_DELAY = 200;
const LONGEST_DELAY = 10_000;

/** The projection's life: take the lock, read the checkpoint, follow the blocks, begin again after whatever broke. */
export class Runner {
  readonly #options: RunnerOptions;
  #yielding = false;
  #progress: Progress = { checkpoint: BEFORE_FIRST, seen: 0, writing: false };

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  get progress(): Progress {
    return this.#progress;
  }

  /** Runs until the signal aborts, or block `until` is applied. @throws Contradiction only when `until` is set; else it is recorded and stays. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    for (let delay = FIRST_DELAY; !signal.aborted; ) {
      const began = Date.now();
      if (await this.#attempt(delay)) return;
      if (this.#yielding) await pause(YIELD_MS, signal);
      this.#yielding = false;
      if (Date.now() - began > LONGEST_DELAY) delay = FIRST_DELAY;
      await pause(delay, signal);
      delay = Math.min(delay * 2, LONGEST_DELAY);
    }
  }

  async #attempt(retryMs: number): Promise<boolean> {
    const { signal, log, until } = this.#options;
    try {
      return await this.#session();
    } catch (error) {
      if (signal.aborted) return true;
      if (!(error instanceof Contradiction)) log.warn({ err: error, retryMs }, "projection interrupted; going on");
      else if (until !== undefined) throw error;
      return false;
    }
  }

  /** One database session. @returns true when there is no more to do. */
  async #session(): Promise<boolean> {
    const ending = new AbortController();
    const client = await this.#connect(ending);
    try {
      if (!(await this.#untilWriting(client))) return true;
      return await this.#follow(client, AbortSignal.any([this.#options.signal, ending.signal]));
    } finally {
      this.#progress = { ...this.#progress, writing: false };
      await client.end();
    }
  }

  /** @param ending aborted when the connection breaks or the lock is asked for. */
  async #connect(ending: AbortController): Promise<pg.Client> {
    const connection = { connectionString: this.#options.databaseUrl, connectionTimeoutMillis: CONNECT_MS, keepAlive: true };
    const client = new pg.Client({ ...connection, types: { getTypeParser } });
    client.on("error", (error) => ending.abort(error));
    client.on("notification", () => {
      this.#yielding = this.#progress.writing;
      if (this.#yielding) ending.abort();
    });
    await client.connect();
    await client.query(`LISTEN ${YIELD_CHANNEL}`);
    return client;
  }

  /** Another process may write: then this one stands by, and shows how far the other is. @returns false when there is no more to do. */
  async #untilWriting(client: pg.Client): Promise<boolean> {
    const { signal, until } = this.#options;
    while (!signal.aborted) {
      const { rows } = await client.query<{ locked: boolean }>("SELECT pg_try_advisory_lock($1) AS locked", [PROJECTION_LOCK]);
      const checkpoint = await readCheckpoint(client);
      const writing = rows[0]?.locked === true;
      this.#progress = { checkpoint, seen: Math.max(this.#progress.seen, checkpoint.block + 1), writing };
      if (until !== undefined && checkpoint.block + 1 >= until) return false;
      if (until !== undefined && checkpoint.halted !== null) throw new Contradiction(checkpoint.halted, { block: checkpoint.block + 1 });
      if (writing) return true;
      await pause(IDLE_MS, signal);
    }
    return false;
  }

  async #follow(client: pg.Client, signal: AbortSignal): Promise<boolean> {
    const { rules, beforeCommit, cacheBytes, log, until } = this.#options;
    const checkpoint = this.#progress.checkpoint;
    if (checkpoint.halted !== null) {
      log.error({ reason: checkpoint.halted }, "projection is halted: a block contradicts the rules; look, then run projection:rebuild");
      await untilAborted(signal);
      return this.#options.signal.aborted;
    }
    const projector = new Projector(
      { client, rules, ...(beforeCommit && { beforeCommit }), ...(cacheBytes !== undefined && { cacheBytes }) },
      checkpoint,
    );
    const streams = new AbortController();
    const witnesses = this.#witnesses(checkpoint, AbortSignal.any([signal, streams.signal]));
    try {
      for await (const group of witnesses.groups()) {
        await projector.apply(until === undefined ? group : group.filter(({ block }) => block.number < until));
        this.#progress = { checkpoint: projector.checkpoint, seen: Math.max(witnesses.seen, this.#progress.seen), writing: true };
        if (until !== undefined && projector.checkpoint.block + 1 >= until) return true;
      }
      return this.#options.signal.aborted;
    } catch (error) {
      if (error instanceof Contradiction) await this.#halt(client, error, projector.checkpoint);
      throw error;
    } finally {
      streams.abort();
    }
  }

  #witnesses(checkpoint: Checkpoint, signal: AbortSignal): Witnesses {
    const { sources, witnesses, open, log, patienceMs } = this.#options;
    return new Witnesses({
      sources,
      witnesses,
      open,
      signal,
      from: checkpoint.block + 1,
      onBroken: (mspId, peer, error) => log.warn({ err: error, mspId, peer }, "block stream broken; opening it again"),
      ...(patienceMs !== undefined && { patienceMs }),
    });
  }

  async #halt(client: pg.Client, contradiction: Contradiction, checkpoint: Checkpoint): Promise<void> {
    const { reason } = contradiction;
    this.#options.log.error({ alarm: true, ...contradiction.place, reason }, "projection halted: the ledger contradicts its own rules");
    this.#progress = { ...this.#progress, checkpoint: { ...checkpoint, halted: reason } };
    await haltCheckpoint(client, reason, Date.now());
    // Pages that stand open must say so too.
    await notify(client, MISSED);
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal }).catch(() => undefined);

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
