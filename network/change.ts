/**
 * Exchanges the contract on a running network: the new processes stand beside the old ones until the channel has changed over, so that no
 * transaction finds nobody to ask. A roll-back is the same with the code that was in force before: a sequence number never falls.
 */
import { join } from "node:path";
import type { FabricBinaries } from "./binaries";
import { define, type Host, label } from "./bring-up";
import { untilEndorsing } from "./endorsing";
import { NetworkError } from "./errors";
import { contractPackage } from "./package";
import { type ContractCode, keepCode, type NetworkState, readState, writeState } from "./state";
import type { PeerOrganisation, Topology } from "./topology";

export interface ChangeHost extends Host {
  /** Ends processes politely: each answers what it was asked before. */
  stop(title: string, names: readonly string[]): Promise<void>;
}

export interface ContractChange {
  /** Path of the new bundle. */
  readonly bundle: string;
  /** Signature policy from now on; absent = as before. */
  readonly policy?: string;
}

/** @throws NetworkError NETWORK_DIFFERS when there is nothing to change; any other failure leaves the contract in force as it was */
export async function changeContract(
  topology: Topology,
  binaries: FabricBinaries,
  host: ChangeHost,
  change: ContractChange,
): Promise<NetworkState> {
  const before = stateOf(topology);
  const code = keepCode(topology, change.bundle);
  const policy = change.policy ?? before.definition.policy;
  if (code.sha256 === before.code.sha256 && policy === before.definition.policy) {
    throw new NetworkError("NETWORK_DIFFERS", "this code is in force already", "build the new contract first, or name its bundle");
  }
  return changeOver(topology, binaries, host, before, { code, ...(policy === undefined ? {} : { policy }) });
}

/** Goes back to the code and the policy before the last change. @throws NetworkError NETWORK_DIFFERS when there was none */
export async function rollBackContract(topology: Topology, binaries: FabricBinaries, host: ChangeHost): Promise<NetworkState> {
  const before = stateOf(topology);
  if (before.previous === undefined) {
    throw new NetworkError("NETWORK_DIFFERS", "the contract has not been changed yet", "there is nothing to go back to");
  }
  const { code, definition } = before.previous;
  return changeOver(topology, binaries, host, before, { code, ...(definition.policy === undefined ? {} : { policy: definition.policy }) });
}

async function changeOver(
  topology: Topology,
  binaries: FabricBinaries,
  host: ChangeHost,
  before: NetworkState,
  { code, policy }: { code: ContractCode; policy?: string },
): Promise<NetworkState> {
  const next = nextState(topology, before, code, policy);
  const partsOf = (state: NetworkState) =>
    topology.organisations.map((organisation) =>
      host.contract(organisation, { ...runOf(state, organisation), code: join(topology.folder, state.code.file) }),
    );
  const [old, fresh] = [partsOf(before), partsOf(next)];
  const title = `contract version ${next.definition.version}`;
  try {
    await host.start(`${title}: its processes beside the old ones`, fresh);
    await host.timed(`${title}: installed, approved, committed`, () => define(topology, binaries, next));
  } catch (error) {
    await host.stop(
      `${title} is given up`,
      fresh.map(({ name }) => name),
    );
    throw error;
  }
  writeState(topology, next);
  await host.timed(`${title}: endorsed by every gateway`, () => untilEndorsing(topology));
  await host.stop(
    `contract version ${before.definition.version}: its processes`,
    old.map(({ name }) => name),
  );
  return next;
}

function nextState(topology: Topology, before: NetworkState, code: ContractCode, policy: string | undefined): NetworkState {
  const sequence = before.definition.sequence + 1;
  const version = String(sequence);
  const contracts = topology.organisations.map(({ mspId, contract }) => {
    const address = before.contracts[mspId]?.address === contract.address ? contract.otherAddress : contract.address;
    return [mspId, { address, packageId: contractPackage(label(topology, version), address, code.sha256).id }] as const;
  });
  return {
    ...before,
    definition: { version, sequence, ...(policy === undefined ? {} : { policy }) },
    code,
    contracts: Object.fromEntries(contracts),
    previous: { definition: before.definition, code: before.code },
  };
}

function stateOf(topology: Topology): NetworkState {
  const state = readState(topology);
  if (state !== undefined) return state;
  throw new NetworkError("NETWORK_DIFFERS", "there is no network yet", "bring it up first");
}

function runOf({ contracts }: NetworkState, { mspId }: PeerOrganisation): NetworkState["contracts"][string] {
  const found = contracts[mspId];
  if (found !== undefined) return found;
  throw new NetworkError("NETWORK_DIFFERS", `the network has no organisation ${mspId}`, "use the topology that it was made with");
}
