/** What the contract answers about batches, read strictly: these answers let a device forget a batch. */
import { WintersealError } from "../../lib/messages/errors";
import type { AttestedAnswer, BatchResult } from "../../lib/messages/functions";
import { fromHex, toHex } from "./bytes";
import { type Expect, parseResult } from "./client";
import type { Head } from "./journal-state";

const HASH = /^[0-9a-f]{64}$/;

function fieldsOf(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw new WintersealError("ENDORSED_RESULT", "the answer is no object");
  return value as Record<string, unknown>;
}

/**
 * Accepts `recorded` and `already-recorded` of exactly this batch.
 * @throws WintersealError ENDORSED_RESULT for anything else, an equivocation before all: a device signs nothing that says so
 */
export function expectBatch(sensor: string, { sequence, hash }: Head): Expect<"recorded" | "already-recorded"> {
  return (bytes) => {
    const answer = fieldsOf(parseResult(bytes)) as Partial<BatchResult>;
    const own = answer.sensor === sensor && answer.sequence === sequence && answer.hash === toHex(hash);
    if (!own || (answer.result !== "recorded" && answer.result !== "already-recorded")) {
      throw new WintersealError("ENDORSED_RESULT", undefined, { result: String(answer.result).slice(0, 32), sequence });
    }
    return answer.result;
  };
}

/** A sensor's head by an attested read. @throws WintersealError SENSOR_UNKNOWN, ENDORSED_RESULT */
export function headOf({ answer }: AttestedAnswer, first: Uint8Array): Head {
  if (answer === null) throw new WintersealError("SENSOR_UNKNOWN");
  const { sequence, hash } = fieldsOf(answer);
  if (sequence === 0) return { sequence, hash: first };
  if (!Number.isSafeInteger(sequence) || typeof hash !== "string" || !HASH.test(hash)) {
    throw new WintersealError("ENDORSED_RESULT", "the answer is no sensor's");
  }
  return { sequence: sequence as number, hash: fromHex(hash) };
}

/** The recorded hash under one number by an attested read, hex; undefined when nothing is recorded there. @throws WintersealError ENDORSED_RESULT */
export function recordedHash({ answer }: AttestedAnswer): string | undefined {
  if (answer === null) return undefined;
  const { hash } = fieldsOf(answer);
  if (typeof hash !== "string" || !HASH.test(hash)) throw new WintersealError("ENDORSED_RESULT", "the answer is no batch's");
  return hash;
}
