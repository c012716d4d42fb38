import { ledger } from "@hyperledger/fabric-protos";
import fc from "fast-check";
import { expect, test } from "vitest";
import { sha256 } from "./bytes";
import { MAX_DEGREE, RangeReads } from "./merkle";
import {
  decodeMetadata,
  decodeReadWriteSet,
  encodeMetadata,
  encodeReadWriteSet,
  isSummary,
  type NamespaceSet,
  type Read,
  toKvRead,
} from "./rwset";

const version = fc.option(fc.record({ block: fc.nat(), transaction: fc.nat(1000) }), { nil: undefined });
const read: fc.Arbitrary<Read> = fc.record({ key: fc.string(), version });
const set: fc.Arbitrary<NamespaceSet> = fc.record({
  namespace: fc.string(),
  reads: fc.array(read, { maxLength: 4 }),
  ranges: fc.array(fc.record({ start: fc.string(), end: fc.string(), exhausted: fc.boolean(), reads: fc.array(read, { maxLength: 3 }) }), {
    maxLength: 2,
  }),
  writes: fc.array(fc.record({ key: fc.string(), value: fc.option(fc.uint8Array({ minLength: 1, maxLength: 5 }), { nil: undefined }) }), {
    maxLength: 4,
  }),
  metadata: fc.constant([]),
});

test("what is encoded is decoded again", () => {
  fc.assert(
    fc.property(fc.array(set, { maxLength: 3 }), (sets) => {
      expect(decodeReadWriteSet(encodeReadWriteSet(sets))).toEqual(sets);
    }),
    { seed: 11 },
  );
});

test("metadata of a key that is written is decoded again, of any other refused", () => {
  const entries = [{ name: "VALIDATION_PARAMETER", value: Uint8Array.of(1, 2) }];
  const set = {
    namespace: "kv",
    reads: [],
    ranges: [],
    writes: [{ key: "a", value: Uint8Array.of(7) }],
    metadata: [{ key: "a", entries }],
  };
  expect(decodeReadWriteSet(encodeReadWriteSet([set]))).toEqual([set]);
  expect(() => decodeReadWriteSet(encodeReadWriteSet([{ ...set, writes: [] }]))).toThrow(/not written/);
  expect(decodeMetadata(encodeMetadata(entries))).toEqual(entries);
});

test("arbitrary bytes are refused or read, and never do harm", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        decodeReadWriteSet(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }),
    { seed: 12, numRuns: 500 },
  );
});

test("private collections are refused", () => {
  const message = new ledger.rwset.TxReadWriteSet();
  const namespace = new ledger.rwset.NsReadWriteSet();
  namespace.addCollectionHashedRwset(new ledger.rwset.CollectionHashedReadWriteSet());
  message.addNsRwset(namespace);
  expect(() => decodeReadWriteSet(message.serializeBinary())).toThrow(/private collections/);
});

function summaryOf(count: number, degree = MAX_DEGREE) {
  const reads = new RangeReads(degree);
  for (let index = 0; index < count; index++) reads.add({ key: `k${index}`, version: { block: 1, transaction: index } });
  return reads.finish();
}

test("a range of up to the degree stands as it is, a longer one as a summary", () => {
  expect(isSummary(summaryOf(MAX_DEGREE))).toBe(false);
  expect(isSummary(summaryOf(MAX_DEGREE + 1))).toBe(true);
});

test("the summary is Fabric's tree: groups of degree + 1 reads, levels of more than the degree's hashes", () => {
  const leaf = (from: number, to: number) => {
    const reads = new ledger.rwset.kvrwset.QueryReads();
    for (let index = from; index < to; index++) reads.addKvReads(toKvRead({ key: `k${index}`, version: { block: 1, transaction: index } }));
    return sha256(reads.serializeBinary());
  };
  // Degree 2: a leaf is hashed at the third read, a level at its third hash.
  expect(summaryOf(5, 2)).toEqual({ maxDegree: 2, maxLevel: 1, hashes: [leaf(0, 3), leaf(3, 5)] });
  expect(summaryOf(9, 2)).toEqual({ maxDegree: 2, maxLevel: 2, hashes: [sha256(leaf(0, 3), leaf(3, 6), leaf(6, 9))] });
  expect(summaryOf(10, 2)).toEqual({ maxDegree: 2, maxLevel: 2, hashes: [sha256(leaf(0, 3), leaf(3, 6), leaf(6, 9)), leaf(9, 10)] });
});
