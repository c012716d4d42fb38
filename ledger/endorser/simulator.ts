/**
 * Runs one proposal against a fixed view of the state and records what it read and wrote. As in Fabric, a read never sees the
 * proposal's own writes, and the last write to a key wins.
 */
import type { StateEntry, StateIterator, StateReader } from "../store/state-view";
import { RangeReads } from "../wire/merkle";
import { decodeMetadata, encodeReadWriteSet, type MetadataEntry, type NamespaceSet, type RangeRead, type Read } from "../wire/rwset";
import type { Version } from "../wire/version";

interface NamespaceRecord {
  readonly reads: Map<string, Version | undefined>;
  readonly writes: Map<string, Uint8Array | undefined>;
  readonly metadata: Map<string, readonly MetadataEntry[]>;
  readonly ranges: RecordedRange[];
}

interface RecordedRange {
  readonly start: string;
  readonly reads: RangeReads;
  end: string;
  exhausted: boolean;
}

function byBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([left], [right]) => byBytes(left, right));
}

export class Simulator {
  readonly #state: StateReader;
  readonly #namespaces = new Map<string, NamespaceRecord>();
  readonly #open = new Set<StateIterator>();
  readonly #transactionId: string;
  #paged = false;
  #wrote = false;

  /** @param transactionId for the words of a refusal */
  constructor(state: StateReader, transactionId = "") {
    this.#state = state;
    this.#transactionId = transactionId;
  }

  /** A page is not guarded against phantoms, so what was computed from it must not be written. The text is Fabric's, typing error included. */
  #refuse(reason: string): Error {
    return new Error(`txid [${this.#transactionId}]: unsuppored transaction. ${reason}`);
  }

  #write(namespace: string, key: string, value: Uint8Array | undefined): void {
    if (this.#paged) throw this.#refuse("Transaction has already performed a paginated query. Writes are not allowed");
    this.#wrote = true;
    this.#record(namespace).writes.set(key, value);
  }

  #record(namespace: string): NamespaceRecord {
    let record = this.#namespaces.get(namespace);
    if (record === undefined) {
      record = { reads: new Map(), writes: new Map(), metadata: new Map(), ranges: [] };
      this.#namespaces.set(namespace, record);
    }
    return record;
  }

  get(namespace: string, key: string): Uint8Array | undefined {
    const entry = this.#state.get(namespace, key);
    this.#record(namespace).reads.set(key, entry?.version);
    return entry?.value;
  }

  /** An empty value deletes, as in Fabric. */
  put(namespace: string, key: string, value: Uint8Array): void {
    this.#write(namespace, key, value.length === 0 ? undefined : value);
  }

  delete(namespace: string, key: string): void {
    this.#write(namespace, key, undefined);
  }

  /**
   * At most `limit` entries of `[start, end)` and the key at which the next page begins; empty = there is none. What was returned counts as read,
   * the bookmark does not.
   */
  async page(namespace: string, start: string, end: string, limit: number): Promise<{ entries: StateEntry[]; bookmark: string }> {
    if (this.#wrote) throw this.#refuse("Paginated queries are supported only in a read-only transaction");
    this.#paged = true;
    const recorded = this.range(namespace, start, end);
    const entries: StateEntry[] = [];
    try {
      for (let entry = await recorded.next(); entry !== undefined; entry = await recorded.next()) {
        if (entries.push(entry) === limit) break;
      }
    } finally {
      await recorded.close();
    }
    return { entries, bookmark: entries.length < limit ? "" : await this.#keyAfter(namespace, entries.at(-1)?.key ?? start, end) };
  }

  async #keyAfter(namespace: string, key: string, end: string): Promise<string> {
    const iterator = this.#state.range(namespace, `${key}\u0000`, end);
    try {
      return (await iterator.next())?.key ?? "";
    } finally {
      await iterator.close();
    }
  }

  /** The key's metadata as committed; reads the key, as in Fabric. */
  metadata(namespace: string, key: string): readonly MetadataEntry[] {
    this.get(namespace, key);
    const bytes = this.#state.metadata(namespace, key);
    return bytes === undefined ? [] : decodeMetadata(bytes);
  }

  /** All metadata of the key from now on: one entry takes the place of all earlier ones, as in Fabric. */
  setMetadata(namespace: string, key: string, entries: readonly MetadataEntry[]): void {
    this.#record(namespace).metadata.set(key, entries);
  }

  /** Keys in `[start, end)`; what the caller has seen of the range is guarded against phantoms. */
  range(namespace: string, start: string, end: string): StateIterator {
    const iterator = this.#state.range(namespace, start, end);
    const recorded: RecordedRange = { start, end: "", exhausted: false, reads: new RangeReads() };
    this.#record(namespace).ranges.push(recorded);
    this.#open.add(iterator);
    return {
      next: async () => {
        const entry = await iterator.next();
        if (entry === undefined) {
          recorded.exhausted = true;
          recorded.end = end;
        } else {
          recorded.reads.add({ key: entry.key, version: entry.version });
          recorded.end = entry.key;
        }
        return entry;
      },
      close: async () => {
        this.#open.delete(iterator);
        await iterator.close();
      },
    };
  }

  /** Closes ranges that the contract left open. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((iterator) => iterator.close()));
    this.#open.clear();
  }

  /** What was read and written, namespaces and keys in byte order. Called once, at the end. */
  results(): NamespaceSet[] {
    return sorted(this.#namespaces).map(([namespace, record]) => ({
      namespace,
      reads: sorted(record.reads).map(([key, version]): Read => ({ key, version })),
      ranges: distinctRanges(record.ranges),
      writes: sorted(record.writes).map(([key, value]) => ({ key, value })),
      metadata: sorted(record.metadata).map(([key, entries]) => ({ key, entries: withValue(record, key, entries) })),
    }));
  }

  /** `rwset.TxReadWriteSet` bytes of {@link results}. */
  encodedResults(): Uint8Array {
    return encodeReadWriteSet(this.results());
  }
}

/** @throws Error for metadata of a key that the proposal does not write (docs/decisions/0012) */
function withValue(record: NamespaceRecord, key: string, entries: readonly MetadataEntry[]): readonly MetadataEntry[] {
  if (record.writes.has(key)) return entries;
  throw new Error(`metadata of key ${key}, which is not written, is not supported by the embedded ledger`);
}

/** The same range asked twice stands once, as its first reading. */
function distinctRanges(recorded: readonly RecordedRange[]): RangeRead[] {
  const ranges = new Map<string, RangeRead>();
  for (const { start, end, exhausted, reads } of recorded) {
    const name = JSON.stringify([start, end, exhausted]);
    if (!ranges.has(name)) ranges.set(name, { start, end, exhausted, reads: reads.finish() });
  }
  return [...ranges.values()];
}
