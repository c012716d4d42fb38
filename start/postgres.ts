import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { databaseUrl, prepareServer, serverUrl } from "../lib/store/embedded";
import type { Part } from "./supervisor";

interface PostgresOptions {
  /** Folder for the data; made when absent. */
  readonly directory: string;
  readonly port: number;
  readonly password: string;
}

const USER = "winterseal";

/**
 * Connection URL of the embedded Postgres.
 * @param database name; the product's is `winterseal`
 */
export const postgresUrl = (options: Pick<PostgresOptions, "port" | "password">, database = "winterseal"): string =>
  databaseUrl(serverUrl({ ...options, user: USER }), database);

/** The embedded Postgres as a part of the stack. Durability is Postgres' own default: fsync stays on. */
export async function postgresPart(options: PostgresOptions): Promise<Part> {
  const settings = ["max_connections=60", "shared_buffers=64MB", "wal_level=minimal", "max_wal_senders=0", "log_min_messages=warning"];
  return {
    name: "postgres",
    ...(await prepareServer({ ...options, user: USER, settings })),
    // Without LC_ALL the server takes the caller's locale, which may not exist on the machine.
    env: { LC_ALL: "C" },
    ready: () => untilConnected(postgresUrl(options, "postgres")),
  };
}

/** Creates the database unless it is there. */
export async function ensureDatabase(options: Pick<PostgresOptions, "port" | "password">, name = "winterseal"): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl(options, "postgres") });
  await client.connect();
  try {
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

async function untilConnected(url: string): Promise<void> {
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    try {
      await client.connect();
      return;
    } catch {
      // Not there yet: the supervisor's own deadline ends this loop by ending the process.
      await sleep(100);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
