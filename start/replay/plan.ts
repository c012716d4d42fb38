import { createHash } from "node:crypto";
import { batchHash, encodeBatch, FIRST_PREVIOUS, type ImportedBatch } from "../../lib/domain/batch";
import type { LoggerFile } from "../../lib/exchange/logger";

/** Rows per transaction: few enough for a smooth progress bar, many enough to be quick. */
const ROWS_PER_BATCH = 100;

export interface PlannedBatch {
  readonly sequence: number;
  readonly bytes: Uint8Array;
  /** hex */
  readonly hash: string;
  readonly rows: number;
}

/** All that a file will become on the ledger, settled before the first transaction: the same file always gives the same bytes. */
export interface ReplayPlan {
  readonly sensor: string;
  /** 8 bytes that stand for the boot of a device: a file has one, its own. */
  readonly boot: Uint8Array;
  readonly batches: readonly PlannedBatch[];
  /** First and last time, ms UTC. */
  readonly from: number;
  readonly to: number;
}

/** Sensor id of a file: its content and everything that changes what is read from it. */
export function sensorIdOf(content: Uint8Array, readAs: string): string {
  return `import-${createHash("sha256").update(content).update("\0").update(readAs).digest("hex").slice(0, 12)}`;
}

/**
 * @param shift ms added to every time of the file (0 keeps the file's own)
 */
export function planReplay(file: LoggerFile, sensor: string, shift: number): ReplayPlan {
  const boot = new Uint8Array(createHash("sha256").update(sensor).digest().subarray(0, 8));
  const batches: PlannedBatch[] = [];
  let previous: Uint8Array = FIRST_PREVIOUS;
  for (let start = 0; start < file.rows.length; start += ROWS_PER_BATCH) {
    const rows = file.rows.slice(start, start + ROWS_PER_BATCH);
    const readings = rows.map(({ at, temperature, humidity }) => ({ at: at + shift, temperature, humidity }));
    const batch: ImportedBatch = { kind: "imported", sequence: batches.length + 1, previous, boot, readings };
    const bytes = encodeBatch(batch);
    previous = batchHash(sensor, bytes);
    batches.push({ sequence: batch.sequence, bytes, hash: Buffer.from(previous).toString("hex"), rows: rows.length });
  }
  const times = file.rows.map(({ at }) => at + shift);
  return { sensor, boot, batches, from: times[0] as number, to: times.at(-1) as number };
}
