import { expectBatch } from "../../device/ts/batch-result";
import { batchHash, decodeBatch } from "../../lib/domain/batch";
import type { Task } from "./task";

/** That a result says that exactly this batch was recorded; every scheme checks as much. */
export function expectRecorded({ id }: Task, batch: Uint8Array, result: Uint8Array): void {
  const recorded = expectBatch(id, { sequence: decodeBatch(batch).sequence, hash: batchHash(id, batch) })(result);
  if (recorded !== "recorded") throw new Error(`the contract answers ${recorded}`);
}
