/** Starts and stops the processes of a test: bundled from source into the test's own folder, so that a test never runs yesterday's build. */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { build } from "esbuild";

const READY_TIMEOUT_MS = 30_000;

/** Bundles one entry, packages left outside. Returns the bundle's path, inside the working tree so that packages are found. */
export async function bundle(entry: string, folder: string): Promise<string> {
  const outfile = join(folder, `${entry.replaceAll("/", "-").replace(/\.ts$/, "")}.mjs`);
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    packages: "external",
    logLevel: "error",
  });
  return outfile;
}

export interface TestProcess {
  readonly child: ChildProcess;
  /** The parsed ready line. */
  readonly ready: Record<string, unknown>;
  output(): string;
  /** Sends a signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

export class ProcessEndedError extends Error {
  override readonly name = "ProcessEndedError";
}

export interface StartOptions {
  /** Largest file that the process may write, KiB; a write beyond it fails as on a full disk. */
  readonly maxFileKiB?: number;
}

function spawnNode(
  script: string,
  env: NodeJS.ProcessEnv,
  { maxFileKiB }: StartOptions,
): ChildProcess & { stdout: Readable; stderr: Readable } {
  const flags = process.env.TEST_NODE_FLAGS?.split(" ") ?? [];
  if (maxFileKiB === undefined) return spawn(process.execPath, [...flags, script], { env, stdio: ["ignore", "pipe", "pipe"] });
  // With the signal ignored, a write beyond the limit fails with EFBIG instead of ending the process.
  const limited = 'trap "" XFSZ; ulimit -f "$1"; exec "$2" "$3"';
  return spawn("bash", ["-c", limited, "bash", String(maxFileKiB), process.execPath, script], { env, stdio: ["ignore", "pipe", "pipe"] });
}

/** Starts a process and waits for its ready line. Rejects with what it printed if it ends before. */
export async function start(
  script: string,
  environment: Readonly<Record<string, string>>,
  options: StartOptions = {},
): Promise<TestProcess> {
  const child = spawnNode(script, { ...process.env, ...environment }, options);
  const lines: string[] = [];
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  createInterface({ input: child.stderr }).on("line", (line) => lines.push(line));
  const ready = await new Promise<Record<string, unknown>>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${script} was not ready in time: ${lines.join("\n")}`));
    }, READY_TIMEOUT_MS);
    createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(line);
      if (!line.startsWith('{"ready":true')) return;
      clearTimeout(timer);
      resolve(JSON.parse(line) as Record<string, unknown>);
    });
    void ended.then((code) => {
      clearTimeout(timer);
      setImmediate(() => reject(new ProcessEndedError(`${script} ended with ${code}: ${lines.join("\n")}`)));
    });
  });
  return {
    child,
    ready,
    output: () => lines.join("\n"),
    end(signal = "SIGTERM") {
      child.kill(signal);
      return ended;
    },
  };
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** A port that was free a moment ago, below the range from which outgoing connections take theirs. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) return port;
  }
}
