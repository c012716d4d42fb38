import type { Peer } from "../lib/fabric/connection";
import { chainHeight } from "../lib/fabric/height";
import type { SigningIdentity } from "../lib/fabric/identity-node";
import type { Peers } from "../lib/fabric/peers";
import type { Network } from "../lib/messages/network";
import type { WorkerHealth } from "../lib/messages/runtime";

export interface ProjectionStatus {
  readonly height: number;
  readonly lagBlocks: number;
  /** Why it stopped, or null. */
  readonly halted: string | null;
}

export interface HealthParts {
  readonly network: Pick<Network, "kind" | "channel">;
  readonly peers: Peers;
  readonly operator: SigningIdentity;
  readonly mqttConnected: () => boolean;
  readonly inFlight: () => number;
  readonly projection: () => ProjectionStatus;
}

/** How long an answer of the ledger serves, ms: a health check that comes often must not become load. */
const FRESH = 1_000;
const DEADLINE = 2_000;

/**
 * Health of the worker; asks every peer for the channel's height, at most once a second. The answers count for the peers' circuits: one that is back
 * is found out without a device's message being risked for it.
 */
export class HealthCheck {
  readonly #parts: HealthParts;
  #height = 0;
  #reached = false;
  #asked: { at: number; done: Promise<void> } | undefined;

  constructor(parts: HealthParts) {
    this.#parts = parts;
  }

  async health(): Promise<WorkerHealth> {
    const now = performance.now();
    if (this.#asked === undefined || now - this.#asked.at > FRESH) this.#asked = { at: now, done: this.#ask() };
    await this.#asked.done;
    const { network, peers, mqttConnected, inFlight, projection } = this.#parts;
    const { height, lagBlocks, halted } = projection();
    const connected = mqttConnected();
    const standing = peers.standing();
    const well = standing.filter(({ state }) => state !== "open").length;
    return {
      status: halted !== null ? "halted" : this.#reached && connected ? "ok" : "degraded",
      ledger: { kind: network.kind, height: this.#height, peers: { well, known: standing.length } },
      projection: { height, lagBlocks: Math.max(lagBlocks, this.#height - height) },
      proxy: { connected, inFlight: inFlight() },
    };
  }

  async #ask(): Promise<void> {
    const { peers, operator, network } = this.#parts;
    const ask = (peer: Peer) => peers.ask("read", peer, () => chainHeight(peer, operator, network.channel, DEADLINE));
    const answers = await Promise.allSettled(peers.all.map(ask));
    const heights = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
    this.#height = Math.max(this.#height, ...heights);
    this.#reached = heights.length > 0;
  }
}
