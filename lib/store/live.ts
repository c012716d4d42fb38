import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { database } from "./db";
import { decodeNotice, MISSED, mergeNotices, NOTICE_CHANNEL, type Notice } from "./notice";

/**
 * What changes in the database, as it is committed: one LISTEN connection per process, however many pages follow.
 * A lost connection is opened again; then {@link MISSED} tells every follower to look at everything.
 */
export interface LiveHub {
  /** Whether notices arrive at the moment. */
  readonly connected: boolean;
  /** @returns what ends the subscription. */
  subscribe(listener: (notice: Notice) => void): () => void;
  /** Notices until `signal` aborts. A slow reader gets what it missed merged into one notice, so memory stays bounded. */
  notices(signal: AbortSignal): AsyncGenerator<Notice, void, undefined>;
  close(): Promise<void>;
}

const FIRST_DELAY = 100;
const LONGEST_DELAY = 5_000;

export function openLiveHub(databaseUrl: string): LiveHub {
  const listeners = new Set<(notice: Notice) => void>();
  const stopping = new AbortController();
  let connected = false;

  const emit = (notice: Notice): void => {
    for (const listener of [...listeners]) listener(notice);
  };

  async function listen(): Promise<void> {
    const client = new pg.Client({ connectionString: databaseUrl, keepAlive: true });
    const lost = new Promise<void>((resolve) => {
      client.once("error", () => resolve());
      client.once("end", () => resolve());
      stopping.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    try {
      await client.connect();
      client.on("notification", ({ payload }) => emit(decodeNotice(payload ?? "")));
      await client.query(`LISTEN ${NOTICE_CHANNEL}`);
      connected = true;
      emit(MISSED);
      await lost;
    } finally {
      connected = false;
      await client.end().catch(ignoreBroken);
    }
  }

  async function run(): Promise<void> {
    let delay = FIRST_DELAY;
    while (!stopping.signal.aborted) {
      const opened = Date.now();
      await listen().catch(ignoreBroken);
      if (Date.now() - opened > LONGEST_DELAY) delay = FIRST_DELAY;
      await sleep(delay, undefined, { signal: stopping.signal, ref: false }).catch(ignoreBroken);
      delay = Math.min(delay * 2, LONGEST_DELAY);
    }
  }
  const running = run();

  return {
    get connected() {
      return connected;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async *notices(signal) {
      let pending: Notice | undefined;
      let wake = (): void => undefined;
      const end = this.subscribe((notice) => {
        pending = pending ? mergeNotices(pending, notice) : notice;
        wake();
      });
      const onAbort = (): void => wake();
      signal.addEventListener("abort", onAbort);
      try {
        while (!signal.aborted) {
          const notice = pending;
          pending = undefined;
          if (notice) yield notice;
          else
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
        }
      } finally {
        signal.removeEventListener("abort", onAbort);
        end();
      }
    },
    async close() {
      stopping.abort();
      await running;
    },
  };
}

/** The loop above tries again, and `connected` says so meanwhile. */
const ignoreBroken = (): undefined => undefined;

const shared = globalThis as { [key: symbol]: LiveHub | undefined };
const HUB = Symbol.for("winterseal.live");

/** The process's hub on `DATABASE_URL`, opened at first use. */
export function liveHub(): LiveHub {
  shared[HUB] ??= openLiveHub(database().url);
  return shared[HUB];
}
