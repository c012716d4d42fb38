/** A lone reading end to end over MQTT. */
import type { Stack } from "../start/stack";
import { startSensor } from "../start/testing/sensor";
import { percentile } from "./report";

/** From measured to noticed by the sensor: MQTT, TLS, two organisations; ms. */
export interface MqttBenchResult {
  readonly p50: number;
  readonly p95: number;
}

const round = (value: number) => Math.round(value * 1_000) / 1_000;

export async function benchMqtt(stack: Stack, count = 100): Promise<MqttBenchResult> {
  const sensor = await startSensor(stack, "bench-relay");
  try {
    const latencies: number[] = [];
    for (let index = 0; index < count + 5; index++) {
      const started = performance.now();
      await sensor.measure(5_000 + index);
      while (sensor.journal.waiting > 0 || !sensor.events.some((event) => event.type === "noticed" && event.sequence === index + 1)) {
        await sensor.step();
      }
      // The first ones meet a cold connection and a clock that is not set.
      if (index >= 5) latencies.push(performance.now() - started);
    }
    return { p50: round(percentile(latencies, 0.5)), p95: round(percentile(latencies, 0.95)) };
  } finally {
    await sensor.close();
  }
}
