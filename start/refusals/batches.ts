/** Batches as a sensor would send them, and some that no honest encoder writes. */
import { type Batch, encodeBatch, encodeMoment, type ReadingsBatch, type TickReading } from "../../lib/domain/batch";
import { ByteWriter } from "../../lib/domain/bytes";
import type { TestSensor } from "../testing/sensor";

/** A fresh boot whose ticks begin where the test wants them. */
export const BOOT = Uint8Array.from([7, 7, 7, 7, 7, 7, 7, 7]);

export const READING: TickReading = { tick: 10, temperature: 5_000, humidity: null };

/** The batch that would be a sensor's next. */
export function nextOf({ journal }: Pick<TestSensor, "journal">, change: Partial<ReadingsBatch> = {}): ReadingsBatch {
  const { sequence, hash } = journal.proved;
  return { kind: "readings", sequence: sequence + 1, previous: hash, boot: BOOT, clock: null, readings: [READING], ...change };
}

/** Arguments of `batch:Record`. */
export const argumentsOf = (batch: Batch | Uint8Array, tick = 20): Uint8Array[] => [
  batch instanceof Uint8Array ? batch : encodeBatch(batch),
  encodeMoment({ boot: BOOT, tick }),
];

/** {@link encodeBatch} of one reading without its checks (layout: lib/domain/batch). */
export function encodeUnchecked({ sequence, previous, boot }: ReadingsBatch, temperature: number, humidity: number | null): Uint8Array {
  const ALL_HUMID = 2;
  const out = new ByteWriter().byte(1).byte(1).unsigned(sequence).raw(previous).raw(boot);
  out
    .byte(humidity === null ? 0 : ALL_HUMID)
    .unsigned(1)
    .unsigned(READING.tick)
    .signed(temperature);
  if (humidity !== null) out.signed(humidity);
  return out.finish();
}
