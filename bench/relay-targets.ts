/** Ledgers to measure the relay on: real Fabric where its binaries are found, else the embedded one. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readNetwork } from "../lib/fabric/network";
import { freeBasePort, startFabricNetwork } from "../start/fabric/network";
import type { Stack } from "../start/stack";
import { benchRelay, RELAY_BENCH, type RelayBenchOptions, type RelayBenchResult } from "./relay";
import { identities } from "./relay-sides";

type Said = RelayBenchResult & { readonly ledger: string; readonly blockTimeoutMs?: number };

const most = ({ levels }: RelayBenchOptions): number => Math.max(...levels.map(({ inFlight }) => inFlight));

/** @param release `2.5` or `3.1`, where FABRIC_BIN names several folders; the newest when absent */
export async function benchRelayOnFabric(
  say: (text: string) => void,
  { release, blockTimeoutMs = 500, options = RELAY_BENCH }: { release?: string; blockTimeoutMs?: number; options?: RelayBenchOptions },
): Promise<Said> {
  const data = mkdtempSync(join(tmpdir(), "winterseal-bench-fabric-"));
  const bin = release === undefined ? {} : { bin: release };
  const fabric = await startFabricNetwork({ data, basePort: await freeBasePort(), blockTimeoutMs, say, ...bin });
  try {
    const { layout, processes, networkFile } = fabric;
    const people = await identities(layout.organisation("authority"), layout.people, most(options));
    const pids = Object.fromEntries(processes.names().map((name) => [name, processes.pid(name)]));
    const result = await benchRelay({ network: await readNetwork(networkFile), people, pids, say }, options);
    return { ledger: `Fabric ${fabric.release}`, blockTimeoutMs, ...result };
  } finally {
    await fabric.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

export async function benchRelayOnStack(
  stack: Stack,
  say: (text: string) => void,
  options: RelayBenchOptions = RELAY_BENCH,
): Promise<Said> {
  const { layout } = stack.context;
  const people = await identities(layout.organisation("authority"), layout.people, most(options));
  const pids = Object.fromEntries(Object.entries(stack.pids()).filter(([name]) => /^(ledger|contract-)/.test(name)));
  const result = await benchRelay({ network: await readNetwork(layout.network), people, pids, say }, options);
  return { ledger: "embedded", ...result };
}
