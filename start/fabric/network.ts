/** A whole Fabric network on this machine, for the command line and for tests. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { chooseBinaries, type FabricBinaries } from "../../network/binaries";
import { bringUp, type ContractRun, discardHalfMade, type Host } from "../../network/bring-up";
import { type ChangeHost, type ContractChange, changeContract, rollBackContract } from "../../network/change";
import type { NetworkPart } from "../../network/parts";
import { type NetworkState, readState } from "../../network/state";
import type { Consensus, PeerOrganisation, Topology } from "../../network/topology";
import { type Layout, layoutOf } from "../layout";
import { FREE_ROWS, isTaken } from "../ports";
import { claim, record, release } from "../running";
import { Supervisor } from "../supervisor";
import { checkFabric } from "./check";
import { type FabricShape, fabricMaterial, fabricNetworkJson, joinedOrganisations, writeNetworkJson } from "./material";
import { contractName, FABRIC_PORTS } from "./ports";

export interface FabricNetworkOptions {
  /** Folder of the project: its dist/ holds the contract process. */
  readonly root?: string;
  readonly data: string;
  /** All ports follow it: base to base + 79. */
  readonly basePort: number;
  /** Binaries, or the release wanted of those that FABRIC_BIN lists (`2.5`, `3.1`); the newest otherwise. */
  readonly bin?: FabricBinaries | string;
  /** `etcdraft` with three ordering nodes, or `bft` with four (3.x only). */
  readonly consensus?: Consensus;
  /** Per organisation. */
  readonly peers?: number;
  /** Longest wait for a lone transaction, ms (250). */
  readonly blockTimeoutMs?: number;
  /** Settings of every contract process, e.g. WINTERSEAL_WINDOW_MS. */
  readonly contractEnv?: Readonly<Record<string, string>>;
  /** Whether a killed process comes back by itself; in tests it does not. */
  readonly revive?: boolean;
  readonly say?: (text: string) => void;
}

/** Processes by name: `orderer.authority`, `peer0.shipper`, `contract-recipient`, … */
export interface Processes {
  names(): string[];
  /** @throws Error when there is none of that name or it is down */
  pid(name: string): number;
  /** SIGKILL unless said otherwise, and then resolves when the process is gone. SIGSTOP makes it slow, SIGCONT well again. */
  kill(name: string, signal?: NodeJS.Signals): Promise<void>;
  /** Ends it politely and keeps it down. */
  stop(name: string): Promise<void>;
  /** Starts it again, ending it first where it runs; resolves when it serves. */
  restart(name: string): Promise<void>;
}

export interface FabricNetwork {
  /** Path of network.json. */
  readonly networkFile: string;
  /** Version of the binaries: `3.1.5`. */
  readonly release: string;
  readonly binaries: FabricBinaries;
  readonly layout: Layout;
  readonly topology: Topology;
  /** Contract definition in force, package ids, addresses of contract processes. */
  state(): NetworkState;
  /** Exchanges the contract for the one that is built now (or another bundle, or another policy) without a pause. */
  changeContract(change?: Partial<ContractChange>): Promise<NetworkState>;
  /** Back to the code and policy before the last change, under a new sequence number. */
  rollBackContract(): Promise<NetworkState>;
  readonly processes: Processes;
  /** Ends everything; the data folder stays, and the next start goes on with it. */
  stop(): Promise<void>;
}

export const builderFolder = (root: string): string => join(root, "network", "builder");

/** The contract's code as built here. */
export const bundleFile = (root: string): string => join(root, "dist", "chaincode.cjs");

/** The organisation's own contract process, mutual TLS included. */
export const contractPart = (
  root: string,
  { id, contract, tlsRoot }: PeerOrganisation,
  { packageId, address, code }: ContractRun,
  env: Readonly<Record<string, string>> = {},
): Omit<NetworkPart, "ready"> => ({
  name: contractName(id, address === contract.address ? 0 : 1),
  command: process.execPath,
  args: ["--max-semi-space-size=32", code],
  env: {
    NODE_ENV: "production",
    // The bundle's packages stay where they are installed, wherever the bundle itself is kept.
    NODE_PATH: join(root, "node_modules"),
    CHAINCODE_SERVER_ADDRESS: address,
    CHAINCODE_ID: packageId,
    CHAINCODE_TLS_CERT: contract.tls.certificate,
    CHAINCODE_TLS_KEY: contract.tls.privateKey,
    CHAINCODE_CLIENT_CA_CERT: tlsRoot,
    ...env,
  },
});

/**
 * Brings a network up, or goes on with the one in the data folder. Resolves when every peer's gateway gets endorsements.
 * @throws NetworkError, PartFailed, AlreadyRunning; then nothing runs and nothing half made is left
 */
export async function startFabricNetwork(options: FabricNetworkOptions): Promise<FabricNetwork> {
  const { root = process.cwd(), data, say = () => undefined } = options;
  const binaries = typeof options.bin === "object" ? options.bin : chooseBinaries(options.bin);
  const layout = layoutOf(data);
  mkdirSync(layout.data, { recursive: true });
  await claim(layout.running);
  const findings = await checkFabric({ ...options, bin: binaries });
  if (findings[0] !== undefined) {
    release(layout.running);
    throw findings[0];
  }
  const supervisor = new Supervisor(layout.logs, say, options.revive ?? false);
  const track = () => record(layout.running, marksOf(supervisor.pids()));
  const timed: Host["timed"] = async (title, work) => {
    const begun = Date.now();
    await work();
    say(`  ${title.padEnd(48)} ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  };
  const host: ChangeHost = {
    timed,
    start: (title, parts) =>
      timed(title, async () => {
        await Promise.all(parts.map((part) => supervisor.start(part))).finally(track);
      }),
    contract: (organisation, contract) => contractPart(root, organisation, contract, options.contractEnv) as NetworkPart,
    stop: (title, names) =>
      timed(title, async () => {
        await Promise.all(names.map((name) => supervisor.drop(name))).finally(track);
      }),
  };
  try {
    const shape = shapeOf(options);
    const topology = await fabricMaterial(layout, shape);
    const state = await bringUp(topology, binaries, builderFolder(root), bundleFile(root), host);
    writeNetworkJson(layout, fabricNetworkJson(topology, joinedOrganisations(layout)));
    return {
      networkFile: layout.network,
      release: binaries.version,
      binaries,
      layout,
      topology,
      state: () => readState(topology) ?? state,
      changeContract: (change) => changeContract(topology, binaries, host, { bundle: bundleFile(root), ...change }),
      rollBackContract: () => rollBackContract(topology, binaries, host),
      processes: processesOf(supervisor, track),
      stop: async () => {
        await supervisor.stop((name) => say(`  stopping ${name}`));
        release(layout.running);
      },
    };
  } catch (error) {
    await supervisor.stop();
    discardHalfMade({ folder: layout.fabric });
    release(layout.running);
    throw error;
  }
}

const shapeOf = ({ basePort, consensus = "etcdraft", peers = 1, blockTimeoutMs }: FabricNetworkOptions): FabricShape => ({
  basePort,
  consensus,
  peers,
  ...(blockTimeoutMs === undefined ? {} : { blockTimeoutMs }),
});

/** Stretches of command lines by which a leftover of a killed supervisor is recognised as ours. */
const marksOf = (pids: Record<string, number>): Record<number, string> =>
  Object.fromEntries(Object.entries(pids).map(([name, pid]) => [pid, markOf(name)]));
export function markOf(name: string): string {
  if (name.startsWith("contract")) return "chaincode.cjs";
  return name.startsWith("orderer") ? "orderer" : "peer node start";
}

function processesOf(supervisor: Supervisor, track: () => void): Processes {
  return {
    names: () => Object.keys(supervisor.pids()),
    pid(name) {
      const pid = supervisor.pids()[name];
      if (pid === undefined) throw new Error(`there is no process ${name}`);
      return pid;
    },
    kill: (name, signal) => supervisor.kill(name, signal),
    stop: async (name) => {
      await supervisor.hold(name);
      track();
    },
    restart: async (name) => {
      await supervisor.resume(name);
      track();
    },
  };
}

/** A base from which on all of a network's ports are free right now, for tests. */
export async function freeBasePort(): Promise<number> {
  for (;;) {
    const base = FREE_ROWS.from + Math.floor((Math.random() * (FREE_ROWS.to - FREE_ROWS.from)) / 100) * 100;
    const taken = await Promise.all(Array.from({ length: FABRIC_PORTS }, (_, offset) => isTaken(base + offset)));
    if (!taken.includes(true)) return base;
  }
}

/** Whether the data folder holds a Fabric network. */
export const holdsFabric = (layout: Layout): boolean => existsSync(layout.fabric);
