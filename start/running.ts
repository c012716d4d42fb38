import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { writeWhole } from "./layout";

/** Who runs on a data folder: written at each change, so that a supervisor that was killed leaves a trace of its children. */
interface Record_ {
  readonly supervisor: number;
  /** Process id → a stretch of its command line that tells it from a stranger who got the same number later. */
  readonly parts: Readonly<Record<number, string>>;
}

const commandLine = (pid: number): string =>
  spawnSync("ps", ["-ww", "-o", "command=", "-p", String(pid)], { encoding: "utf8" }).stdout ?? "";

export class AlreadyRunning extends Error {
  override readonly name = "AlreadyRunning";
}

/**
 * Claims the data folder for this process and ends what a killed supervisor left running on it.
 * @throws AlreadyRunning while another supervisor lives.
 */
export async function claim(file: string): Promise<void> {
  if (existsSync(file)) {
    const before = JSON.parse(readFileSync(file, "utf8")) as Record_;
    if (before.supervisor !== process.pid && isSupervisor(before.supervisor)) {
      throw new AlreadyRunning(`Winterseal runs on this data folder already (process ${before.supervisor}).`);
    }
    for (const [pid, mark] of Object.entries(before.parts)) await endLeftover(Number(pid), mark);
  }
  record(file, {});
}

/** Process id of the supervisor that runs on the data folder, where one lives. */
export function supervisorOf(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const { supervisor } = JSON.parse(readFileSync(file, "utf8")) as Record_;
  return isSupervisor(supervisor) ? supervisor : undefined;
}

const isSupervisor = (pid: number): boolean => /(stack|network|conformance|bench)\.mjs|vitest|main\.ts/.test(commandLine(pid));

/** Notes which processes belong to this supervisor now. */
export function record(file: string, parts: Readonly<Record<number, string>>): void {
  writeWhole(file, JSON.stringify({ supervisor: process.pid, parts } satisfies Record_));
}

export const release = (file: string): void => rmSync(file, { force: true });

async function endLeftover(pid: number, mark: string): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    for (let waited = 0; waited < 10_000; waited += 100) {
      if (!commandLine(pid).includes(mark)) return;
      if (waited === 0) process.kill(pid, signal);
      await sleep(100);
    }
  }
}
