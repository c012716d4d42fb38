/** The state as of one height: what one simulation reads does not change under it, so an attested read is never torn. */
import type { ClassicLevel } from "classic-level";
import { decodeValue, keyOfState, metadataKey, stateKey, stateRange, type VersionedValue } from "./keys";

const MAX_REMEMBERED_READS = 10_000;

export type Database = ClassicLevel<Buffer, Buffer>;

export interface StateEntry extends VersionedValue {
  readonly key: string;
}

/** Entries in key order; must be closed. */
export interface StateIterator {
  next(): Promise<StateEntry | undefined>;
  close(): Promise<void>;
}

export interface StateReader {
  get(namespace: string, key: string): VersionedValue | undefined;
  /** The key's metadata (`encodeMetadata`); undefined = it has none. */
  metadata(namespace: string, key: string): Uint8Array | undefined;
  /** Keys in `[start, end)`, byte order; an empty `end` is the namespace's end. */
  range(namespace: string, start: string, end: string): StateIterator;
}

export class StateView implements StateReader {
  /** Number of blocks that the view holds. */
  readonly height: number;
  readonly #database: Database;
  readonly #snapshot: ReturnType<Database["snapshot"]>;
  /** Both endorsers of a proposal, and validation after them, read the same keys. */
  readonly #read = new Map<string, VersionedValue | undefined>();
  #users = 0;
  #retired = false;

  constructor(database: Database, height: number) {
    this.#database = database;
    this.#snapshot = database.snapshot();
    this.height = height;
  }

  get(namespace: string, key: string): VersionedValue | undefined {
    const name = `${namespace}\0${key}`;
    const known = this.#read.get(name);
    if (known !== undefined || this.#read.has(name)) return known;
    const bytes = this.#database.getSync(stateKey(namespace, key), { snapshot: this.#snapshot });
    const entry = bytes === undefined ? undefined : decodeValue(bytes);
    if (this.#read.size < MAX_REMEMBERED_READS) this.#read.set(name, entry);
    return entry;
  }

  metadata(namespace: string, key: string): Uint8Array | undefined {
    return this.#database.getSync(metadataKey(namespace, key), { snapshot: this.#snapshot });
  }

  range(namespace: string, start: string, end: string): StateIterator {
    const iterator = this.#database.iterator({ ...stateRange(namespace, start, end), snapshot: this.#snapshot });
    return {
      async next() {
        const entry = await iterator.next();
        return entry === undefined ? undefined : { key: keyOfState(namespace, entry[0]), ...decodeValue(entry[1]) };
      },
      close: () => iterator.close(),
    };
  }

  acquire(): this {
    this.#users++;
    return this;
  }

  async release(): Promise<void> {
    this.#users--;
    await this.#closeIfUnused();
  }

  /** No new users come; the snapshot goes with the last one. */
  async retire(): Promise<void> {
    this.#retired = true;
    await this.#closeIfUnused();
  }

  async #closeIfUnused(): Promise<void> {
    if (this.#retired && this.#users === 0) await this.#snapshot.close();
  }
}
