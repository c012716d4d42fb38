/** Hash-linked logs: a head in an attested read stands for everything that happened to a shipment or a sensor, in order, with nothing left out. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes } from "../domain/bytes";
import { canonicalBytes } from "../domain/canonical-json";
import type { LogHead } from "./state";
import type { Call } from "./types";

export const EMPTY_LOG: LogHead = { length: 0, head: "00".repeat(32) };

/** What happened, beside who, when and in which transaction. Canonical JSON. */
export type LogEntry = { readonly type: string; readonly [key: string]: unknown };

/** SHA-256(previous ‖ canonical JSON of what happened with transaction, time and caller), hex. */
export function link(previous: string, { transactionId, timestamp, creator }: Call, entry: LogEntry): string {
  const full = { at: timestamp, by: creator.commonName, organisation: creator.mspId, transaction: transactionId, ...entry };
  const hash = sha256.create().update(hexToBytes(previous));
  return bytesToHex(hash.update(canonicalBytes(full as Parameters<typeof canonicalBytes>[0])).digest());
}

export const appendLog = (log: LogHead, call: Call, entry: LogEntry): LogHead => ({
  length: log.length + 1,
  head: link(log.head, call, entry),
});
