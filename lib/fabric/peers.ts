import { connectivityState } from "@grpc/grpc-js";
import type { ErrorCode } from "../messages/errors";
import type { Stage } from "../messages/link";
import { CIRCUIT_RULES, Circuit, type CircuitRules, type CircuitState } from "./circuit";
import type { Connection, Peer } from "./connection";
import { ATTEMPTS } from "./deadlines";
import { FabricError, fabricError } from "./errors";
import { type RetryOptions, withRetries } from "./retry";
import { REAL_TIME, type Timing } from "./timing";

export interface PeersOptions {
  readonly timing?: Timing;
  readonly rules?: CircuitRules;
  /** Whether the peer's connection stands; looked up after a failure, to tell a peer that is away from one that speaks for others. */
  readonly connected?: (peer: Peer) => boolean;
  readonly events?: PeersEvents;
}

export interface PeersEvents {
  /** An attempt failed in a way that counts against the peer. */
  readonly failed?: (peer: Peer, stage: Stage, code: ErrorCode) => void;
  readonly retried?: (stage: Stage, code: ErrorCode) => void;
}

/** A peer as health and metrics show it. */
export interface PeerStanding {
  readonly name: string;
  readonly mspId: string;
  /** The worst of its circuits. */
  readonly state: CircuitState;
}

interface Circuits {
  readonly connection: Circuit;
  readonly stages: Map<Stage, Circuit>;
}

/** What says nothing of the peer that was asked: everything but silence and absence is an answer. */
const AGAINST_PEER: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["UNAVAILABLE", "DEADLINE", "BUSY", "INTERNAL"]);
const BADNESS: Readonly<Record<CircuitState, number>> = { closed: 0, "half-open": 1, open: 2 };

/**
 * Chooses the Gateway peer. A device stays with one peer while that is well: the peer that told it of a commit is the one that endorses its next
 * batch first, so it never meets a peer that has not seen its last one. When it is away, the next organisation's peer takes over.
 *
 * Each peer has a circuit for its connection and one for each stage: a peer whose contract process is away endorses nothing and still submits; one
 * that cannot be reached does neither. Where nobody may be asked, the answer is UNAVAILABLE at once, with the time until somebody may.
 */
export class Peers {
  readonly #peers: readonly Peer[];
  readonly #circuits = new Map<Peer, Circuits>();
  readonly #timing: Timing;
  readonly #rules: CircuitRules;
  readonly #connected: (peer: Peer) => boolean;
  readonly #events: PeersEvents;

  constructor({ peers }: Pick<Connection, "peers">, options: PeersOptions = {}) {
    this.#peers = alternate(peers);
    this.#timing = options.timing ?? REAL_TIME;
    this.#rules = options.rules ?? CIRCUIT_RULES;
    this.#connected = options.connected ?? isConnected;
    this.#events = options.events ?? {};
    for (const peer of peers) this.#circuits.set(peer, { connection: new Circuit(this.#rules), stages: new Map() });
  }

  get all(): readonly Peer[] {
    return this.#peers;
  }

  /** All peers in the order in which `sender` should ask them: those that may be asked first, those with no trouble at all before others. */
  order(stage: Stage, sender = ""): readonly Peer[] {
    const now = this.#timing.now();
    const start = sender === "" ? 0 : Number.parseInt(sender.slice(0, 8), 16) % this.#peers.length;
    const rotated = [...this.#peers.slice(start), ...this.#peers.slice(0, start)];
    const rank = new Map(rotated.map((peer) => [peer, this.#rank(peer, stage, now)]));
    return rotated.sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0));
  }

  /**
   * Runs one stage of one sender, at the next peer after each failure.
   * @param sender hex; decides which peer is asked first
   * @throws FabricError
   */
  run<T>(stage: Stage, sender: string, options: RetryOptions, attempt: (peer: Peer, msLeft: number) => Promise<T>): Promise<T> {
    const tried = new Set<Peer>();
    const { retried } = this.#events;
    const defaults = { timing: this.#timing, attemptMs: ATTEMPTS[stage], ...(retried === undefined ? {} : { onRetry: retried }) };
    return withRetries(stage, { ...defaults, ...options }, (_, msLeft) => {
      const peer = this.#choose(stage, sender, tried);
      tried.add(peer);
      return this.ask(stage, peer, () => attempt(peer, msLeft), options.signal);
    });
  }

  /**
   * One call to one peer, whatever its circuits say; how it ended counts.
   * @param signal the caller's: what was called off says nothing of the peer
   * @throws FabricError
   */
  async ask<T>(stage: Stage, peer: Peer, call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const now = this.#timing.now();
    const { connection } = this.#of(peer);
    const circuit = this.#stage(peer, stage);
    connection.enter(now);
    circuit.enter(now);
    try {
      const answer = await call();
      connection.succeeded();
      circuit.succeeded();
      return answer;
    } catch (raw) {
      const error = fabricError(raw, stage);
      this.#blame(peer, stage, signal?.aborted ? undefined : error.code);
      throw error;
    }
  }

  standing(): PeerStanding[] {
    const now = this.#timing.now();
    return this.#peers.map((peer) => ({ name: peer.name, mspId: peer.mspId, state: this.#worst(peer, now) }));
  }

  /** The first in order that may be asked; one that was not tried yet before one that was. */
  #choose(stage: Stage, sender: string, tried: ReadonlySet<Peer>): Peer {
    const now = this.#timing.now();
    const admitted = this.order(stage, sender).filter((peer) => this.#waitMs(peer, stage, now) === 0);
    const chosen = admitted.find((peer) => !tried.has(peer)) ?? admitted[0];
    if (chosen !== undefined) return chosen;
    const retryAfterMs = Math.min(...this.#peers.map((peer) => this.#waitMs(peer, stage, now)));
    throw new FabricError("UNAVAILABLE", "no peer may be asked now: all of them failed just before", stage, undefined, [], {
      retryAfterMs,
    });
  }

  /** @param code undefined when the call was called off */
  #blame(peer: Peer, stage: Stage, code: ErrorCode | undefined): void {
    const { connection } = this.#of(peer);
    const circuit = this.#stage(peer, stage);
    const connected = this.#connected(peer);
    if (connected) connection.succeeded();
    else connection.calledOff();
    // Waiting in vain for a commit tells of the transaction, not of the peer.
    if (code === undefined || code === "COMMIT_UNKNOWN") {
      circuit.calledOff();
    } else if (!AGAINST_PEER.has(code)) {
      circuit.succeeded();
    } else {
      const [now, random] = [this.#timing.now(), this.#timing.random()];
      if (connected) circuit.failed(now, random);
      else connection.failed(now, random, true);
      if (!connected) circuit.calledOff();
      this.#events.failed?.(peer, stage, code);
    }
  }

  #waitMs(peer: Peer, stage: Stage, now: number): number {
    return Math.max(this.#of(peer).connection.waitMs(now), this.#stage(peer, stage).waitMs(now));
  }

  /** A peer whose rest is over ranks with the well ones: somebody must try it. */
  #rank(peer: Peer, stage: Stage, now: number): number {
    return (this.#waitMs(peer, stage, now) > 0 ? 2 : 0) + (this.#worst(peer, now) === "open" ? 1 : 0);
  }

  #worst(peer: Peer, now: number): CircuitState {
    const { connection, stages } = this.#of(peer);
    const states = [connection, ...stages.values()].map((circuit) => circuit.state(now));
    return states.reduce((worst, state) => (BADNESS[state] > BADNESS[worst] ? state : worst), "closed" as CircuitState);
  }

  #of(peer: Peer): Circuits {
    const circuits = this.#circuits.get(peer);
    if (circuits === undefined) throw new TypeError(`${peer.name} is a peer of another connection`);
    return circuits;
  }

  #stage(peer: Peer, stage: Stage): Circuit {
    const { stages } = this.#of(peer);
    const known = stages.get(stage);
    if (known !== undefined) return known;
    const circuit = new Circuit(this.#rules);
    stages.set(stage, circuit);
    return circuit;
  }
}

const isConnected = (peer: Peer): boolean => peer.client.getChannel().getConnectivityState(false) === connectivityState.READY;

/** Organisations take turns: what fails one of an organisation's peers (its contract process, its network) often fails the others too. */
function alternate(peers: readonly Peer[]): Peer[] {
  const groups = new Map<string, Peer[]>();
  for (const peer of peers) groups.set(peer.mspId, [...(groups.get(peer.mspId) ?? []), peer]);
  const longest = Math.max(0, ...[...groups.values()].map((group) => group.length));
  return Array.from({ length: longest }, (_, index) => [...groups.values()].flatMap((group) => group[index] ?? [])).flat();
}
