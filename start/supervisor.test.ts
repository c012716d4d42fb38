import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Part, PartFailed, Supervisor } from "./supervisor";

const READY = 'process.stdout.write(JSON.stringify({ready:true})+"\\n");';

function node(name: string, script: string, extra: Partial<Part> = {}): Part {
  return { name, command: process.execPath, args: ["-e", script], env: {}, ...extra };
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("condition never held");
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
};

describe("Supervisor", () => {
  let logs: string;
  let supervisor: Supervisor;
  beforeEach(() => {
    logs = mkdtempSync(join(tmpdir(), "winterseal-supervisor-"));
    supervisor = new Supervisor(logs);
  });
  afterEach(async () => {
    await supervisor.stop();
    rmSync(logs, { recursive: true });
  });

  it("starts a part again that was killed, under a new process id", async () => {
    await supervisor.start(node("part", `${READY}setInterval(()=>{},1000)`));
    const first = supervisor.pids().part as number;
    process.kill(first, "SIGKILL");
    await until(() => supervisor.pids().part !== first && alive(supervisor.pids().part as number));
  });

  it("names a part that ends before it is ready, with its last words", async () => {
    const failure = await supervisor
      .start(node("part", 'console.error("port 1 is taken");process.exit(3)'))
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PartFailed);
    expect((failure as PartFailed).message).toContain("exit 3");
    await until(() => readFileSync(join(logs, "part.log"), "utf8").includes("port 1 is taken"));
  });

  it("stops in reverse order and leaves no process behind, even one that ignores SIGTERM politely at first", async () => {
    const order: string[] = [];
    await supervisor.start(node("first", `${READY}setInterval(()=>{},1000)`));
    await supervisor.start(
      node("second", `${READY}process.on("SIGTERM",()=>setTimeout(()=>process.exit(0),100));setInterval(()=>{},1000)`),
    );
    const pids = Object.values(supervisor.pids());
    await supervisor.stop((name) => order.push(name));
    expect(order).toEqual(["second", "first"]);
    expect(pids.filter(alive)).toEqual([]);
  });
});
