/** Keys and values in LevelDB. One letter tells state from index; state sorts by namespace, then by the key's UTF-8 bytes, as in Fabric. */
import type { Version } from "../wire/version";
import type { Location } from "./block-files";

const STATE = Buffer.from("s");
const SEPARATOR = Buffer.from([0]);
const AFTER_SEPARATOR = Buffer.from([1]);

export const SAVEPOINT_KEY = Buffer.from("m");

export function stateKey(namespace: string, key: string): Buffer {
  return Buffer.concat([STATE, Buffer.from(namespace), SEPARATOR, Buffer.from(key)]);
}

/** Bounds of `[start, end)` in a namespace; an empty end is the namespace's end. */
export function stateRange(namespace: string, start: string, end: string): { gte: Buffer; lt: Buffer } {
  const lt = end === "" ? Buffer.concat([STATE, Buffer.from(namespace), AFTER_SEPARATOR]) : stateKey(namespace, end);
  return { gte: stateKey(namespace, start), lt };
}

/** The key inside its namespace. */
export function keyOfState(namespace: string, raw: Buffer): string {
  return raw.subarray(STATE.length + Buffer.byteLength(namespace) + SEPARATOR.length).toString("utf8");
}

const VERSION_BYTES = 12;

export interface VersionedValue {
  readonly version: Version;
  readonly value: Buffer;
}

export function encodeValue(version: Version, value: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(VERSION_BYTES + value.length);
  bytes.writeBigUInt64BE(BigInt(version.block), 0);
  bytes.writeUInt32BE(version.transaction, 8);
  bytes.set(value, VERSION_BYTES);
  return bytes;
}

export function decodeValue(bytes: Buffer): VersionedValue {
  return { version: { block: Number(bytes.readBigUInt64BE(0)), transaction: bytes.readUInt32BE(8) }, value: bytes.subarray(VERSION_BYTES) };
}

/** Key-level metadata stands beside the state, so that keys without any, nearly all, cost nothing. */
export function metadataKey(namespace: string, key: string): Buffer {
  return Buffer.concat([Buffer.from("p"), Buffer.from(namespace), SEPARATOR, Buffer.from(key)]);
}

export function blockKey(number: number): Buffer {
  const key = Buffer.alloc(9, "b");
  key.writeBigUInt64BE(BigInt(number), 1);
  return key;
}

export function hashKey(headerHash: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from("h"), headerHash]);
}

export function transactionKey(transactionId: string): Buffer {
  return Buffer.from(`t${transactionId}`);
}

export function encodeLocation(location: Location): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32BE(location.file, 0);
  bytes.writeBigUInt64BE(BigInt(location.offset), 4);
  bytes.writeUInt32BE(location.length, 12);
  return bytes;
}

export function decodeLocation(bytes: Buffer): Location {
  return { file: bytes.readUInt32BE(0), offset: Number(bytes.readBigUInt64BE(4)), length: bytes.readUInt32BE(12) };
}

/** Where a transaction stands and what validation said. */
export interface TransactionEntry {
  readonly block: number;
  readonly position: number;
  readonly code: number;
}

export function encodeTransaction(entry: TransactionEntry): Buffer {
  const bytes = Buffer.alloc(13);
  bytes.writeBigUInt64BE(BigInt(entry.block), 0);
  bytes.writeUInt32BE(entry.position, 8);
  bytes.writeUInt8(entry.code, 12);
  return bytes;
}

export function decodeTransaction(bytes: Buffer): TransactionEntry {
  return { block: Number(bytes.readBigUInt64BE(0)), position: bytes.readUInt32BE(8), code: bytes.readUInt8(12) };
}
