import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { freePort } from "./ports";

/** The supervisor as `npm start` runs it. It needs the built site, which `npm test` makes first. */
const isBuilt = existsSync(".next/BUILD_ID");

interface Run {
  readonly process: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

function run(...args: string[]): Run {
  const child = spawn(process.execPath, ["dist/stack.mjs", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  return { process: child, output: () => output, ended };
}

async function up({ output, ended }: Run): Promise<void> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!output().includes('{"started":')) {
    if (over) throw new Error(output());
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

describe.skipIf(!isBuilt)("npm start's supervisor", () => {
  const data = mkdtempSync(join(tmpdir(), "winterseal-main-"));
  const started: Run[] = [];
  const start = (...args: string[]) => {
    const made = run(...args);
    started.push(made);
    return made;
  };
  const parts = () => Object.keys((JSON.parse(readFileSync(join(data, "running.json"), "utf8")) as { parts: object }).parts).map(Number);

  afterAll(async () => {
    for (const { process, ended } of started) {
      process.kill("SIGTERM");
      await ended;
    }
    rmSync(data, { recursive: true, force: true });
  }, 60_000);

  it("goes on with the same ledger and identities after it was killed, and ends what it left running", async () => {
    const port = await freePort();
    const options = ["--port", String(port), "--data", data, "--no-demo", "--json"];
    const health = async () => (await (await fetch(`http://127.0.0.1:${port}/api/health`)).json()) as { ledger: { height: number } };
    const first = start(...options);
    await up(first);
    const [height, root, left] = [(await health()).ledger.height, readFileSync(join(data, "network/authority/root.pem"), "utf8"), parts()];
    expect(left.length).toBeGreaterThan(8);

    const second = start(...options);
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain("runs on this data folder already");

    const stranger = start("--port", String(port), "--data", join(data, "other"), "--no-demo");
    expect(await stranger.ended).toBe(1);
    expect(stranger.output()).toMatch(new RegExp(`port ${port} \\(web\\).*--port`));

    first.process.kill("SIGKILL");
    await first.ended;
    const third = start(...options);
    await up(third);
    expect(left.filter(isAlive)).toEqual([]);
    expect((await health()).ledger.height).toBe(height);
    expect(readFileSync(join(data, "network/authority/root.pem"), "utf8")).toBe(root);

    const running = parts();
    third.process.kill("SIGTERM");
    expect(await third.ended).toBe(0);
    expect(running.filter(isAlive)).toEqual([]);
    expect(existsSync(join(data, "running.json"))).toBe(false);
  }, 240_000);

  it("deletes state of ours and nothing else", async () => {
    const foreign = join(data, "foreign");
    mkdirSync(foreign, { recursive: true });
    writeFileSync(join(foreign, "thesis.txt"), "years of work");
    writeFileSync(join(foreign, "network.json"), "{}");
    const refused = start("--reset", "--data", foreign);
    expect(await refused.ended).toBe(1);
    expect(existsSync(join(foreign, "thesis.txt"))).toBe(true);

    for (const file of ["network.json", "ledger.json", "secrets.json"]) writeFileSync(join(foreign, file), "{}");
    const reset = start("--reset", "--data", foreign);
    expect(await reset.ended).toBe(0);
    expect(existsSync(foreign)).toBe(false);
  });
});
