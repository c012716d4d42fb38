/** Read and write sets, between objects and Fabric's bytes. */
import { ledger } from "@hyperledger/fabric-protos";
import type { Version } from "./version";

const { kvrwset } = ledger.rwset;
type KvRead = ledger.rwset.kvrwset.KVRead;
type KvMetadataWrite = ledger.rwset.kvrwset.KVMetadataWrite;
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

/** All key-level metadata of a key from now on; no entries = none any more. */
export interface MetadataWrite {
  readonly key: string;
  readonly entries: readonly MetadataEntry[];
}

export interface MetadataEntry {
  readonly name: string;
  readonly value: Uint8Array;
}

/** Name of the metadata that holds a key's endorsement policy (Fabric `peer.MetaDataKeys`). */
export const VALIDATION_PARAMETER = "VALIDATION_PARAMETER";

export interface NamespaceSet {
  readonly namespace: string;
  readonly reads: readonly Read[];
  readonly ranges: readonly RangeRead[];
  readonly writes: readonly Write[];
  /** Of keys that the set writes too: metadata without a value is not supported (docs/decisions/0012). */
  readonly metadata: readonly MetadataWrite[];
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

function toMetadataWrite({ key, entries }: MetadataWrite): KvMetadataWrite {
  const message = new kvrwset.KVMetadataWrite();
  message.setKey(key);
  message.setEntriesList(entries.map(toEntry));
  return message;
}

function toEntry({ name, value }: MetadataEntry): ledger.rwset.kvrwset.KVMetadataEntry {
  const entry = new kvrwset.KVMetadataEntry();
  entry.setName(name);
  entry.setValue(value);
  return entry;
}

const fromEntry = (entry: ledger.rwset.kvrwset.KVMetadataEntry): MetadataEntry => ({
  name: entry.getName(),
  value: entry.getValue_asU8(),
});

/** How the state keeps a key's metadata (Fabric `statemetadata.Serialize`). */
export function encodeMetadata(entries: readonly MetadataEntry[]): Uint8Array {
  return toMetadataWrite({ key: "", entries }).serializeBinary();
}

export function decodeMetadata(bytes: Uint8Array): MetadataEntry[] {
  return kvrwset.KVMetadataWrite.deserializeBinary(bytes).getEntriesList().map(fromEntry);
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
    inner.setMetadataWritesList(set.metadata.map(toMetadataWrite));
    const namespace = new ledger.rwset.NsReadWriteSet();
    namespace.setNamespace(set.namespace);
    namespace.setRwset(inner.serializeBinary());
    message.addNsRwset(namespace);
  }
  return message.serializeBinary();
}

/**
 * @throws Error on malformed bytes, on private collections and on metadata of a key that is not written, which this ledger does not have.
 */
export function decodeReadWriteSet(bytes: Uint8Array): NamespaceSet[] {
  return ledger.rwset.TxReadWriteSet.deserializeBinary(bytes)
    .getNsRwsetList()
    .map((message) => {
      const inner = kvrwset.KVRWSet.deserializeBinary(message.getRwset_asU8());
      if (message.getCollectionHashedRwsetList().length > 0) throw new Error("private collections are not supported");
      const written = new Set(inner.getWritesList().map((write) => write.getKey()));
      const metadata = inner
        .getMetadataWritesList()
        .map((write) => ({ key: write.getKey(), entries: write.getEntriesList().map(fromEntry) }));
      if (metadata.some(({ key }) => !written.has(key))) throw new Error("metadata of a key that is not written is not supported");
      return {
        namespace: message.getNamespace(),
        reads: inner.getReadsList().map(fromKvRead),
        ranges: inner.getRangeQueriesInfoList().map(fromRangeQuery),
        writes: inner.getWritesList().map((write) => {
          const value = write.getValue_asU8();
          return { key: write.getKey(), value: write.getIsDelete() || value.length === 0 ? undefined : value };
        }),
        metadata,
      };
    });
}
