import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Ports of the browser tests' own stack; `WINTERSEAL_TEST_PORT` moves them. */
const port = Number(process.env.WINTERSEAL_TEST_PORT ?? 4300);

/** Where the specs that look at notifications open a mail server and a receiver of webhooks: behind the stack's own ports. */
export const mailPort = port + 95;
export const hookPort = port + 96;

/** `WINTERSEAL_TEST_ENGINE=fabric` runs the pages on a real Fabric network (`fabric 2.5`: on that release of those that FABRIC_BIN lists). */
function engine(): string[] {
  const [kind, release] = (process.env.WINTERSEAL_TEST_ENGINE ?? "embedded").split(" ");
  if (kind === "embedded") return [];
  if (kind !== "fabric") throw new Error(`WINTERSEAL_TEST_ENGINE is embedded or fabric, not ${kind}`);
  return ["--fabric", ...(release === undefined ? [] : ["--release", release])];
}

/**
 * Starts the product as a user does, on a fresh data folder, unless `WINTERSEAL_ORIGIN` names one that runs already.
 * What it prints (people and their codes) is handed to the specs through `WINTERSEAL_STARTED`.
 */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.WINTERSEAL_ORIGIN) return undefined;
  const data = mkdtempSync(join(tmpdir(), "winterseal-e2e-"));
  const stack = spawn(process.execPath, ["dist/stack.mjs", "--port", String(port), "--data", data, "--json", ...engine()], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, WINTERSEAL_SMTP_URL: `smtp://127.0.0.1:${mailPort}`, WINTERSEAL_WEBHOOK_HOSTS: `127.0.0.1:${hookPort}` },
  });
  const started = await untilStarted(stack);
  process.env.WINTERSEAL_STARTED = started;
  process.env.WINTERSEAL_E2E_DATA = data;
  return async () => {
    const gone = new Promise((resolve) => stack.once("exit", resolve));
    stack.kill("SIGTERM");
    await gone;
    rmSync(data, { recursive: true, force: true });
  };
}

function untilStarted(stack: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    stack.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const line = output.split("\n").find((one) => one.startsWith('{"started":'));
      if (line) resolve(line);
    });
    stack.once("exit", (code) => reject(new Error(`the stack ended (exit ${code}) before it was up:\n${output}`)));
  });
}
