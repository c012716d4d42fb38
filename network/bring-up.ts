/** From files to a channel whose contract endorses. The caller runs the processes; this says which, in what order, and what is done between. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { FabricBinaries } from "./binaries";
import { joinOrderers, joinPeers, makeGenesis, untilOrdering } from "./channel";
import { untilEndorsing } from "./endorsing";
import { NetworkError } from "./errors";
import { Lifecycle } from "./lifecycle";
import { contractPackage } from "./package";
import { type NetworkPart, ordererParts, peerParts } from "./parts";
import { prepareNetwork } from "./prepare";
import { keepCode, type NetworkState, readState, writeState } from "./state";
import type { PeerOrganisation, Topology } from "./topology";

export interface Host {
  /** Starts processes and resolves when all of them can serve. */
  start(title: string, parts: readonly NetworkPart[]): Promise<void>;
  /** The organisation's contract process, which the caller knows how to run. */
  contract(organisation: PeerOrganisation, contract: ContractRun): NetworkPart;
  /** Tells the caller how long a step took. */
  timed(title: string, work: () => Promise<void>): Promise<void>;
}

/** One contract process. */
export interface ContractRun {
  readonly packageId: string;
  readonly address: string;
  /** Path of the bundle that it runs. */
  readonly code: string;
}

const FIRST = { version: "1", sequence: 1 } as const;
export const label = (topology: Topology, version: string): string => `${topology.chaincode}_${version}`;

/**
 * Brings the network up: makes it at the first call, goes on with it at later ones. What an earlier call left half made is removed first.
 * @param builder folder of the external builder's scripts
 * @param bundle the contract's code that a new network starts with; one that exists keeps its own until {@link changeContract}
 * @throws NetworkError and whatever the host throws; the caller then stops what runs and calls {@link discardHalfMade}
 */
export async function bringUp(
  topology: Topology,
  binaries: FabricBinaries,
  builder: string,
  bundle: string,
  host: Host,
): Promise<NetworkState> {
  const { before, newcomers, state } = planNetwork(topology, binaries, builder, bundle);
  const contracts = topology.organisations.map((organisation) => host.contract(organisation, contractRun(topology, state, organisation)));
  if (before === undefined) await makeGenesis(topology, binaries);
  const nodes = [...ordererParts(topology, binaries), ...peerParts(topology, binaries)];
  await host.start(`Fabric ${binaries.version}: orderers, peers, contracts`, [...nodes, ...contracts]);
  if (before === undefined) {
    await host.timed("channel: orderers and peers join", async () => {
      await joinOrderers(topology, binaries);
      await joinPeers(topology, binaries);
      await untilOrdering(topology, binaries);
    });
    await host.timed("contract: installed, approved, committed", () => define(topology, binaries, state));
  }
  if (newcomers.length > 0) {
    const names = newcomers.map(({ mspId }) => mspId).join(", ");
    await host.timed(`${names}: joins, everybody approves`, async () => {
      await joinPeers(topology, binaries);
      await define(topology, binaries, state);
    });
  }
  await host.timed("contract endorsed by every gateway", () => untilEndorsing(topology));
  if (before === undefined || newcomers.length > 0) writeState(topology, state);
  return state;
}

export interface Plan {
  /** Absent before the first start. */
  readonly before: NetworkState | undefined;
  readonly newcomers: readonly PeerOrganisation[];
  /** As it will be once the network endorses. */
  readonly state: NetworkState;
}

/** Writes what the programs read, and says what they will run. Starts nothing. @throws NetworkError NETWORK_DIFFERS */
export function planNetwork(
  topology: Topology,
  binaries: Pick<FabricBinaries, "version" | "major">,
  builder: string,
  bundle: string,
): Plan {
  discardHalfMade(topology);
  const before = readState(topology);
  if (before !== undefined) refuseOther(topology, binaries, before);
  prepareNetwork(topology, binaries, builder);
  const newcomers = before === undefined ? [] : topology.organisations.filter(({ mspId }) => before.contracts[mspId] === undefined);
  const state = before === undefined ? firstState(topology, binaries, bundle) : withNewcomers(topology, before, newcomers);
  return { before, newcomers, state };
}

/** What an organisation's contract process runs, and where. */
export const contractRun = (topology: Topology, state: NetworkState, organisation: PeerOrganisation): ContractRun => ({
  ...contractOf(state, organisation),
  code: join(topology.folder, state.code.file),
});

/** Removes what a failed first start left: a channel of which only some parts know cannot be mended, only made again. */
export function discardHalfMade(topology: Pick<Topology, "folder">): void {
  if (existsSync(topology.folder) && readState(topology) === undefined) rmSync(topology.folder, { recursive: true });
}

function firstState(topology: Topology, binaries: Pick<FabricBinaries, "version">, bundle: string): NetworkState {
  const code = keepCode(topology, bundle);
  const contracts = topology.organisations.map(({ mspId, contract: { address } }) => {
    const { id } = contractPackage(label(topology, FIRST.version), address, code.sha256);
    return [mspId, { packageId: id, address }] as const;
  });
  return { version: binaries.version, consensus: topology.consensus, definition: FIRST, code, contracts: Object.fromEntries(contracts) };
}

/** An organisation that the channel has admitted since: everybody approves the contract once more, by a policy that counts it in. */
function withNewcomers(topology: Topology, before: NetworkState, newcomers: readonly PeerOrganisation[]): NetworkState {
  if (newcomers.length === 0) return before;
  const { version, sequence } = before.definition;
  const added = newcomers.map(({ mspId, contract: { address } }) => {
    const { id } = contractPackage(label(topology, version), address, before.code.sha256);
    return [mspId, { packageId: id, address }] as const;
  });
  const contracts = { ...before.contracts, ...Object.fromEntries(added) };
  return { ...before, definition: { version, sequence: sequence + 1 }, contracts };
}

function contractOf(state: NetworkState, { mspId }: PeerOrganisation): NetworkState["contracts"][string] {
  const found = state.contracts[mspId];
  if (found !== undefined) return found;
  throw new NetworkError("NETWORK_DIFFERS", `the network in this folder has no organisation ${mspId}`, "use another data folder");
}

/** Every organisation installs its own package and approves the definition; then it is committed. */
export async function define(topology: Topology, binaries: FabricBinaries, { definition, contracts, code }: NetworkState): Promise<void> {
  const lifecycle = new Lifecycle(topology, binaries);
  await Promise.all(
    topology.organisations.map(async (organisation) => {
      const address = contracts[organisation.mspId]?.address ?? organisation.contract.address;
      const made = contractPackage(label(topology, definition.version), address, code.sha256);
      await lifecycle.install(organisation, made);
      await lifecycle.approve(organisation, definition, made.id);
    }),
  );
  await lifecycle.commit(definition);
}

/** A ledger that a newer release has written is not opened by an older one, and the kind of consensus is for life. */
function refuseOther(topology: Topology, binaries: Pick<FabricBinaries, "version" | "major">, before: NetworkState): void {
  const major = Number(before.version.split(".")[0]);
  if (major > binaries.major) {
    throw new NetworkError(
      "NETWORK_DIFFERS",
      `this network was made with Fabric ${before.version}, the binaries are ${binaries.version}`,
      `let FABRIC_BIN name Fabric ${before.version}, or use another data folder`,
    );
  }
  if (before.consensus !== topology.consensus) {
    throw new NetworkError(
      "NETWORK_DIFFERS",
      `this network orders by ${before.consensus}, not ${topology.consensus}`,
      "leave --consensus away, or use another data folder",
    );
  }
}
