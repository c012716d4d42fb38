/** The network in containers: the same bring-up, whose processes a container engine runs by the Compose file that is written here. */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { FabricBinaries } from "../../network/binaries";
import { bringUp, type ContractRun, contractRun, discardHalfMade, planNetwork } from "../../network/bring-up";
import type { ChangeHost } from "../../network/change";
import {
  bind,
  CONFINED,
  composeFile,
  isListening,
  ledgerFolder,
  mountOf,
  nodeServices,
  published,
  type Service,
} from "../../network/compose/document";
import { NODE_IMAGE } from "../../network/compose/images";
import { NetworkError } from "../../network/errors";
import type { NetworkPart } from "../../network/parts";
import type { NetworkState } from "../../network/state";
import { type PeerOrganisation, seenByProcesses, type Topology } from "../../network/topology";
import { type Layout, ORGANISATIONS, writeWhole } from "../layout";
import { type FabricShape, fabricMaterial, fabricNetworkJson, INSIDE, joinedOrganisations, writeNetworkJson } from "./material";
import { builderFolder, bundleFile } from "./network";
import { servicePorts } from "./ports";

/** What runs a Compose file. */
export interface ContainerEngine {
  /** Starts these services, or brings them up to date; resolves when all are healthy. */
  up(file: string, services: readonly string[]): Promise<void>;
  /** Ends these services politely and forgets their containers. */
  remove(file: string, services: readonly string[]): Promise<void>;
  /** Ends all of them. */
  down(file: string): Promise<void>;
}

const UP_WITHIN_S = 120;

/** @throws NetworkError BINARIES_MISSING where `docker compose` is none that can wait until services are healthy */
export function refuseWithoutCompose(): void {
  const { status, stdout } = spawnSync("docker", ["compose", "version", "--short"], { encoding: "utf8" });
  if (status === 0 && !/^v?1\./.test(stdout)) return;
  throw new NetworkError(
    "BINARIES_MISSING",
    "docker compose, version 2, was not found",
    "install Docker and its Compose plugin, or leave --compose away: the processes then run without containers",
  );
}

/** The Docker engine, by `docker compose` (version 2). @throws NetworkError COMMAND_FAILED with its last words */
export const dockerEngine = (): ContainerEngine => ({
  up: (file, services) => compose(file, ["up", "--detach", "--wait", "--wait-timeout", String(UP_WITHIN_S), ...services]),
  remove: (file, services) => compose(file, ["rm", "--stop", "--force", ...services]),
  down: (file) => compose(file, ["down"]),
});

async function compose(file: string, args: readonly string[]): Promise<void> {
  const child = spawn("docker", ["compose", "--file", file, ...args], { stdio: ["ignore", "inherit", "pipe"] });
  let words = "";
  child.stderr.on("data", (chunk: Buffer) => {
    words += chunk.toString();
  });
  const outcome = await new Promise<number | string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(code ?? signal ?? 0));
  });
  if (outcome === 0) return;
  const tail = words.trim().split("\n").slice(-6).join("\n  ");
  throw new NetworkError(
    "COMMAND_FAILED",
    `docker compose ${args[0]} ended with ${outcome}\n  ${tail}`,
    `read its words above, and docker compose --file ${file} logs`,
  );
}

export interface ContainersOptions {
  /** Folder of the project: its dist/ and node_modules/ are what contract processes run. */
  readonly root: string;
  readonly layout: Layout;
  readonly shape: Omit<FabricShape, "containers">;
  readonly say: (text: string) => void;
}

/** Where containers of ours see the project. */
const PROJECT = "/opt/winterseal";
const user = (): string => `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
export const composeFileOf = ({ data }: Layout): string => join(data, "compose.yaml");

/** A network's processes as containers, in the shape that bring-up and change of the contract work with. */
export class ContainerHost implements ChangeHost {
  readonly #options: ContainersOptions;
  readonly #topology: Topology;
  readonly #major: number;
  readonly #engine: ContainerEngine;
  /** Contract processes by the name of their service. */
  readonly #contracts = new Map<string, Service>();

  constructor(options: ContainersOptions, topology: Topology, major: number, engine: ContainerEngine) {
    this.#options = options;
    this.#topology = topology;
    this.#major = major;
    this.#engine = engine;
  }

  contract(organisation: PeerOrganisation, run: ContractRun): NetworkPart {
    const [name = ""] = run.address.split(":");
    this.#contracts.set(name, contractService(this.#options.root, this.#topology, organisation, run));
    return { name, command: "", args: [], env: {}, ready: async () => undefined };
  }

  async start(title: string, parts: readonly NetworkPart[]): Promise<void> {
    this.write();
    const names = parts.map(({ name }) => name);
    await this.timed(title, () => this.#engine.up(composeFileOf(this.#options.layout), names));
  }

  async stop(title: string, names: readonly string[]): Promise<void> {
    await this.timed(title, () => this.#engine.remove(composeFileOf(this.#options.layout), names));
    for (const name of names) this.#contracts.delete(name);
    this.write();
  }

  async timed(title: string, work: () => Promise<void>): Promise<void> {
    const begun = Date.now();
    await work();
    this.#options.say(`  ${title.padEnd(48)} ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  }

  /** Starts the founders' own services, which read `network.json`. */
  services(): Promise<void> {
    const names = Object.keys(organisationServices(this.#options, this.#topology));
    return this.timed("certificate authorities and signers", () => this.#engine.up(composeFileOf(this.#options.layout), names));
  }

  /** Writes the Compose file of everything that may run now. Every JSON document is a YAML document. */
  write(): void {
    const { layout, shape } = this.#options;
    const nodes = [...this.#topology.organisations.flatMap(({ peers }) => peers), ...this.#topology.orderers.flatMap(({ nodes }) => nodes)];
    // Mounted on its own within a folder that is read only: it must be there.
    for (const node of nodes) mkdirSync(ledgerFolder(node), { recursive: true, mode: 0o700 });
    const services = {
      ...nodeServices(this.#topology, this.#major, user()),
      ...Object.fromEntries(this.#contracts),
      ...organisationServices(this.#options, this.#topology),
    };
    writeWhole(composeFileOf(layout), `${JSON.stringify(composeFile(`winterseal-${shape.basePort}`, services), null, 2)}\n`);
  }
}

/** The organisation's own contract process: its key, its peers' root and the code that all approved. */
function contractService(root: string, topology: Topology, { contract, tlsRoot }: PeerOrganisation, run: ContractRun): Service {
  const seen = (path: string) => seenByProcesses(topology, path);
  const port = Number(run.address.split(":")[1]);
  return {
    image: NODE_IMAGE,
    command: ["node", "--max-semi-space-size=32", seen(run.code)],
    environment: {
      NODE_ENV: "production",
      NODE_PATH: `${PROJECT}/node_modules`,
      CHAINCODE_SERVER_ADDRESS: `${topology.listen}:${port}`,
      CHAINCODE_ID: run.packageId,
      CHAINCODE_TLS_CERT: seen(contract.tls.certificate),
      CHAINCODE_TLS_KEY: seen(contract.tls.privateKey),
      CHAINCODE_CLIENT_CA_CERT: seen(tlsRoot),
    },
    volumes: [
      mountOf(topology, dirname(run.code)),
      mountOf(topology, dirname(contract.tls.certificate)),
      mountOf(topology, dirname(tlsRoot)),
      bind(join(root, "node_modules"), `${PROJECT}/node_modules`),
    ],
    healthcheck: isListening(port),
    user: user(),
    ...CONFINED,
  };
}

/** A setting that whoever runs the file may give by the environment. */
const variable = (name: string, otherwise: string): string => `$\{${name}:-${otherwise}}`;

/** Certificate authority and signer of each founding organisation; who joined later runs its own elsewhere. */
function organisationServices({ root, layout, shape }: ContainersOptions, topology: Topology): Record<string, Service> {
  return Object.fromEntries(
    ORGANISATIONS.map(({ id }, index) => {
      const { ca, signer } = servicePorts(shape.basePort, index);
      const folder = layout.organisation(id);
      const service: Service = {
        image: NODE_IMAGE,
        command: ["node", `${PROJECT}/dist/organisation.mjs`, "serve", "--dir", seenByProcesses(topology, folder)],
        environment: {
          NODE_ENV: "production",
          WINTERSEAL_HOST: topology.listen,
          WINTERSEAL_CA_PORT: String(ca),
          WINTERSEAL_SIGNER_PORT: String(signer),
          WINTERSEAL_ORIGIN: variable("WINTERSEAL_ORIGIN", "http://localhost:4100"),
          // The proxy runs beside the engine; WINTERSEAL_RELAY_HOST lets it listen where containers reach it.
          WINTERSEAL_RELAY: variable("WINTERSEAL_RELAY", "http://host.docker.internal:4170"),
          WINTERSEAL_NETWORK: `${INSIDE}/${basename(layout.network)}`,
          WINTERSEAL_SIGNER_PAGE: `${PROJECT}/dist/signer`,
        },
        volumes: [
          // Root key and records, and none of the organisation's other keys.
          mountOf(topology, join(folder, "ca"), true),
          mountOf(topology, layout.network),
          mountOf(topology, join(layout.data, "network")),
          bind(join(root, "dist"), `${PROJECT}/dist`),
          bind(join(root, "node_modules"), `${PROJECT}/node_modules`),
        ],
        ports: published(topology, [ca, signer]),
        extra_hosts: ["host.docker.internal:host-gateway"],
        healthcheck: isListening(ca),
        user: user(),
        ...CONFINED,
      };
      return [`ca.${id}`, service] as const;
    }),
  );
}

export const materialOf = ({ layout, shape }: ContainersOptions): Promise<Topology> =>
  fabricMaterial(layout, { ...shape, containers: true });

/** `network.json`, with the addresses under which people reach their organisation's services on this machine. */
function writeNetwork({ layout, shape }: ContainersOptions, topology: Topology): void {
  const services = (id: string) => {
    const { ca, signer } = servicePorts(
      shape.basePort,
      ORGANISATIONS.findIndex((organisation) => organisation.id === id),
    );
    return { ca: `http://localhost:${ca}`, signer: `http://localhost:${signer}` };
  };
  writeNetworkJson(layout, fabricNetworkJson(topology, joinedOrganisations(layout), services));
}

/**
 * Writes everything that a first `up` needs but the channel's genesis block, the Compose file too; starts nothing and asks no engine.
 * @returns path of the Compose file
 */
export async function writeContainers(options: ContainersOptions, binaries: Pick<FabricBinaries, "version" | "major">): Promise<string> {
  const topology = await materialOf(options);
  const { root, layout } = options;
  const { state } = planNetwork(topology, binaries, builderFolder(root), bundleFile(root));
  const host = new ContainerHost(options, topology, binaries.major, dockerEngine());
  for (const organisation of topology.organisations) host.contract(organisation, contractRun(topology, state, organisation));
  host.write();
  writeNetwork(options, topology);
  return composeFileOf(layout);
}

/**
 * Brings the network up in containers, or goes on with the one in the data folder.
 * @param binaries the programs of this machine, with which administrators work; the nodes themselves come from images of the same release
 * @throws NetworkError; a first start that fails leaves nothing half made
 */
export async function upContainers(
  options: ContainersOptions,
  binaries: FabricBinaries,
  engine: ContainerEngine,
): Promise<{ topology: Topology; state: NetworkState; host: ContainerHost }> {
  const { root, layout } = options;
  const topology = await materialOf(options);
  const host = new ContainerHost(options, topology, binaries.major, engine);
  try {
    const state = await bringUp(topology, binaries, builderFolder(root), bundleFile(root), host);
    writeNetwork(options, topology);
    await host.services();
    return { topology, state, host };
  } catch (error) {
    await engine.down(composeFileOf(layout)).catch(() => undefined);
    discardHalfMade(topology);
    throw error;
  }
}
