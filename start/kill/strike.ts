import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "./random";

/** SIGKILL; SIGSTOP for some seconds; SIGTERM. Whoever runs the process starts it again. */
export type How = "kill" | "freeze" | "restart";

export interface Processes {
  /** Process ids by name, as of now. */
  pids(): Readonly<Record<string, number>>;
}

export interface Strike {
  readonly part: string;
  readonly how: How;
  /** ms, `freeze` only */
  readonly forMs: number;
}

const BACK_WITHIN_MS = 30_000;

/** Most faults are kills. A database is never frozen: its own processes would go on without it. */
export function chooseStrike(part: string, random: Random): Strike {
  const how = random.pick<How>(part === "postgres" ? ["kill", "restart"] : ["kill", "kill", "freeze", "restart"]);
  return { part, how, forMs: random.between(2_000, 7_000) };
}

/**
 * Does it, and resolves when the fault is over: the process runs again.
 * @returns that moment, ms, monotonic
 * @throws Error when there is no such process, or it does not come back
 */
export async function strike(processes: Processes, { part, how, forMs }: Strike): Promise<number> {
  const pid = processes.pids()[part];
  if (pid === undefined) throw new Error(`there is no process ${part}`);
  if (how === "freeze") {
    signal(pid, "SIGSTOP");
    await sleep(forMs);
    signal(pid, "SIGCONT");
    return performance.now();
  }
  signal(pid, how === "kill" ? "SIGKILL" : politely(part));
  for (const end = performance.now() + BACK_WITHIN_MS; performance.now() < end; await sleep(20)) {
    const now = processes.pids()[part];
    if (now !== undefined && now !== pid) return performance.now();
  }
  throw new Error(`${part} was not started again within ${BACK_WITHIN_MS} ms after ${how}`);
}

/** Asked by SIGTERM, Postgres waits until its last client leaves. */
const politely = (part: string): NodeJS.Signals => (part === "postgres" ? "SIGINT" : "SIGTERM");

/** Each part leads a process group of its own: the database's children die with it, as they do when a machine does. */
function signal(pid: number, name: NodeJS.Signals): void {
  process.kill(name === "SIGTERM" || name === "SIGINT" ? pid : -pid, name);
}
