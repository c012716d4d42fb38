/**
 * A peer without a ledger: it joins again, fetches every block, and its organisation says anew which package it runs. What an organisation approved
 * stands in the channel as a hash; the content is private data of its own peers, and a peer that comes from nothing has it from nobody.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Administrator } from "./administrator";
import type { FabricBinaries } from "./binaries";
import { define, label } from "./bring-up";
import { joinPeers } from "./channel";
import { untilEndorsing } from "./endorsing";
import { NetworkError } from "./errors";
import { Lifecycle } from "./lifecycle";
import { contractPackage } from "./package";
import { type NetworkState, readState, writeState } from "./state";
import type { PeerNode, PeerOrganisation, Topology } from "./topology";

const POLL_MS = 500;

/** Blocks that a peer has. @throws NetworkError COMMAND_FAILED when it does not answer or is not on the channel */
export async function heightOf(
  topology: Topology,
  binaries: FabricBinaries,
  organisation: PeerOrganisation,
  node: PeerNode,
): Promise<number> {
  const administrator = new Administrator(topology, binaries, organisation);
  const { stdout } = await administrator.peer(["channel", "getinfo", "-c", topology.channel], node);
  return (JSON.parse(/\{.*\}/.exec(stdout)?.[0] ?? "{}") as { height?: number }).height ?? 0;
}

/** How long another peer of the organisation may take to hand over what it approved. */
const HANDED_OVER_MS = 15_000;

/**
 * Lets the organisation's running peers, of which some or all come without a ledger, take part again; resolves when its gateways get endorsements.
 * Where a peer of the organisation still has the approval the others get it from there. Where none has it, that approval cannot be repeated: a peer
 * refuses to overwrite private data of which it has the hash alone. So everybody approves the same contract once more, at the next sequence.
 * @param withinMs for fetching the blocks: a peer waits at each block that holds an approval of its own organisation (`pvtData.pullRetryThreshold`)
 * @returns what is in force afterwards
 * @throws NetworkError
 */
export async function remakePeers(
  topology: Topology,
  binaries: FabricBinaries,
  organisation: PeerOrganisation,
  withinMs: number,
): Promise<NetworkState> {
  const state = readState(topology);
  const approved = state?.contracts[organisation.mspId];
  if (state === undefined || approved === undefined) {
    throw new NetworkError("NETWORK_DIFFERS", `${organisation.mspId} has approved no contract here`, "let it join first");
  }
  const alone = { ...topology, organisations: [organisation] };
  await joinPeers(alone, binaries);
  await untilCaughtUp(topology, binaries, organisation, Date.now() + withinMs);
  const made = contractPackage(label(topology, state.definition.version), approved.address, state.code.sha256);
  await new Lifecycle(topology, binaries).install(organisation, made);
  if (organisation.peers.length > 1 && (await isEndorsing(alone))) return state;
  const next = { ...state, definition: { ...state.definition, sequence: state.definition.sequence + 1 } };
  await define(topology, binaries, next);
  writeState(topology, next);
  await untilEndorsing(alone);
  return next;
}

const isEndorsing = (topology: Topology): Promise<boolean> =>
  untilEndorsing(topology, HANDED_OVER_MS).then(
    () => true,
    () => false,
  );

async function untilCaughtUp(topology: Topology, binaries: FabricBinaries, organisation: PeerOrganisation, end: number): Promise<void> {
  const others = topology.organisations.filter(({ mspId }) => mspId !== organisation.mspId);
  const heights = others.flatMap((each) => each.peers.map((node) => heightOf(topology, binaries, each, node)));
  const goal = Math.max(...(await Promise.all(heights)));
  for (const node of organisation.peers) {
    while ((await heightOf(topology, binaries, organisation, node)) < goal) {
      if (Date.now() > end) {
        throw new NetworkError("PEER_UNREACHABLE", `${node.name} has not fetched ${goal} blocks in time`, "read its log; ask again later");
      }
      await sleep(POLL_MS);
    }
  }
}
