/** A shipment's own hash-linked log: its head in an attested read stands for everything that happened to it. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes } from "../domain/bytes";
import { canonicalBytes } from "../domain/canonical-json";
import type { ShipmentRecord } from "./state";
import type { Call } from "./types";

type Log = ShipmentRecord["log"];

export const EMPTY_LOG: Log = { length: 0, head: "00".repeat(32) };

/** What happened, beside who, when and in which transaction. Canonical JSON. */
export type LogEntry = { readonly type: string; readonly [key: string]: unknown };

/** head = SHA-256(head before ‖ canonical JSON of the entry with transaction, time and caller), hex. */
export function appendLog(log: Log, { transactionId, timestamp, creator }: Call, entry: LogEntry): Log {
  const full = { at: timestamp, by: creator.commonName, organisation: creator.mspId, transaction: transactionId, ...entry };
  const hash = sha256.create().update(hexToBytes(log.head));
  return { length: log.length + 1, head: bytesToHex(hash.update(canonicalBytes(full as Parameters<typeof canonicalBytes>[0])).digest()) };
}
