/**
 * Commit hash: a chain over each block's validation codes and state changes, equal on every honest peer (Fabric
 * `kvledger/kv_ledger.go` and `txmgr/update_batch_bytes.go`).
 */
import type { StateUpdate } from "../store/chain-store";
import { bytesField, orderPreserving, sha256, varint } from "../wire/bytes";

const TRUE = 1;

function encodeUpdate(update: StateUpdate, firstOfNamespace: boolean): Buffer {
  return Buffer.concat([
    ...(firstOfNamespace ? bytesField(1, Buffer.from(update.namespace)) : []),
    ...bytesField(3, Buffer.from(update.key)),
    ...(update.value === undefined ? [Buffer.of(4 * 8, TRUE)] : bytesField(5, update.value)),
    ...bytesField(6, Buffer.concat([orderPreserving(update.version.block), orderPreserving(update.version.transaction)])),
  ]);
}

/** @param updates in the byte order of namespace and key. */
export function nextCommitHash(previous: Uint8Array, codes: Uint8Array, updates: readonly StateUpdate[]): Buffer {
  const encoded = updates.flatMap((update, index) =>
    bytesField(1, encodeUpdate(update, updates[index - 1]?.namespace !== update.namespace)),
  );
  return sha256(varint(codes.length), codes, ...encoded, previous);
}
