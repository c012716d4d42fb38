import { randomBytes, randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { type Database, openDatabase } from "./db";
import { databaseUrl, startEmbeddedPostgres } from "./embedded";
import { applyMigrations } from "./migrate";

/** A database of a test's own, with the schema in place. */
export interface TestDatabase extends Database {
  /** Closes the connections and drops the database, whoever still uses it. */
  drop(): Promise<void>;
}

const TEMPLATE = "winterseal_template";
/** Any number: holders of the lock build the template while others wait. */
const TEMPLATE_LOCK = 42_500;
const UNSAFE = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/** Variable that names a server for tests; {@link startTestServer} sets it when nobody else did. */
export const TEST_SERVER_VARIABLE = "DATABASE_URL_TEST";

/**
 * For a test run's global setup: takes the server that `DATABASE_URL_TEST` names, or starts one in a temporary folder.
 * @param settings server settings; those of a test, where nothing has to survive the machine, unless given.
 * @returns what ends it again.
 */
export async function startTestServer(settings: readonly string[] = UNSAFE): Promise<() => Promise<void>> {
  if (process.env[TEST_SERVER_VARIABLE]) return async () => undefined;
  const directory = await mkdtemp(join(tmpdir(), "winterseal-postgres-test-"));
  const server = await startEmbeddedPostgres({
    directory,
    port: await freePort(),
    user: "winterseal",
    password: randomBytes(12).toString("hex"),
    settings: ["max_connections=200", ...settings],
  });
  process.env[TEST_SERVER_VARIABLE] = server.url;
  return async () => {
    delete process.env[TEST_SERVER_VARIABLE];
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  };
}

/** A fresh database, cloned from a migrated template (some 50 ms). */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = process.env[TEST_SERVER_VARIABLE];
  if (!server) throw new Error(`${TEST_SERVER_VARIABLE} is not set: integration tests run with vitest's project "integration"`);
  const name = `winterseal_test_${randomBytes(6).toString("hex")}`;
  await administer(server, async (client) => {
    await client.query("SELECT pg_advisory_lock($1)", [TEMPLATE_LOCK]);
    await ensureTemplate(client, server);
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  });
  const opened = openDatabase(databaseUrl(server, name));
  return {
    ...opened,
    async drop() {
      await opened.close();
      await administer(server, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

/** A migrated template of an older schema (a long-lived test server) is brought up to date by the same call. */
async function ensureTemplate(client: pg.Client, server: string): Promise<void> {
  const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [TEMPLATE]);
  if (rowCount === 0) await client.query(`CREATE DATABASE ${TEMPLATE}`);
  await applyMigrations(databaseUrl(server, TEMPLATE));
}

async function administer(server: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** Below the range from which the kernel takes ports of outgoing connections, so that no such connection can be in the way. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}
