import type { Connection } from "../lib/fabric/connection";
import { chainHeight } from "../lib/fabric/height";
import type { SigningIdentity } from "../lib/fabric/identity-node";
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
  readonly connection: Connection;
  readonly operator: SigningIdentity;
  readonly mqttConnected: () => boolean;
  readonly inFlight: () => number;
  readonly projection: () => ProjectionStatus;
}

/** How long an answer of the ledger serves, ms: a health check that comes often must not become load. */
const FRESH = 1_000;
const DEADLINE = 2_000;

/** Health of the worker; asks one peer after the other for the channel's height, at most once a second. */
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
    const { network, mqttConnected, inFlight, projection } = this.#parts;
    const { height, lagBlocks, halted } = projection();
    const connected = mqttConnected();
    return {
      status: halted !== null ? "halted" : this.#reached && connected ? "ok" : "degraded",
      ledger: { kind: network.kind, height: this.#height },
      projection: { height, lagBlocks: Math.max(lagBlocks, this.#height - height) },
      proxy: { connected, inFlight: inFlight() },
    };
  }

  async #ask(): Promise<void> {
    const { connection, operator, network } = this.#parts;
    this.#reached = false;
    for (const peer of connection.peers) {
      const height = await chainHeight(peer, operator, network.channel, DEADLINE).catch(() => undefined);
      if (height === undefined) continue;
      this.#height = Math.max(this.#height, height);
      this.#reached = true;
      return;
    }
  }
}
