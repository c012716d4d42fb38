/** A state in memory, for tests of what reads it. */

import type { VersionedValue } from "../store/keys";
import type { StateEntry, StateIterator, StateReader } from "../store/state-view";
import type { Version } from "../wire/version";

export class MemoryState implements StateReader {
  readonly #entries = new Map<string, Map<string, VersionedValue>>();
  readonly #metadata = new Map<string, Uint8Array>();

  set(namespace: string, key: string, value: string | undefined, version: Version): void {
    const keys = this.#entries.get(namespace) ?? new Map<string, VersionedValue>();
    this.#entries.set(namespace, keys);
    if (value === undefined) keys.delete(key);
    else keys.set(key, { version, value: Buffer.from(value) });
  }

  get(namespace: string, key: string): VersionedValue | undefined {
    return this.#entries.get(namespace)?.get(key);
  }

  setMetadata(namespace: string, key: string, metadata: Uint8Array): void {
    this.#metadata.set(`${namespace}\0${key}`, metadata);
  }

  metadata(namespace: string, key: string): Uint8Array | undefined {
    return this.#metadata.get(`${namespace}\0${key}`);
  }

  range(namespace: string, start: string, end: string): StateIterator {
    const entries: StateEntry[] = [...(this.#entries.get(namespace) ?? [])]
      .map(([key, value]) => ({ key, ...value }))
      .filter(({ key }) => Buffer.compare(Buffer.from(key), Buffer.from(start)) >= 0)
      .filter(({ key }) => end === "" || Buffer.compare(Buffer.from(key), Buffer.from(end)) < 0)
      .sort((left, right) => Buffer.compare(Buffer.from(left.key), Buffer.from(right.key)));
    return { next: async () => entries.shift(), close: async () => undefined };
  }
}
