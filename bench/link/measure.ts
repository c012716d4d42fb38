/** One scheme on one target: its client in a process of its own, every connection of it through forwarders. */
import { fork } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cpuSeconds } from "../cpu";
import { type Counted, type Forwarder, startForwarder } from "./forwarder";
import type { Target } from "./target";
import type { Chain, PeerAddress, Scheme, Stage, Task } from "./task";

export interface Row {
  readonly scheme: Scheme;
  readonly endorsers: number;
  /** Readings per transaction. */
  readonly readings: number;
  /** Whether connecting, and all that comes before a first transaction, is in it. */
  readonly setup: boolean;
  /** Bytes per transaction, from and to the device. */
  readonly sent: number;
  readonly received: number;
  /** Of the device's process, per transaction. */
  readonly cpuMs: number;
  /** Of the processes that serve it, per transaction, ms. */
  readonly servers: Readonly<Record<string, number>>;
}

export interface Measured {
  readonly rows: readonly Row[];
  readonly chain: Chain;
}

/** What is on its way when a stage ends has arrived after this, ms. */
const QUIET = 60;

export async function measure(
  target: Target,
  task: Pick<Task, "scheme" | "readings" | "warmUp" | "transactions" | "chain">,
): Promise<Measured> {
  const counted: Counted = { sent: 0, received: 0 };
  const forwarders: Forwarder[] = [];
  const forward = async (address: string): Promise<string> => {
    const forwarder = await startForwarder(address, counted);
    forwarders.push(forwarder);
    return `127.0.0.1:${forwarder.port}`;
  };
  const { common } = target;
  const through = async (peer: PeerAddress): Promise<PeerAddress> => ({ ...peer, address: await forward(peer.address) });
  const broker = await forward(new URL(common.mqtt.url).host);
  const full: Task = {
    ...common,
    ...task,
    mqtt: { ...common.mqtt, url: `mqtts://${broker}` },
    peers: await Promise.all(common.peers.map(through)),
    ...(common.orderer === undefined ? {} : { orderer: await through(common.orderer) }),
  };
  try {
    return await run(target, full, counted);
  } finally {
    for (const forwarder of forwarders) await forwarder.close();
  }
}

async function run(target: Target, task: Task, counted: Counted): Promise<Measured> {
  const child = fork(join(process.cwd(), "dist/bench-link-client.mjs"), { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const ended = new Promise<never>((_, reject) => {
    child.once("exit", (code) => reject(new Error(`the ${task.scheme} client ended with ${code}`)));
  });
  // Nobody waits for it once the last stage is there.
  ended.catch(() => undefined);
  const stage = (message: Task | "go") => {
    const next = new Promise<Stage>((resolve) => child.once("message", (reached) => resolve(reached as Stage)));
    child.send(message);
    return Promise.race([next, ended]);
  };
  try {
    const first = await stage(task);
    await sleep(QUIET);
    const setup = { ...counted };
    const warm = await stage("go");
    await sleep(QUIET);
    const [before, servers] = [{ ...counted }, serverTimes(target)];
    const done = await stage("go");
    await sleep(QUIET);
    const each = (value: number) => Math.round((value / task.transactions) * 100) / 100;
    const row = { scheme: task.scheme, endorsers: task.endorsements, readings: task.readings };
    const used = serverTimes(target);
    const spent = Object.fromEntries(Object.entries(used).map(([name, ms]) => [name, each(ms - (servers[name] ?? 0))]));
    return {
      chain: done.chain,
      rows: [
        { ...row, setup: true, sent: setup.sent, received: setup.received, cpuMs: Math.round(first.cpuMs * 100) / 100, servers: {} },
        {
          ...row,
          setup: false,
          sent: Math.round(each(counted.sent - before.sent)),
          received: Math.round(each(counted.received - before.received)),
          cpuMs: each(done.cpuMs - warm.cpuMs),
          servers: spent,
        },
      ],
    };
  } finally {
    child.removeAllListeners("exit");
    if (child.connected) child.send("go");
    const gone = new Promise((resolve) => child.once("exit", resolve));
    if (child.exitCode === null) await Promise.race([gone, sleep(5_000)]);
    child.kill("SIGKILL");
  }
}

/** ms by process; where /proc is not to be had there are none. */
function serverTimes(target: Target): Record<string, number> {
  const times = Object.entries(target.pids()).map(([name, pid]) => [name, cpuSeconds(pid)] as const);
  return Object.fromEntries(times.flatMap(([name, seconds]) => (seconds === undefined ? [] : [[name, seconds * 1000]])));
}
