import type { Connection, Peer } from "../../lib/fabric/connection";
import { fabricError } from "../../lib/fabric/errors";
import { type RetryOptions, withRetries } from "../../lib/fabric/retry";
import type { Stage } from "../../lib/messages/link";

/** How long a peer that could not be reached is passed over, ms. */
const REST = 3_000;

/**
 * Chooses the Gateway peer. A device stays with one peer while that is well: the peer that told it of a commit is the one that endorses its next
 * batch first, so it never meets a peer that has not seen its last one. Others take over when it is away.
 */
export class Peers {
  readonly #peers: readonly Peer[];
  readonly #restUntil = new Map<Peer, number>();

  constructor(connection: Connection) {
    this.#peers = connection.peers;
  }

  get all(): readonly Peer[] {
    return this.#peers;
  }

  /** Runs one stage of one sender, on the next peer after each failure. @throws FabricError */
  run<T>(stage: Stage, sender: string, options: RetryOptions, attempt: (peer: Peer, msLeft: number) => Promise<T>): Promise<T> {
    return withRetries(stage, options, async (_, msLeft) => {
      const peer = this.#choose(sender);
      try {
        const result = await attempt(peer, msLeft);
        this.#restUntil.delete(peer);
        return result;
      } catch (raw) {
        const error = fabricError(raw, stage);
        if (error.code === "UNAVAILABLE") this.#restUntil.set(peer, performance.now() + REST);
        throw error;
      }
    });
  }

  #choose(sender: string): Peer {
    const start = Number.parseInt(sender.slice(0, 8), 16) % this.#peers.length;
    const order = this.#peers.map((_, index) => this.#peers[(start + index) % this.#peers.length]).filter((peer) => peer !== undefined);
    const now = performance.now();
    const rest = (peer: Peer) => this.#restUntil.get(peer) ?? 0;
    const awake = order.find((peer) => rest(peer) <= now);
    const soonest = [...order].sort((a, b) => rest(a) - rest(b))[0];
    const chosen = awake ?? soonest;
    if (chosen === undefined) throw new Error("the network has no peers");
    return chosen;
  }
}
