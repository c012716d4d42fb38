/** What every peer says of itself, for the operators' page: asked when somebody looks, and not more often than every few seconds. */
import { readFile } from "node:fs/promises";
import type { Connection, Peer } from "../lib/fabric/connection";
import { contractDefinition } from "../lib/fabric/definition";
import { chainHeight } from "../lib/fabric/height";
import type { SigningIdentity } from "../lib/fabric/identity-node";
import { tlsCertificateEnd } from "../lib/fabric/tls-certificate";
import type { Network } from "../lib/messages/network";
import type { PeerReport } from "../lib/messages/runtime";

/** How long an answer serves, and how long a peer may take, ms: a page must not wait for one that hangs. */
const FRESH = 5_000;
const DEADLINE = 1_500;

export class PeerReports {
  readonly #network: Network;
  readonly #connection: Pick<Connection, "peers">;
  readonly #operator: SigningIdentity;
  #asked: { at: number; reports: Promise<readonly PeerReport[]> } | undefined;

  constructor(network: Network, connection: Pick<Connection, "peers">, operator: SigningIdentity) {
    this.#network = network;
    this.#connection = connection;
    this.#operator = operator;
  }

  /** Never throws: a peer that does not answer is told as such. */
  reports(): Promise<readonly PeerReport[]> {
    const now = performance.now();
    if (this.#asked === undefined || now - this.#asked.at > FRESH) {
      this.#asked = { at: now, reports: Promise.all(this.#connection.peers.map((peer) => this.#ask(peer))) };
    }
    return this.#asked.reports;
  }

  async #ask(peer: Peer): Promise<PeerReport> {
    const { kind, channel, chaincode } = this.#network;
    const asFabric = <T>(work: () => Promise<T>) => (kind === "fabric" ? orNull(work()) : null);
    const [height, definition, tlsEnds] = await Promise.all([
      orNull(chainHeight(peer, this.#operator, channel, DEADLINE)),
      asFabric(() => contractDefinition(peer, this.#operator, channel, chaincode, DEADLINE)),
      orNull(this.#tlsEnds(peer)),
    ]);
    return { name: peer.name, mspId: peer.mspId, height, definition, tlsEnds };
  }

  async #tlsEnds({ mspId, name }: Peer): Promise<number | null> {
    const known = this.#network.organisations.find((each) => each.mspId === mspId)?.peers.find((each) => each.name === name);
    if (known?.tlsRoot === undefined) return null;
    return tlsCertificateEnd(known.address, await readFile(known.tlsRoot, "utf8"), known.serverName, DEADLINE);
  }
}

/** A question that failed has no answer; why stands in the health check and the logs. */
const orNull = <T>(work: Promise<T>): Promise<T | null> => work.catch(() => null);
