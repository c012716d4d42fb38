/**
 * The worker of notifications: runs in the website's process, and any number of them may run beside each other. Collects when the projection
 * says that something was committed (and every few seconds, should that be missed), looks once a minute at what only the clock brings
 * about, and sends by jobs of pg-boss, which live in the same database.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Pool } from "pg";
import PgBoss from "pg-boss";
import { pino } from "pino";
import { type Database, openDatabase } from "../store/db";
import { type LiveHub, openLiveHub } from "../store/live";
import { inTransaction } from "../store/transaction";
import { collect } from "./collect";
import { bury, type Deliverer, deliver } from "./deliver";
import { type NotifySettings, notifySettings } from "./settings";
import { certificatesStand } from "./stands";

const SEND = "notify-send";
const DEAD = "notify-dead";
/** Any number. */
const QUEUES_LOCK = 4_210_196;

/** Nine attempts over some three hours: 30 s, doubled each time, with jitter. */
const RETRY = { retryLimit: 8, retryDelay: 30, retryBackoff: true };
/** A worker that dies holds its job for this long, s; a delivery's own deadlines are shorter. */
const EXPIRES = 60;
const POLL_MS = 5_000;
const STANDING_MS = 60_000;
const CONNECTIONS = 4;

export interface WorkerOptions {
  readonly databaseUrl: string;
  readonly settings: NotifySettings;
  readonly stands: Deliverer["stands"];
  readonly log: Pick<pino.Logger, "info" | "warn" | "error">;
  /** Tests are less patient. */
  readonly retry?: { readonly retryLimit: number; readonly retryDelay: number; readonly retryBackoff: boolean };
  readonly expiresSeconds?: number;
  readonly standingMs?: number;
}

export interface NotifyWorker {
  /** Ends after the deliveries in hand. */
  stop(): Promise<void>;
}

export async function startNotifyWorker(options: WorkerOptions): Promise<NotifyWorker> {
  const { databaseUrl, settings, stands, log } = options;
  const database = openDatabase(databaseUrl, CONNECTIONS);
  const boss = new PgBoss({ connectionString: databaseUrl, schema: "jobs", max: 2, application_name: "winterseal notifications" });
  boss.on("error", (error) => log.warn({ err: error }, "jobs interrupted; going on"));
  try {
    await openQueues(database.pool, boss, options);
  } catch (error) {
    await boss.stop({ graceful: false, wait: false }).catch(() => undefined);
    await database.close();
    throw error;
  }
  const deliverer: Deliverer = { pool: database.pool, settings, stands, now: Date.now };
  const working = await boss.work<{ readonly delivery: string }>(SEND, { batchSize: 1, pollingIntervalSeconds: 1 }, async ([job]) => {
    if (job) await deliver(deliverer, job.data.delivery);
  });
  await boss.work<{ readonly delivery: string }>(DEAD, { batchSize: 1, pollingIntervalSeconds: 2 }, async ([job]) => {
    if (job) await bury(database.pool, job.data.delivery);
  });
  const stopping = new AbortController();
  const hub = openLiveHub(databaseUrl);
  const running = run({ database, boss, hub, working, options, signal: stopping.signal });
  log.info({ mail: settings.mail !== null }, "notifications serve");
  return {
    async stop() {
      stopping.abort();
      await running;
      await hub.close();
      await boss.stop({ graceful: true, wait: true, timeout: 20_000 });
      await database.close();
    },
  };
}

/** One process at a time: two that make the same queue at once would wait for each other. */
function openQueues(pool: Pool, boss: PgBoss, options: WorkerOptions): Promise<void> {
  return inTransaction(pool, async (client) => {
    await client.query("SELECT pg_advisory_xact_lock($1)", [QUEUES_LOCK]);
    await boss.start();
    await boss.createQueue(DEAD);
    await boss.createQueue(SEND, {
      name: SEND,
      ...(options.retry ?? RETRY),
      expireInSeconds: options.expiresSeconds ?? EXPIRES,
      deadLetter: DEAD,
    });
  });
}

interface Parts {
  readonly database: Database;
  readonly boss: PgBoss;
  readonly hub: LiveHub;
  readonly working: string;
  readonly options: WorkerOptions;
  readonly signal: AbortSignal;
}

async function run({ database: { pool }, boss, hub, working, options, signal }: Parts): Promise<void> {
  let wake: () => void = () => undefined;
  const end = hub.subscribe(() => wake());
  const present = presentOf(pool);
  let standingAt = 0;
  while (!signal.aborted) {
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    try {
      const now = Date.now();
      const looks = now - standingAt >= (options.standingMs ?? STANDING_MS) && (await present(now));
      if (looks) standingAt = now;
      await collect(pool, now, looks);
      if ((await enqueue(pool, boss)) > 0) boss.notifyWorker(working);
    } catch (error) {
      if (!signal.aborted) options.log.warn({ err: error }, "collecting notifications interrupted; going on");
    }
    await Promise.race([woken, sleep(POLL_MS, undefined, { signal }).catch(() => undefined)]);
  }
  end();
}

/** The newest transaction is this fresh, or no block came for as long: then what the tables show is the present and not a history being read. */
const PRESENT_MS = 120_000;

/** Whether the projection has caught up: after an outage it reads what was missed, and a sensor that spoke meanwhile is not silent. */
function presentOf(pool: Pool): (now: number) => Promise<boolean> {
  let block = -2;
  let since = 0;
  return async (now) => {
    const { rows } = await pool.query<{ block: number | null; halted: boolean | null; at: number | null }>(
      `SELECT (SELECT block FROM checkpoint) AS block, (SELECT halted IS NOT NULL FROM checkpoint) AS halted,
              (SELECT max(timestamp) FROM transaction WHERE block = (SELECT max(block) FROM transaction)) AS at`,
    );
    const [row] = rows;
    if (row?.halted) return true;
    if (row?.block !== block) {
      block = row?.block ?? -1;
      since = now;
    }
    return now - (row?.at ?? 0) <= PRESENT_MS || now - since >= PRESENT_MS;
  };
}

/** Deliveries without a job get one, in the transaction that says so: the job engine is asked with the same connection. */
function enqueue(pool: Pool, boss: PgBoss): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ id: string; dueAt: number }>(
      `SELECT id, due_at AS "dueAt" FROM delivery WHERE NOT queued AND state = 'waiting' LIMIT 500 FOR UPDATE SKIP LOCKED`,
    );
    const db = { executeSql: (text: string, values: unknown[]) => client.query(text, values) };
    for (const { id, dueAt } of rows) await boss.send(SEND, { delivery: id }, { startAfter: new Date(dueAt), db });
    await client.query("UPDATE delivery SET queued = TRUE WHERE id = ANY($1)", [rows.map(({ id }) => id)]);
    return rows.length;
  });
}

const AGAIN_MS = 15_000;

/**
 * Starts the worker of this process from the environment. A database that is away, or that lets nobody make the jobs' schema, is tried again:
 * the website serves meanwhile.
 * @throws TypeError at once for a setting that cannot be read
 */
export function startFromEnvironment(env: NodeJS.ProcessEnv): NotifyWorker {
  const { DATABASE_URL: databaseUrl = "", WINTERSEAL_NETWORK: network = "", WINTERSEAL_LOG_LEVEL: level = "info" } = env;
  const log = pino({ name: "notifications", level });
  const options = { databaseUrl, settings: notifySettings(env), stands: certificatesStand(network), log };
  const stopping = new AbortController();
  const starting = startPersistently(options, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await (await starting)?.stop();
    },
  };
}

async function startPersistently(options: WorkerOptions, signal: AbortSignal): Promise<NotifyWorker | undefined> {
  while (!signal.aborted) {
    try {
      return await startNotifyWorker(options);
    } catch (error) {
      options.log.error({ err: error, retryMs: AGAIN_MS }, "notifications did not start; trying again");
      await sleep(AGAIN_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
  return undefined;
}
