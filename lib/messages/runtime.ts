/**
 * What the worker inside the website's process (the proxy with its projection) offers to route handlers. Next loads modules once for
 * instrumentation and once for routes, so the two meet on globalThis and nowhere else.
 */
export interface WorkerHealth {
  /**
   * `ok`; `degraded` = broker or ledger cannot be reached now, messages are answered UNAVAILABLE and come again;
   * `halted` = a block contradicted its re-execution, and nothing after it is shown.
   */
  readonly status: "ok" | "degraded" | "halted";
  readonly ledger: {
    readonly kind: "embedded" | "fabric";
    readonly height: number;
    /** Peers that are not passed over at the moment, of all (lib/fabric/peers). */
    readonly peers: { readonly well: number; readonly known: number };
  };
  readonly projection: { readonly height: number; readonly lagBlocks: number };
  readonly proxy: { readonly connected: boolean; readonly inFlight: number };
}

/** What one peer says of itself, asked by the operator; null where it did not answer, or has no such thing. */
export interface PeerReport {
  readonly name: string;
  readonly mspId: string;
  /** Blocks on its channel. */
  readonly height: number | null;
  /** The contract's definition that it goes by; the embedded ledger has none. */
  readonly definition: { readonly version: string; readonly sequence: number } | null;
  /** When the certificate that it shows by TLS ends, ms UTC. */
  readonly tlsEnds: number | null;
}

export interface Runtime {
  health(): Promise<WorkerHealth>;
  /** Every peer of the network, asked a few seconds ago at most. */
  peers(): Promise<readonly PeerReport[]>;
  /** Prometheus text, and its content type. */
  metrics(): Promise<{ readonly text: string; readonly contentType: string }>;
}

const RUNTIME = Symbol.for("winterseal.runtime");
const shared = globalThis as { [key: symbol]: Runtime | undefined };

/** The worker of this process, or undefined while it does not run. */
export const runtime = (): Runtime | undefined => shared[RUNTIME];

/** Called by proxy/start alone. */
export function setRuntime(running: Runtime | undefined): void {
  shared[RUNTIME] = running;
}
