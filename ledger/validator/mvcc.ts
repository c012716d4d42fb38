/**
 * Multi-version concurrency control: a transaction is valid only if everything that it read is still as it read it, counting the
 * transactions before it in the block (Fabric `txmgmt/validation`).
 */
import type { StateUpdate } from "../store/chain-store";
import type { StateReader } from "../store/state-view";
import { MAX_DEGREE, RangeReads } from "../wire/merkle";
import { encodeMetadata, isSummary, type MerkleSummary, type NamespaceSet, type RangeRead, type Read } from "../wire/rwset";
import { CODE, type Code } from "../wire/transaction";
import { sameVersion, type Version } from "../wire/version";

const NO_METADATA = new Uint8Array();

/** What the block's transactions so far have changed. */
export class BlockUpdates {
  readonly #updates = new Map<string, Map<string, StateUpdate>>();

  get(namespace: string, key: string): StateUpdate | undefined {
    return this.#updates.get(namespace)?.get(key);
  }

  of(namespace: string): ReadonlyMap<string, StateUpdate> {
    return this.#updates.get(namespace) ?? new Map<string, StateUpdate>();
  }

  apply(sets: readonly NamespaceSet[], version: Version): void {
    for (const set of sets) {
      const written = new Map(set.metadata.map(({ key, entries }) => [key, entries.length === 0 ? NO_METADATA : encodeMetadata(entries)]));
      for (const { key, value } of set.writes) {
        const keys = this.#updates.get(set.namespace) ?? new Map<string, StateUpdate>();
        this.#updates.set(set.namespace, keys);
        const before = keys.get(key);
        const kept = before?.value === undefined && before !== undefined ? NO_METADATA : before?.metadata;
        const metadata = value === undefined ? NO_METADATA : (written.get(key) ?? kept);
        keys.set(key, { namespace: set.namespace, key, value, version, ...(metadata !== undefined && { metadata }) });
      }
    }
  }

  /** In the byte order of namespace and key. */
  sorted(): StateUpdate[] {
    const byBytes = (left: string, right: string) => Buffer.compare(Buffer.from(left), Buffer.from(right));
    return [...this.#updates]
      .sort(([left], [right]) => byBytes(left, right))
      .flatMap(([, keys]) => [...keys].sort(([left], [right]) => byBytes(left, right)).map(([, update]) => update));
  }
}

function inRange(key: string, range: RangeRead): boolean {
  const bytes = Buffer.from(key);
  if (Buffer.compare(bytes, Buffer.from(range.start)) < 0) return false;
  if (range.exhausted && range.end === "") return true;
  const toEnd = Buffer.compare(bytes, Buffer.from(range.end));
  // A range that was not read to its end guards up to and including the last key that was seen.
  return range.exhausted ? toEnd < 0 : toEnd <= 0;
}

async function committedReads(namespace: string, range: RangeRead, state: StateReader): Promise<Read[]> {
  const reads: Read[] = [];
  const iterator = state.range(namespace, range.start, range.exhausted ? range.end : `${range.end}\u0000`);
  try {
    for (let entry = await iterator.next(); entry !== undefined; entry = await iterator.next()) {
      reads.push({ key: entry.key, version: entry.version });
    }
  } finally {
    await iterator.close();
  }
  return reads;
}

function sameReads(left: readonly Read[], right: readonly Read[]): boolean {
  return (
    left.length === right.length &&
    left.every((read, index) => read.key === right[index]?.key && sameVersion(read.version, right[index]?.version))
  );
}

function sameSummary(left: MerkleSummary, right: MerkleSummary): boolean {
  return (
    left.maxDegree === right.maxDegree &&
    left.maxLevel === right.maxLevel &&
    left.hashes.length === right.hashes.length &&
    left.hashes.every((hash, index) => Buffer.compare(hash, right.hashes[index] ?? new Uint8Array()) === 0)
  );
}

async function rangeUnchanged(namespace: string, range: RangeRead, state: StateReader, updates: BlockUpdates): Promise<boolean> {
  // A change inside the range by an earlier transaction of the block changes a version at least.
  for (const key of updates.of(namespace).keys()) {
    if (inRange(key, range)) {
      const before = state.get(namespace, key);
      const now = updates.get(namespace, key);
      if (before !== undefined || now?.value !== undefined) return false;
    }
  }
  const committed = await committedReads(namespace, range, state);
  if (!isSummary(range.reads)) return sameReads(range.reads, committed);
  if (range.reads.maxDegree !== MAX_DEGREE) return false;
  const summary = new RangeReads(MAX_DEGREE);
  for (const read of committed) summary.add(read);
  const now = summary.finish();
  return isSummary(now) && sameSummary(range.reads, now);
}

function readsUnchanged(set: NamespaceSet, state: StateReader, updates: BlockUpdates): boolean {
  return set.reads.every(
    (read) => updates.get(set.namespace, read.key) === undefined && sameVersion(state.get(set.namespace, read.key)?.version, read.version),
  );
}

/** VALID, MVCC_READ_CONFLICT or PHANTOM_READ_CONFLICT. */
export async function checkReads(sets: readonly NamespaceSet[], state: StateReader, updates: BlockUpdates): Promise<Code> {
  for (const set of sets) {
    if (!readsUnchanged(set, state, updates)) return CODE.MVCC_READ_CONFLICT;
    for (const range of set.ranges) {
      if (!(await rangeUnchanged(set.namespace, range, state, updates))) return CODE.PHANTOM_READ_CONFLICT;
    }
  }
  return CODE.VALID;
}
