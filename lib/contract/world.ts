/** State as records: reads come from the view, writes are kept until the call has succeeded. A call sees its own writes. */
import { type CanonicalValue, canonicalBytes } from "../domain/canonical-json";
import type { StateView } from "./types";

export class World {
  readonly #view: StateView;
  readonly #written = new Map<string, unknown>();
  readonly #policies = new Map<string, Uint8Array>();

  constructor(view: StateView) {
    this.#view = view;
  }

  /** The record that this contract wrote under the key; its shape is the key's (lib/contract/state). */
  async get<T>(key: string): Promise<T | undefined> {
    if (this.#written.has(key)) return this.#written.get(key) as T;
    const bytes = await this.#view.get(key);
    return bytes === undefined || bytes.length === 0 ? undefined : (JSON.parse(new TextDecoder().decode(bytes)) as T);
  }

  put(key: string, record: object): void {
    this.#written.set(key, record);
  }

  /** Whoever writes the key from the next block on needs these endorsements. The call must write the key too. */
  protect(key: string, policy: Uint8Array): void {
    this.#policies.set(key, policy);
  }

  policies(): Map<string, Uint8Array> {
    return new Map([...this.#policies].sort(([left], [right]) => (left < right ? -1 : 1)));
  }

  /** Sorted by key, so that every endorser writes in the same order. */
  writes(): Map<string, Uint8Array> {
    const keys = [...this.#written.keys()].sort();
    return new Map(keys.map((key) => [key, canonicalBytes(this.#written.get(key) as CanonicalValue)]));
  }
}
