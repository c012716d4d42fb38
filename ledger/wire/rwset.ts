/** Read and write sets, between objects and Fabric's bytes. */
import { ledger } from "@hyperledger/fabric-protos";
import type { Version } from "./version";

const { kvrwset } = ledger.rwset;
type KvRead = ledger.rwset.kvrwset.KVRead;
type RangeQuery = ledger.rwset.kvrwset.RangeQueryInfo;

export interface Read {
  readonly key: string;
  /** undefined = the key did not exist. */
  readonly version: Version | undefined;
}

export interface Write {
  readonly key: string;
  /** undefined deletes. */
  readonly value: Uint8Array | undefined;
}

/** Merkle summary of a range's reads, for ranges of more than {@link MAX_RAW_READS} results. */
export interface MerkleSummary {
  readonly maxDegree: number;
  readonly maxLevel: number;
  readonly hashes: readonly Uint8Array[];
}

export interface RangeRead {
  readonly start: string;
  /** The queried end if `exhausted`, else the last key that was seen. */
  readonly end: string;
  readonly exhausted: boolean;
  readonly reads: readonly Read[] | MerkleSummary;
}

export interface NamespaceSet {
  readonly namespace: string;
  readonly reads: readonly Read[];
  readonly ranges: readonly RangeRead[];
  readonly writes: readonly Write[];
}

export function isSummary(reads: RangeRead["reads"]): reads is MerkleSummary {
  return "maxLevel" in reads;
}

function toVersion(message: ledger.rwset.kvrwset.Version | undefined): Version | undefined {
  return message && { block: message.getBlockNum(), transaction: message.getTxNum() };
}

export function toKvRead(read: Read): KvRead {
  const message = new kvrwset.KVRead();
  message.setKey(read.key);
  if (read.version !== undefined) {
    const version = new kvrwset.Version();
    version.setBlockNum(read.version.block);
    version.setTxNum(read.version.transaction);
    message.setVersion(version);
  }
  return message;
}

function fromKvRead(message: KvRead): Read {
  return { key: message.getKey(), version: toVersion(message.getVersion()) };
}

function toRangeQuery(range: RangeRead): RangeQuery {
  const message = new kvrwset.RangeQueryInfo();
  message.setStartKey(range.start);
  message.setEndKey(range.end);
  message.setItrExhausted(range.exhausted);
  if (isSummary(range.reads)) {
    const summary = new kvrwset.QueryReadsMerkleSummary();
    summary.setMaxDegree(range.reads.maxDegree);
    summary.setMaxLevel(range.reads.maxLevel);
    summary.setMaxLevelHashesList([...range.reads.hashes]);
    message.setReadsMerkleHashes(summary);
  } else if (range.reads.length > 0) {
    const reads = new kvrwset.QueryReads();
    reads.setKvReadsList(range.reads.map(toKvRead));
    message.setRawReads(reads);
  }
  return message;
}

function fromRangeQuery(message: RangeQuery): RangeRead {
  const summary = message.getReadsMerkleHashes();
  return {
    start: message.getStartKey(),
    end: message.getEndKey(),
    exhausted: message.getItrExhausted(),
    reads:
      summary === undefined
        ? (message.getRawReads()?.getKvReadsList().map(fromKvRead) ?? [])
        : { maxDegree: summary.getMaxDegree(), maxLevel: summary.getMaxLevel(), hashes: summary.getMaxLevelHashesList_asU8() },
  };
}

/** `rwset.TxReadWriteSet` bytes. Namespaces, reads and writes must already be in the byte order of their names. */
export function encodeReadWriteSet(sets: readonly NamespaceSet[]): Uint8Array {
  const message = new ledger.rwset.TxReadWriteSet();
  message.setDataModel(ledger.rwset.TxReadWriteSet.DataModel.KV);
  for (const set of sets) {
    const inner = new kvrwset.KVRWSet();
    inner.setReadsList(set.reads.map(toKvRead));
    inner.setRangeQueriesInfoList(set.ranges.map(toRangeQuery));
    inner.setWritesList(
      set.writes.map((write) => {
        const written = new kvrwset.KVWrite();
        written.setKey(write.key);
        written.setIsDelete(write.value === undefined);
        if (write.value !== undefined) written.setValue(write.value);
        return written;
      }),
    );
    const namespace = new ledger.rwset.NsReadWriteSet();
    namespace.setNamespace(set.namespace);
    namespace.setRwset(inner.serializeBinary());
    message.addNsRwset(namespace);
  }
  return message.serializeBinary();
}

/**
 * @throws Error on malformed bytes, on private collections and on key-level metadata, which this ledger does not have.
 */
export function decodeReadWriteSet(bytes: Uint8Array): NamespaceSet[] {
  return ledger.rwset.TxReadWriteSet.deserializeBinary(bytes)
    .getNsRwsetList()
    .map((message) => {
      const inner = kvrwset.KVRWSet.deserializeBinary(message.getRwset_asU8());
      if (message.getCollectionHashedRwsetList().length > 0) throw new Error("private collections are not supported");
      if (inner.getMetadataWritesList().length > 0) throw new Error("key-level metadata is not supported");
      return {
        namespace: message.getNamespace(),
        reads: inner.getReadsList().map(fromKvRead),
        ranges: inner.getRangeQueriesInfoList().map(fromRangeQuery),
        writes: inner.getWritesList().map((write) => {
          const value = write.getValue_asU8();
          return { key: write.getKey(), value: write.getIsDelete() || value.length === 0 ? undefined : value };
        }),
      };
    });
}
