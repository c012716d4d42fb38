import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../start/ports";
import { memoryOf } from "./report";

export interface StartResult {
  /** `npm start` on a fresh data folder (packages installed; what is stale is built) → first reading projected for the pages, s. */
  readonly firstReadingS: number;
  /** Everything up and printed, s. */
  readonly upS: number;
  /** All processes together, half a minute later with the demo's sensors sending, MiB (proportional set size). */
  readonly memoryMiB: number;
}

interface Health {
  readonly counts: { readonly readings: number };
}

export async function benchStart(): Promise<StartResult> {
  const data = mkdtempSync(join(tmpdir(), "winterseal-bench-start-"));
  const port = await freePort();
  const begun = performance.now();
  const since = () => Math.round((performance.now() - begun) / 100) / 10;
  const started = spawn(process.execPath, ["start.mjs", "--port", String(port), "--data", data], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const gone = new Promise((resolve) => started.once("exit", resolve));
  try {
    const site = `http://127.0.0.1:${port}`;
    await until(async () => (await fetch(`${site}/api/health`)).ok);
    const upS = since();
    await until(async () => ((await (await fetch(`${site}/api/health`)).json()) as Health).counts.readings > 0);
    const firstReadingS = since();
    await sleep(30_000);
    return { firstReadingS, upS, memoryMiB: Math.round(memoryOf(started.pid ?? 0) / 2 ** 20) };
  } finally {
    started.kill("SIGTERM");
    await gone;
    rmSync(data, { recursive: true, force: true });
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition().catch(() => false))) await sleep(100);
}
