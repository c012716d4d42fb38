import type { ClientBase } from "pg";
import type { StateView } from "../contract/types";

export interface Version {
  readonly block: number;
  readonly position: number;
}

interface Entry extends Version {
  readonly value: Uint8Array;
}

/** Bytes of keys and values kept in memory, unless told otherwise. */
const CACHE_BYTES = 64 * 1024 * 1024;
/** What an entry costs beside its key and value, roughly. */
const ENTRY_BYTES = 200;

/**
 * The projection's own copy of the world state: nothing but what re-executed transactions wrote. Reads go to pending writes, then to a bounded cache,
 * then to table `ledger_state`; that a key does not exist is remembered too, since nobody else writes the table.
 */
export class StateCopy implements StateView {
  readonly #client: ClientBase;
  readonly #limit: number;
  readonly #pending = new Map<string, Entry>();
  readonly #cache = new Map<string, Entry | null>();
  #bytes = 0;

  constructor(client: ClientBase, limit = CACHE_BYTES) {
    this.#client = client;
    this.#limit = limit;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return (await this.#entry(key))?.value;
  }

  /** Transaction that wrote the key's value, or undefined when there is none. */
  async version(key: string): Promise<Version | undefined> {
    return (await this.#entry(key)) ?? undefined;
  }

  /** Reads many keys by one query; what is in memory already costs nothing. */
  async prefetch(keys: Iterable<string>): Promise<void> {
    const missing = [...new Set(keys)].filter((key) => !this.#pending.has(key) && !this.#cache.has(key));
    if (missing.length === 0) return;
    const { rows } = await this.#client.query<Entry & { readonly key: string }>({
      name: "state-prefetch",
      text: "SELECT key, value, block, position FROM ledger_state WHERE key = ANY($1::text[])",
      // Postgres refuses NUL in text; no key of ours has one, so such a key was never written.
      values: [missing.filter((key) => !key.includes("\0"))],
    });
    const found = new Map(rows.map(({ key, value, block, position }) => [key, { value, block, position }]));
    for (const key of missing) this.#remember(key, found.get(key) ?? null);
  }

  /** Seen by reads at once; lasts when {@link settle} follows the database's commit. */
  put(key: string, value: Uint8Array, version: Version): void {
    this.#pending.set(key, { value, ...version });
  }

  settle(): void {
    for (const [key, entry] of this.#pending) this.#remember(key, entry);
    this.#pending.clear();
    for (const [key, entry] of this.#cache) {
      if (this.#bytes <= this.#limit) break;
      this.#cache.delete(key);
      this.#bytes -= cost(key, entry);
    }
  }

  /** Forgets what was put since the last {@link settle}. */
  discard(): void {
    this.#pending.clear();
  }

  async #entry(key: string): Promise<Entry | null> {
    const pending = this.#pending.get(key);
    if (pending) return pending;
    if (!this.#cache.has(key)) await this.prefetch([key]);
    const entry = this.#cache.get(key) ?? null;
    // Last used, last out.
    this.#cache.delete(key);
    this.#cache.set(key, entry);
    return entry;
  }

  #remember(key: string, entry: Entry | null): void {
    const earlier = this.#cache.get(key);
    if (earlier !== undefined) this.#bytes -= cost(key, earlier);
    this.#cache.delete(key);
    this.#cache.set(key, entry);
    this.#bytes += cost(key, entry);
  }
}

const cost = (key: string, entry: Entry | null): number => ENTRY_BYTES + 2 * key.length + (entry?.value.length ?? 0);
