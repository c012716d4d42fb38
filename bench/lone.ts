import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "../start/stack";
import { startSensor, type TestSensor } from "../start/testing/sensor";
import { percentile } from "./report";
import type { BenchViewer } from "./viewer";

export interface LoneResult {
  readonly readings: number;
  /** Measured → confirmed to the device, over MQTT, one at a time on an idle ledger, ms. */
  readonly confirmedP50Ms: number;
  readonly confirmedP95Ms: number;
  /** Commit notice at the device → a signed-in browser's event stream tells of it, ms; 0 where the page knew first. */
  readonly commitToPageP95Ms: number;
  /** Measured → told by the event stream, ms. */
  readonly measuredToPageP95Ms: number;
}

const PAUSE_MS = 150;

/** Lone readings of one real sensor: key, journal with fsync, MQTT with mutual TLS, two organisations, commit. */
export async function benchLone(stack: Stack, viewer: BenchViewer, readings: number): Promise<LoneResult> {
  const id = "bench-lone";
  const sensor = await startSensor(stack, id);
  const seen = watch(viewer, id);
  await sleep(500);
  const confirmed: number[] = [];
  const commitToPage: number[] = [];
  const measuredToPage: number[] = [];
  try {
    for (let index = -10; index < readings; index++) {
      const begun = Date.now();
      await sensor.measure(5_000 + (index % 7) * 10);
      const noticed = notices(sensor);
      while (notices(sensor) === noticed) await sensor.step();
      const committed = Date.now();
      const shown = await seen.after(begun);
      if (index >= 0) {
        confirmed.push(committed - begun);
        commitToPage.push(Math.max(0, shown - committed));
        measuredToPage.push(shown - begun);
      }
      await sensor.settle(10_000);
      await sleep(PAUSE_MS);
    }
  } finally {
    await sensor.close();
  }
  return {
    readings,
    confirmedP50Ms: percentile(confirmed, 0.5),
    confirmedP95Ms: percentile(confirmed, 0.95),
    commitToPageP95Ms: percentile(commitToPage, 0.95),
    measuredToPageP95Ms: percentile(measuredToPage, 0.95),
  };
}

const notices = (sensor: TestSensor): number => sensor.events.filter(({ type }) => type === "noticed").length;

/** Remembers when the event stream last told of a sensor. */
function watch(viewer: BenchViewer, id: string) {
  let last = 0;
  let wake: () => void = () => undefined;
  void (async () => {
    for await (const notice of viewer.notices()) {
      if (notice.sensors !== null && !notice.sensors.includes(id)) continue;
      last = notice.at;
      wake();
    }
  })().catch(() => undefined);
  return {
    async after(at: number): Promise<number> {
      while (last < at) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return last;
    },
  };
}
