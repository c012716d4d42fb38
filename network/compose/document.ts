/**
 * The network as a Compose file: one container per process, each with the files that are its own and nothing else. Made from the same
 * topology as the processes of network/parts, so that no second description can part from the first.
 */
import { dirname, join, relative, sep } from "node:path";
import { CONTRACT_TLS_VARIABLE } from "../config/peer";
import { LOGGING } from "../parts";
import { contractTlsFolder } from "../prepare";
import {
  type OrdererNode,
  type OrdererOrganisation,
  type PeerNode,
  type PeerOrganisation,
  seenByProcesses,
  type Topology,
} from "../topology";
import { fabricImage } from "./images";

export interface Bind {
  readonly type: "bind";
  /** `./…` from the Compose file, or absolute. */
  readonly source: string;
  readonly target: string;
  readonly read_only: boolean;
  /** A path that is missing is a fault to be told, not an empty folder to be made. */
  readonly bind: { readonly create_host_path: false };
}

/** What we use of the Compose specification's `service`. */
export interface Service {
  readonly image: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly volumes: readonly Bind[];
  /** `address:port:port` of this machine. */
  readonly ports?: readonly string[];
  readonly extra_hosts?: readonly string[];
  readonly healthcheck: {
    readonly test: readonly ["CMD", ...string[]];
    readonly interval: string;
    readonly timeout: string;
    readonly retries: number;
    readonly start_period: string;
  };
  readonly user: string;
  readonly restart: "unless-stopped";
  readonly read_only: true;
  readonly tmpfs: readonly string[];
  readonly cap_drop: readonly ["ALL"];
  readonly security_opt: readonly ["no-new-privileges:true"];
  readonly stop_grace_period: string;
  readonly networks: readonly ["fabric"];
}

export interface ComposeFile {
  readonly name: string;
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: { readonly fabric: Record<string, never> };
}

/** Nothing that every service has in common is told twice: no rights, no writable files but its own, ended politely. */
export const CONFINED = {
  restart: "unless-stopped",
  read_only: true,
  tmpfs: ["/tmp"],
  cap_drop: ["ALL"],
  security_opt: ["no-new-privileges:true"],
  stop_grace_period: "20s",
  networks: ["fabric"],
} as const;

/** In a Compose file `$` begins a variable. */
const literal = (text: string): string => text.replaceAll("$", "$$$$");

/** A path of the data folder at the place where containers know it. */
export function mountOf(topology: Topology, path: string, writable = false): Bind {
  const from = topology.mount?.from ?? topology.folder;
  const source = `./${relative(from, path).split(sep).join("/")}`;
  return bind(source, seenByProcesses(topology, path), writable);
}

export const bind = (source: string, target: string, writable = false): Bind => ({
  type: "bind",
  source: literal(source),
  target: literal(target),
  read_only: !writable,
  bind: { create_host_path: false },
});

export const published = (topology: Topology, ports: readonly number[]): string[] =>
  ports.map((port) => `${topology.host}:${port}:${port}`);

const checked = (test: readonly ["CMD", ...string[]]): Service["healthcheck"] => ({
  test,
  interval: "5s",
  timeout: "3s",
  retries: 12,
  start_period: "20s",
});

/** Fabric's images hold no HTTP client: bash asks. */
const isHealthy = (port: number): Service["healthcheck"] =>
  checked([
    "CMD",
    "bash",
    "-c",
    `exec 3<>/dev/tcp/127.0.0.1/${port} && printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q '200 OK' <&3`,
  ]);

/** For processes of Node: somebody accepts connections. */
export const isListening = (port: number): Service["healthcheck"] =>
  checked([
    "CMD",
    "node",
    "-e",
    `require("node:net").connect(${port},"127.0.0.1").on("connect",()=>process.exit(0)).on("error",()=>process.exit(1))`,
  ]);

/** A node writes into its ledger alone. */
export const ledgerFolder = ({ folder }: PeerNode | OrdererNode): string => join(folder, "ledger");

function nodeMounts(topology: Topology, { tlsRoot }: { tlsRoot: string }, node: PeerNode | OrdererNode): Bind[] {
  return [
    mountOf(topology, node.folder),
    mountOf(topology, ledgerFolder(node), true),
    mountOf(topology, dirname(node.tls.certificate)),
    mountOf(topology, dirname(tlsRoot)),
  ];
}

function peerService(topology: Topology, organisation: PeerOrganisation, node: PeerNode, major: number, user: string): Service {
  const seen = (path: string) => literal(seenByProcesses(topology, path));
  return {
    image: fabricImage("peer", major),
    command: ["peer", "node", "start"],
    environment: { ...LOGGING, FABRIC_CFG_PATH: seen(node.folder), [CONTRACT_TLS_VARIABLE]: seen(contractTlsFolder(node)) },
    volumes: [...nodeMounts(topology, organisation, node), mountOf(topology, join(topology.folder, "builder"))],
    ports: published(topology, [node.ports.grpc, node.ports.operations]),
    healthcheck: isHealthy(node.ports.operations),
    user,
    ...CONFINED,
  };
}

function ordererService(topology: Topology, organisation: OrdererOrganisation, node: OrdererNode, major: number, user: string): Service {
  return {
    image: fabricImage("orderer", major),
    command: ["orderer"],
    environment: { ...LOGGING, FABRIC_CFG_PATH: literal(seenByProcesses(topology, node.folder)) },
    volumes: nodeMounts(topology, organisation, node),
    ports: published(topology, [node.ports.grpc, node.ports.admin, node.ports.operations]),
    healthcheck: isHealthy(node.ports.operations),
    user,
    ...CONFINED,
  };
}

/**
 * Peers and ordering nodes, by the names under which they know each other.
 * @param major release of Fabric
 * @param user `uid:gid` that owns the data folder
 */
export function nodeServices(topology: Topology, major: number, user: string): Record<string, Service> {
  const orderers = topology.orderers.flatMap((organisation) =>
    organisation.nodes.map((node) => [node.host, ordererService(topology, organisation, node, major, user)] as const),
  );
  const peers = topology.organisations.flatMap((organisation) =>
    organisation.peers.map((node) => [node.host, peerService(topology, organisation, node, major, user)] as const),
  );
  return Object.fromEntries([...orderers, ...peers]);
}

export const composeFile = (name: string, services: Readonly<Record<string, Service>>): ComposeFile => ({
  name,
  services,
  networks: { fabric: {} },
});
