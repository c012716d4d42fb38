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

export interface Runtime {
  health(): Promise<WorkerHealth>;
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
