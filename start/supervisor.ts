import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** One process of the stack. */
export interface Part {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Resolves when the part can serve; the default waits for its ready line. */
  readonly ready?: (child: ChildProcess) => Promise<void>;
  /** ms until it must be ready. */
  readonly readyWithin?: number;
}

interface Running {
  readonly part: Part;
  readonly log: WriteStream;
  child: ChildProcess;
  restarts: number[];
  tail: string[];
  /** Ended on purpose: it comes back when it is asked to. */
  held: boolean;
}

const TAIL_LINES = 12;
/** A part that dies more often than this within a minute stays down: restarting would only hide the fault. */
const RESTARTS_PER_MINUTE = 10;
const STOP_WITHIN_MS = 15_000;

export class PartFailed extends Error {
  override readonly name = "PartFailed";
  constructor(
    readonly part: string,
    why: string,
    readonly logTail: readonly string[],
  ) {
    super(`${part} ${why}`);
  }
}

/**
 * Starts processes one after another, keeps them running (a killed one comes back, reliability I5) and stops them in reverse order.
 * Each writes to its own log file in the data folder.
 */
export class Supervisor {
  readonly #running: Running[] = [];
  readonly #logs: string;
  readonly #onEvent: (text: string) => void;
  readonly #revive: boolean;
  #stopping = false;

  /** @param revive whether a part that ends by itself comes back; a test of failures decides that on its own */
  constructor(logs: string, onEvent: (text: string) => void = () => undefined, revive = true) {
    mkdirSync(logs, { recursive: true });
    this.#logs = logs;
    this.#onEvent = onEvent;
    this.#revive = revive;
  }

  /** Process ids by part name, for tests that kill and for measuring memory. */
  pids(): Record<string, number> {
    return Object.fromEntries(this.#running.flatMap(({ part, child }) => (child.pid === undefined ? [] : [[part.name, child.pid]])));
  }

  /** @throws PartFailed when it does not become ready; what it wrote last is in the error. */
  async start(part: Part): Promise<void> {
    const log = createWriteStream(join(this.#logs, `${part.name}.log`), { flags: "a" });
    const running: Running = { part, log, child: this.#spawn(part), restarts: [], tail: [], held: false };
    this.#running.push(running);
    await this.#watch(running);
  }

  #spawn(part: Part): ChildProcess {
    return spawn(part.command, [...part.args], {
      cwd: part.cwd,
      env: { NODE_ENV: "production", ...inherited(), ...part.env },
      stdio: ["ignore", "pipe", "pipe"],
      // An own process group: Ctrl-C reaches the supervisor only, which then stops the parts in order.
      detached: true,
      ...(part.uid === undefined ? {} : { uid: part.uid }),
      ...(part.gid === undefined ? {} : { gid: part.gid }),
    });
  }

  #watch(running: Running): Promise<void> {
    const { part, child } = running;
    return new Promise((resolve, reject) => {
      let isReady = false;
      const fail = (why: string) => {
        if (!isReady) reject(new PartFailed(part.name, why, [...running.tail]));
      };
      const timer = setTimeout(() => fail("was not ready in time"), part.readyWithin ?? 60_000);
      const ready = () => {
        isReady = true;
        clearTimeout(timer);
        resolve();
      };
      for (const stream of [child.stdout, child.stderr]) {
        if (!stream) continue;
        createInterface({ input: stream }).on("line", (line) => {
          running.log.write(`${line}\n`);
          running.tail = [...running.tail.slice(1 - TAIL_LINES), line];
          if (!part.ready && line.startsWith('{"ready":true')) ready();
        });
      }
      part.ready?.(child).then(ready, (error: unknown) => fail(error instanceof Error ? error.message : String(error)));
      child.once("error", (error) => fail(`could not be started: ${error.message}`));
      child.once("exit", (code, signal) => {
        clearTimeout(timer);
        fail(`ended at once (${signal ?? `exit ${code}`})`);
        const isMissed = isReady && !this.#stopping && !running.held && running.child === child;
        if (isMissed && this.#revive) this.#restart(running, signal ?? `exit ${code}`);
      });
    });
  }

  #restart(running: Running, why: string): void {
    const now = Date.now();
    running.restarts = [...running.restarts.filter((at) => now - at < 60_000), now];
    if (running.restarts.length > RESTARTS_PER_MINUTE) {
      this.#onEvent(`${running.part.name} ended again (${why}) and stays down; see its log`);
      return;
    }
    const delay = Math.min(5_000, 100 * 2 ** (running.restarts.length - 1));
    this.#onEvent(`${running.part.name} ended (${why}); starting it again`);
    setTimeout(() => {
      if (this.#stopping || running.held) return;
      running.child = this.#spawn(running.part);
      this.#watch(running).catch((error: unknown) => {
        this.#onEvent(error instanceof Error ? error.message : String(error));
        // A part that could not come back yet (its port still held, a neighbour down) is tried again by the same rule.
        if (running.child.exitCode !== null || running.child.signalCode !== null) this.#restart(running, "not ready");
      });
    }, delay);
  }

  /** Sends a signal to one part; after SIGKILL resolves when it is gone. A part that dies of it comes back by the usual rule. */
  async kill(name: string, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const { child } = this.#find(name);
    if (hasEnded(child)) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill(signal);
    if (signal === "SIGKILL") await gone;
  }

  /** Ends one part, politely at first, and keeps it down until {@link resume}. */
  async hold(name: string): Promise<void> {
    const running = this.#find(name);
    running.held = true;
    await endProcess(running.child, STOP_WITHIN_MS);
  }

  /** Starts a part again, ending it first where it runs; resolves when it can serve. @throws PartFailed */
  async resume(name: string): Promise<void> {
    const running = this.#find(name);
    running.held = true;
    await endProcess(running.child, STOP_WITHIN_MS);
    running.held = false;
    running.child = this.#spawn(running.part);
    await this.#watch(running);
  }

  /** Ends one part for good. */
  async drop(name: string): Promise<void> {
    await this.hold(name);
    const [running] = this.#running.splice(this.#running.indexOf(this.#find(name)), 1);
    running?.log.end();
  }

  #find(name: string): Running {
    const running = this.#running.find(({ part }) => part.name === name);
    if (running === undefined)
      throw new Error(`there is no part ${name}; there are ${this.#running.map(({ part }) => part.name).join(", ")}`);
    return running;
  }

  /** Ends every part in reverse order of starting: first politely, after 15 s for good. */
  async stop(onStop: (name: string) => void = () => undefined): Promise<void> {
    this.#stopping = true;
    for (const running of [...this.#running].reverse()) {
      onStop(running.part.name);
      await endProcess(running.child, STOP_WITHIN_MS);
      running.log.end();
    }
    this.#running.length = 0;
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;

async function endProcess(child: ChildProcess, within: number): Promise<void> {
  if (hasEnded(child)) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), within);
  await gone;
  clearTimeout(timer);
}

/** A part gets what it needs to run on this machine and its own settings, and nothing else that the caller's shell happened to hold. */
function inherited(): Record<string, string> {
  const names = ["PATH", "HOME", "TZ", "LANG", "TMPDIR", "NODE_EXTRA_CA_CERTS", "SystemRoot"];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}
