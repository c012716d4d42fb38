import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { ErrorCode } from "../lib/messages/errors";
import { FROM_TYPES, type Stage } from "../lib/messages/link";
import type { Who } from "./relay/relay";

/** What a scrape reads at the moment it comes. */
export interface Gauges {
  readonly mqttConnected: () => boolean;
  readonly waiting: () => number;
  readonly running: () => number;
  readonly projection: () => { readonly height: number; readonly lagBlocks: number; readonly halted: boolean };
}

const KNOWN_TYPES = new Set<string>(Object.values(FROM_TYPES));

/** Prometheus figures of one proxy (docs/architecture.md, "web"); label values come from closed lists only, so that no sender can make series. */
export class Metrics {
  readonly registry = new Registry();
  readonly #received: Counter;
  readonly #refused: Counter;
  readonly #committed: Counter;
  readonly #dropped: Counter;
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
  dropped(): void {
    this.#dropped.inc();
  }
  timed(stage: Stage, seconds: number): void {
    this.#stages.observe({ stage }, seconds);
  }
}
