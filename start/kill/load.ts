import { setTimeout as sleep } from "node:timers/promises";
import { batchHash, decodeBatch } from "../../lib/domain/batch";
import type { Stack } from "../stack";
import { startSensor, type TestSensor } from "../testing/sensor";
import type { DeviceState } from "./check";
import { History } from "./history";

/** How often a device measures, ms. */
const INTERVAL = 800;
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

interface Device {
  readonly sensor: TestSensor;
  readonly measured: number[];
}

/** Devices that measure and deliver, with deadlines and waits as in the field, and their history. */
export class Load {
  readonly history = new History();
  readonly #devices: Device[] = [];
  #going = false;
  #loops: Promise<void>[] = [];

  static async open(stack: Pick<Stack, "context">, count: number): Promise<Load> {
    const load = new Load();
    const { history } = load;
    for (let index = 0; index < count; index++) {
      const id = `kill-${index}`;
      const sensor = await startSensor(stack, id, { patient: true, watch: (client) => history.record(id, client) });
      load.#devices.push({ sensor, measured: [] });
    }
    return load;
  }

  start(): void {
    this.#going = true;
    this.#loops = this.#devices.map((device) => this.#run(device));
  }

  /** Stops measuring, and waits until every reading is proved. @throws Error naming the devices that are not settled in time */
  async settle(withinMs: number): Promise<void> {
    this.#going = false;
    await Promise.all(this.#loops);
    await Promise.all(this.#devices.map(({ sensor }) => sensor.settle(withinMs)));
  }

  /**
   * Waits until every device has had a batch confirmed that it sent after `since`.
   * @returns ms from `since` until the last device was confirmed, or the devices that were not
   */
  async resumed(since: number, withinMs: number): Promise<number | string[]> {
    const { operations } = this.history;
    const confirmed = (id: string) =>
      operations.some(({ sensor, outcome, ended = 0 }) => sensor === id && outcome === "ok" && ended > since);
    for (;;) {
      const waiting = this.#devices.filter(({ sensor }) => !confirmed(sensor.id));
      if (waiting.length === 0) return Math.round(performance.now() - since);
      if (performance.now() - since > withinMs) return waiting.map(({ sensor }) => sensor.id);
      await sleep(50);
    }
  }

  /** Only while nothing runs. */
  states(): DeviceState[] {
    return this.#devices.map(({ sensor: { id, journal }, measured }) => ({
      id,
      proved: { sequence: journal.proved.sequence, hash: hex(journal.proved.hash) },
      frozen: journal.frozen.map(({ sequence, bytes }) => ({ sequence, hash: hex(batchHash(id, bytes)), temperatures: readings(bytes) })),
      waiting: journal.waiting,
      measured,
    }));
  }

  /** What a device was last told, for whoever reads a failure. */
  troubles(): string[] {
    return this.#devices.map(({ sensor }) => {
      const last = sensor.events.findLast(({ type }) => type === "failed");
      return `${sensor.id}: ${last?.type === "failed" ? `${last.code} ${last.message}` : "no trouble"}`;
    });
  }

  async close(): Promise<void> {
    this.#going = false;
    await Promise.all(this.#loops);
    await Promise.all(this.#devices.map(({ sensor }) => sensor.close()));
  }

  async #run({ sensor, measured }: Device): Promise<void> {
    let due = performance.now() + Math.random() * INTERVAL;
    while (this.#going) {
      if (performance.now() >= due) {
        const temperature = 2_000 + (measured.length % 6_000);
        measured.push(temperature);
        await sensor.measure(temperature);
        due += INTERVAL;
      }
      const wait = await sensor.step();
      await sleep(Math.max(0, Math.min(wait, due - performance.now())));
    }
  }
}

function readings(bytes: Uint8Array): number[] {
  const batch = decodeBatch(bytes);
  return batch.kind === "lost" ? [] : batch.readings.map(({ temperature }) => temperature);
}
