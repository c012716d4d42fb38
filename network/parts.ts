/** The network's own processes, in the shape that a supervisor starts. */
import { setTimeout as sleep } from "node:timers/promises";
import type { FabricBinaries } from "./binaries";
import { CONTRACT_TLS_VARIABLE } from "./config/peer";
import { contractTlsFolder } from "./prepare";
import type { Topology } from "./topology";

export interface NetworkPart {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly ready: () => Promise<void>;
}

/** Fabric writes a line for every block and gossip change at its usual level. */
export const LOGGING = { FABRIC_LOGGING_SPEC: "warning" };

/** Where each node tells that it is well, and what time it is there. */
export const healthAddresses = ({ organisations, orderers, host }: Topology): { name: string; health: string }[] =>
  [...orderers.flatMap(({ nodes }) => nodes), ...organisations.flatMap(({ peers }) => peers)].map(({ name, ports }) => ({
    name,
    health: healthAt(host, ports.operations),
  }));

const healthAt = (host: string, port: number): string => `http://${host}:${port}/healthz`;

export const ordererParts = ({ orderers, host }: Topology, binaries: FabricBinaries): NetworkPart[] =>
  orderers.flatMap(({ nodes }) =>
    nodes.map((node) => ({
      name: node.name,
      command: binaries.path("orderer"),
      args: [],
      env: { ...LOGGING, FABRIC_CFG_PATH: node.folder },
      ready: () => untilHealthy(healthAt(host, node.ports.operations)),
    })),
  );

export const peerParts = ({ organisations, host }: Topology, binaries: FabricBinaries): NetworkPart[] =>
  organisations.flatMap(({ peers }) =>
    peers.map((node) => ({
      name: node.name,
      command: binaries.path("peer"),
      args: ["node", "start"],
      env: { ...LOGGING, FABRIC_CFG_PATH: node.folder, [CONTRACT_TLS_VARIABLE]: contractTlsFolder(node) },
      ready: () => untilHealthy(healthAt(host, node.ports.operations)),
    })),
  );

/** Waits without end: whoever starts the process decides how long it may take. */
async function untilHealthy(address: string): Promise<void> {
  for (;;) {
    const answer = await fetch(address, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(50);
  }
}
