import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { openDatabase } from "../store/db";
import { readCheckpoint } from "./checkpoint";
import { PROJECTED_TABLES } from "./rows/tables";
import { PROJECTION_LOCK, Runner, YIELD_CHANNEL } from "./runner";
import { ledgerHeight, openLedger, type ProjectionSettings } from "./start";

/** How long a writing projection may take to finish the group in hand. */
const TAKE_MS = 15_000;

export interface RebuildResult {
  readonly blocks: number;
  readonly commits: number;
}

/**
 * Empties every projected table and replays the ledger from block 0 up to the height it has now. The site's own tables (sign-in) stay.
 * A running projection is asked to let go for that moment; afterwards either it or this call replays, whoever has the lock. Pages show
 * nothing, then more and more, while it runs.
 * @throws Error when the writing projection does not let go; Contradiction when the ledger does not hold.
 */
export async function rebuildProjection(
  settings: ProjectionSettings & { readonly onProgress?: (blocks: number, height: number) => void },
): Promise<RebuildResult> {
  await emptyTables(settings.databaseUrl);
  const ledger = await openLedger(settings);
  const done = new AbortController();
  try {
    const height = await ledgerHeight(ledger);
    if (height === 0) throw new Error("no peer of the network answers: is the ledger running?");
    const { databaseUrl, log, onProgress } = settings;
    const runner = new Runner({ ...ledger.options, databaseUrl, log, signal: done.signal, until: height });
    const timer = setInterval(() => onProgress?.(runner.progress.checkpoint.block + 1, height), 500);
    await runner.run().finally(() => clearInterval(timer));
    const { block, commits } = runner.progress.checkpoint;
    onProgress?.(block + 1, height);
    return { blocks: block + 1, commits };
  } finally {
    done.abort();
    ledger.connection.close();
  }
}

async function emptyTables(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await takeLock(client);
    await client.query(`TRUNCATE ${PROJECTED_TABLES.map((name) => `"${name}"`).join(", ")}`);
  } finally {
    await client.end();
  }
}

async function takeLock(client: pg.Client): Promise<void> {
  const end = performance.now() + TAKE_MS;
  await client.query(`NOTIFY ${YIELD_CHANNEL}`);
  for (;;) {
    const { rows } = await client.query<{ locked: boolean }>("SELECT pg_try_advisory_lock($1) AS locked", [PROJECTION_LOCK]);
    if (rows[0]?.locked) return;
    if (performance.now() > end) throw new Error("another projection writes to this database and does not let go: stop it first");
    await sleep(50);
  }
}

/** What is seen and not said by the ledger: which organisations happened to show a block first. */
const OBSERVED: Readonly<Record<string, string>> = { block: "to_jsonb(t) - 'sources'" };

/**
 * Whole content of the projected tables, one text per row, in the order of their keys: equal for equal projections. Without what depends on who was
 * asked: at a second reading other organisations may be the first two to show a block.
 */
export async function dumpProjection(databaseUrl: string): Promise<Record<string, string[]>> {
  const database = openDatabase(databaseUrl, 1);
  try {
    const dump: Record<string, string[]> = {};
    for (const name of PROJECTED_TABLES) {
      if (name === "checkpoint") continue;
      const { rows } = await database.pool.query<{ row: string }>(
        `SELECT (${OBSERVED[name] ?? "t"})::text AS row FROM "${name}" AS t ORDER BY 1`,
      );
      dump[name] = rows.map(({ row }) => row);
    }
    const { halted: _, ...checkpoint } = await readCheckpoint(database.pool);
    const { block, commits, headerHash, commitHash } = checkpoint;
    dump.checkpoint = [[block, commits, Buffer.from(headerHash).toString("hex"), Buffer.from(commitHash).toString("hex")].join(" ")];
    return dump;
  } finally {
    await database.close();
  }
}
