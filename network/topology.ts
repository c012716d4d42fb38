/**
 * What a Fabric network consists of, told with files and ports that exist already: whoever composes it (start/fabric) has made the
 * identities. Every path is absolute.
 */

import { posix, relative, sep } from "node:path";

/** PEM files of a certificate and its PKCS#8 key. */
export interface KeyPair {
  readonly certificate: string;
  readonly privateKey: string;
}

/** One peer or orderer process. */
interface Node {
  /** `peer0.authority`: process name, folder name and a name in its TLS certificate. */
  readonly name: string;
  /** Name or address by which the other nodes reach it; its TLS certificate carries it. */
  readonly host: string;
  /** Folder of its own for settings, membership files and ledger. */
  readonly folder: string;
  readonly identity: KeyPair;
  /** Serves TLS and shows itself to other nodes and to the contract with it. */
  readonly tls: KeyPair;
}

export interface PeerNode extends Node {
  readonly ports: {
    readonly grpc: number;
    /** Where contracts that the peer launches itself would connect; nothing does, but it listens. */
    readonly chaincode: number;
    readonly operations: number;
  };
}

export interface OrdererNode extends Node {
  readonly ports: { readonly grpc: number; readonly admin: number; readonly operations: number };
}

interface Member {
  /** Short name: `authority`. */
  readonly id: string;
  readonly mspId: string;
  /** PEM file of the root that issues its identities. */
  readonly root: string;
}

interface NodeOwner extends Member {
  /** PEM file of the root that issues its TLS certificates. */
  readonly tlsRoot: string;
  /** Administers its nodes and signs for it in the channel's governance; no person of the product. */
  readonly admin: KeyPair;
  /** TLS identity of the administrator's client. */
  readonly adminTls: KeyPair;
  /** Folder for the membership files that the channel and the administrator need. */
  readonly folder: string;
}

/** An organisation that endorses: peers and a contract process of its own. */
export interface PeerOrganisation extends NodeOwner {
  /** May read through the contract and nothing else: asks whether the network endorses. */
  readonly monitor: KeyPair;
  readonly peers: readonly PeerNode[];
  readonly contract: {
    /** host:port of the organisation's contract process as its peers reach it, and of a second one beside it while the contract is exchanged. */
    readonly address: string;
    readonly otherAddress: string;
    readonly tls: KeyPair;
  };
}

/** An organisation that orders. */
export interface OrdererOrganisation extends NodeOwner {
  readonly nodes: readonly OrdererNode[];
}

export interface Mount {
  readonly from: string;
  readonly to: string;
}

/** A path as the network's processes know it. */
export function seenByProcesses({ mount }: Pick<Topology, "mount">, path: string): string {
  if (mount === undefined) return path;
  const inside = relative(mount.from, path);
  if (inside.startsWith("..")) throw new Error(`${path} lies outside of ${mount.from}: no process could see it`);
  return posix.join(mount.to, inside.split(sep).join("/"));
}

export type Consensus = "etcdraft" | "bft";

export interface Topology {
  readonly channel: string;
  readonly chaincode: string;
  /** A read that every monitor may make; the answer does not matter, that there is one does. */
  readonly probe: { readonly name: string; readonly args: readonly string[] };
  /** Distinct organisations that must endorse. */
  readonly endorsements: number;
  readonly consensus: Consensus;
  /** Address at which administrators and clients on this machine reach every process. */
  readonly host: string;
  /** Address on which every process listens. */
  readonly listen: string;
  /** Where the processes see a folder of this machine, when they run in containers; absent = where it is. */
  readonly mount?: Mount;
  /** Folder for what belongs to no single node: genesis block, packages, builder. */
  readonly folder: string;
  readonly organisations: readonly PeerOrganisation[];
  readonly orderers: readonly OrdererOrganisation[];
  /** Organisations that read the channel and never write to it. */
  readonly readers: readonly Member[];
  readonly blocks: {
    /** A block is cut at the latest this long after its first transaction, ms. */
    readonly timeoutMs: number;
    readonly maxCount: number;
  };
}

/** Defaults of a network of this product: short waits for lone transactions, blocks that a phone can still load. */
export const BLOCKS: Topology["blocks"] = { timeoutMs: 250, maxCount: 200 };
