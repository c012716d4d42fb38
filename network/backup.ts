/**
 * A peer's ledger as a copy: blocks, state, history and what it knows of installed contracts. Taken while the peer is down, since its databases
 * change together. A copy that is behind is no harm: the peer fetches what it missed from the orderers.
 */
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { NetworkError } from "./errors";
import type { PeerNode, Topology } from "./topology";

const ledgerOf = ({ folder }: PeerNode): string => join(folder, "ledger");
const copyIn = (folder: string, { name }: PeerNode): string => join(folder, name, "ledger");

/**
 * Copies a stopped peer's ledger into `<folder>/<peer>/ledger`; an earlier copy there is replaced when the new one is whole.
 * @throws NetworkError PORT_TAKEN while the peer runs
 */
export async function backUpPeer(topology: Topology, node: PeerNode, folder: string): Promise<string> {
  await refuseRunning(topology, node);
  const to = copyIn(folder, node);
  const next = `${to}.next`;
  rmSync(next, { recursive: true, force: true });
  mkdirSync(join(folder, node.name), { recursive: true, mode: 0o700 });
  cpSync(ledgerOf(node), next, { recursive: true, preserveTimestamps: true });
  rmSync(to, { recursive: true, force: true });
  renameSync(next, to);
  return to;
}

/**
 * Puts a copy back in the place of a stopped peer's ledger. Never the same copy at two peers of one identity at once.
 * @throws NetworkError PORT_TAKEN while the peer runs, NETWORK_DIFFERS when there is no copy
 */
export async function restorePeer(topology: Topology, node: PeerNode, folder: string): Promise<void> {
  await refuseRunning(topology, node);
  const from = copyIn(folder, node);
  if (!existsSync(from))
    throw new NetworkError("NETWORK_DIFFERS", `${folder} holds no copy of ${node.name}`, "name the folder that backup wrote");
  rmSync(ledgerOf(node), { recursive: true, force: true });
  cpSync(from, ledgerOf(node), { recursive: true, preserveTimestamps: true });
}

async function refuseRunning({ host }: Topology, { name, ports }: PeerNode): Promise<void> {
  const answer = await fetch(`http://${host}:${ports.operations}/healthz`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  if (answer === undefined) return;
  throw new NetworkError(
    "PORT_TAKEN",
    `${name} is running: its files change together only while it is down`,
    "stop it first (network:down)",
  );
}
