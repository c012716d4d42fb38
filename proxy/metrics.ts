import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { CircuitState } from "../lib/fabric/circuit";
import type { PeerStanding } from "../lib/fabric/peers";
import type { ErrorCode } from "../lib/messages/errors";
import { COMPACT_LEVEL, FROM_TYPES, type Stage } from "../lib/messages/link";
import type { Who } from "./relay/relay";

/** What a scrape reads at the moment it comes. */
export interface Gauges {
  readonly mqttConnected: () => boolean;
  readonly waiting: () => number;
  readonly running: () => number;
  readonly projection: () => { readonly height: number; readonly lagBlocks: number; readonly halted: boolean };
  readonly peers: () => readonly PeerStanding[];
  /** Whether the stream of commit notices stands. */
  readonly noticing: () => boolean;
}

const CIRCUIT: Readonly<Record<CircuitState, number>> = { closed: 0, "half-open": 1, open: 2 };
const KNOWN_TYPES = new Set<string>([...Object.values(FROM_TYPES), COMPACT_LEVEL]);

/** Prometheus figures of one proxy (docs/architecture.md, "web"); label values come from closed lists only, so that no sender can make series. */
export class Metrics {
  readonly registry = new Registry();
  readonly #received: Counter;
  readonly #refused: Counter;
  readonly #committed: Counter;
  readonly #dropped: Counter;
  readonly #peerFailures: Counter;
  readonly #retries: Counter;
  readonly #notices: Counter;
  readonly #stages: Histogram;

  constructor(gauges: Gauges) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.#received = new Counter({
      name: "winterseal_messages_total",
      help: "Messages that came in",
      labelNames: ["transport", "type"],
      registers,
    });
    this.#refused = new Counter({
      name: "winterseal_refusals_total",
      help: "Refusals by reason",
      labelNames: ["code", "stage"],
      registers,
    });
    this.#committed = new Counter({
      name: "winterseal_commits_total",
      help: "Commit notices by validation code (0 is VALID)",
      labelNames: ["code"],
      registers,
    });
    this.#dropped = new Counter({ name: "winterseal_answers_dropped_total", help: "Answers that the broker did not take", registers });
    const counter = (name: string, help: string, labelNames: string[]) => new Counter({ name, help, labelNames, registers });
    this.#peerFailures = counter("winterseal_peer_failures_total", "Calls that failed by a peer's fault", ["peer", "stage", "code"]);
    this.#retries = counter("winterseal_retries_total", "Attempts made again before anybody was told", ["stage", "code"]);
    this.#notices = counter("winterseal_notices_total", "Commit notices by where they came from", ["source"]);
    this.#stages = new Histogram({
      name: "winterseal_stage_seconds",
      help: "How long each stage took",
      labelNames: ["stage"],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    gauge("winterseal_mqtt_connected", "1 while the broker is connected", () => Number(gauges.mqttConnected()));
    gauge("winterseal_queue_waiting", "Messages that wait for their turn", gauges.waiting);
    gauge("winterseal_in_flight", "Messages that are being served", gauges.running);
    gauge("winterseal_notice_stream", "1 while commit notices come by one stream of blocks", () => Number(gauges.noticing()));
    new Gauge({
      name: "winterseal_peer_circuit",
      help: "Whether a peer is used: 0 yes (closed), 1 it is being tried (half-open), 2 it is passed over (open)",
      labelNames: ["peer"],
      registers,
      collect() {
        for (const { name, state } of gauges.peers()) this.set({ peer: name }, CIRCUIT[state]);
      },
    });
    gauge("winterseal_projection_height", "Blocks in the database", () => gauges.projection().height);
    gauge("winterseal_projection_lag_blocks", "Blocks on the ledger and not yet in the database", () => gauges.projection().lagBlocks);
    gauge("winterseal_projection_halted", "1 when a block contradicted its re-execution", () => Number(gauges.projection().halted));
  }

  received(type: string, who: Who): void {
    this.#received.inc({ transport: who.transport, type: KNOWN_TYPES.has(type) ? type : "unknown" });
  }
  refused(code: ErrorCode, stage: Stage): void {
    this.#refused.inc({ code, stage });
  }
  committed(validationCode: number): void {
    this.#committed.inc({ code: validationCode });
  }
  peerFailed(peer: string, stage: Stage, code: ErrorCode): void {
    this.#peerFailures.inc({ peer, stage, code });
  }
  retried(stage: Stage, code: ErrorCode): void {
    this.#retries.inc({ stage, code });
  }
  noticed(source: "stream" | "status"): void {
    this.#notices.inc({ source });
  }
  dropped(): void {
    this.#dropped.inc();
  }
  timed(stage: Stage, seconds: number): void {
    this.#stages.observe({ stage }, seconds);
  }
}
