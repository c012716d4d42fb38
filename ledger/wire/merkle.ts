/**
 * Summary of a long range's reads (Fabric `rwsetutil/query_results_helper.go`): reads are hashed in groups, groups in a tree of the same
 * degree, so that a phantom check needs a few hashes instead of every key.
 */
import { ledger } from "@hyperledger/fabric-protos";
import { sha256 } from "./bytes";
import { type MerkleSummary, type Read, toKvRead } from "./rwset";

/** Fabric's `maxDegreeQueryReadsHashing`. */
export const MAX_DEGREE = 50;

export class RangeReads {
  readonly #degree: number;
  readonly #levels: Buffer[][] = [];
  #pending: Read[] = [];

  constructor(degree = MAX_DEGREE) {
    this.#degree = degree;
  }

  add(read: Read): void {
    this.#pending.push(read);
    if (this.#pending.length > this.#degree) this.#hashPending();
  }

  /** The reads themselves if they are few, else their summary. Nothing may be added afterwards. */
  finish(): readonly Read[] | MerkleSummary {
    if (this.#levels.length === 0) return this.#pending;
    if (this.#pending.length > 0) this.#hashPending();
    for (let level = 0; level < this.#levels.length - 1; level++) this.#lift(level);
    const top = this.#levels.at(-1) ?? [];
    if (top.length > this.#degree) this.#levels.push([sha256(...top)]);
    return { maxDegree: this.#degree, maxLevel: this.#levels.length, hashes: this.#levels.at(-1) ?? [] };
  }

  /** Moves what is left on a level, hashed together unless it is a single hash, to the next one. */
  #lift(level: number): void {
    const hashes = this.#levels[level] ?? [];
    const [only] = hashes;
    if (only === undefined) return;
    this.#levels[level] = [];
    this.#levels[level + 1]?.push(hashes.length === 1 ? only : sha256(...hashes));
  }

  #hashPending(): void {
    const reads = new ledger.rwset.kvrwset.QueryReads();
    reads.setKvReadsList(this.#pending.map(toKvRead));
    this.#pending = [];
    let hash = sha256(reads.serializeBinary());
    for (let level = 0; ; level++) {
      const hashes = this.#levels[level] ?? [];
      this.#levels[level] = hashes;
      hashes.push(hash);
      if (hashes.length <= this.#degree) return;
      hash = sha256(...hashes);
      this.#levels[level] = [];
    }
  }
}
