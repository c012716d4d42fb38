/** Ports of a Fabric network: all follow one base, so that several networks run side by side. */
import type { Consensus } from "../../network/topology";
import { ORGANISATIONS } from "../layout";

export interface PeerPorts {
  readonly grpc: number;
  readonly chaincode: number;
  readonly operations: number;
}
export interface OrdererPorts {
  readonly grpc: number;
  readonly admin: number;
  readonly operations: number;
}

/** How many ports a network may take from its base on. */
export const FABRIC_PORTS = 80;
const CONTRACTS = 1;
const PEERS = 20;
const ORDERERS = 60;
const SERVICES = 72;

/** Port of the contract process of organisation `index`; `side` 1 is the second one, beside the first while a contract is exchanged. */
export const contractPort = (base: number, index: number, side: 0 | 1 = 0): number => base + CONTRACTS + 10 * side + index;

/** Process name of a contract process. */
export const contractName = (organisation: string, side: 0 | 1): string => `contract-${organisation}${side === 0 ? "" : "-b"}`;

/** Name of a contract process in its TLS certificate, and in a network of containers. */
export const contractHost = (organisation: string, side: 0 | 1): string => `contract${side === 0 ? "" : "-b"}.${organisation}`;

/** Ports of an organisation's own services, where they run beside its nodes: its certificate authority and its signer. */
export const servicePorts = (base: number, index: number): { ca: number; signer: number } => ({
  ca: base + SERVICES + index,
  signer: base + SERVICES + 4 + index,
});

/** @param count peers per organisation, at most 4 */
export function peerPorts(base: number, index: number, peer: number, count: number): PeerPorts {
  const at = base + PEERS + 3 * (index * count + peer);
  return { grpc: at, chaincode: at + 1, operations: at + 2 };
}

export function ordererPorts(base: number, index: number): OrdererPorts {
  const at = base + ORDERERS + 3 * index;
  return { grpc: at, admin: at + 1, operations: at + 2 };
}

/** Name of who listens → port: what a message about a taken port says. */
export function listFabricPorts(base: number, consensus: Consensus, peers: number): [string, number][] {
  const ids = ORGANISATIONS.map(({ id }) => id);
  const orderers = consensus === "bft" ? [...ids, "operator"] : ids;
  const named = (name: string, ports: PeerPorts | OrdererPorts) =>
    Object.entries(ports).map(([purpose, port]): [string, number] => [`${name}, ${purpose}`, port]);
  return [
    ...([0, 1] as const).flatMap((side) =>
      ids.map((id, index): [string, number] => [contractName(id, side), contractPort(base, index, side)]),
    ),
    ...ids.flatMap((id, index) =>
      Array.from({ length: peers }, (_, peer) => named(`peer${peer}.${id}`, peerPorts(base, index, peer, peers))).flat(),
    ),
    ...orderers.flatMap((id, index) => named(`orderer.${id}`, ordererPorts(base, index))),
  ];
}
