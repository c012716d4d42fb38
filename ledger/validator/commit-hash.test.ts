import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { StateUpdate } from "../store/chain-store";
import { nextCommitHash } from "./commit-hash";

const update = (namespace: string, key: string, value: string | undefined, block = 1, transaction = 0): StateUpdate => ({
  namespace,
  key,
  value: value === undefined ? undefined : Buffer.from(value),
  version: { block, transaction },
});

test("hashes the bytes that Fabric hashes (worked out by hand from txmgr/updates.proto)", () => {
  const updates = [update("ns", "k1", "v"), update("ns", "k2", undefined), update("z", "k", "v", 256, 3)];
  // Updates{ repeated KVWrite = 1 }; KVWrite{ namespace 1, key 3, isDelete 4, value 5, version 6 }; the namespace stands once.
  const encoded = Buffer.concat([
    Buffer.from("0a10" + "0a026e73" + "1a026b31" + "2a0176" + "3203010100", "hex"),
    Buffer.from("0a0b" + "1a026b32" + "2001" + "3203010100", "hex"),
    Buffer.from("0a10" + "0a017a" + "1a016b" + "2a0176" + "32050201000103", "hex"),
  ]);
  const codes = Buffer.of(0, 11);
  const expected = createHash("sha256").update(Buffer.of(2)).update(codes).update(encoded).update(Buffer.alloc(32, 7)).digest();
  expect(nextCommitHash(Buffer.alloc(32, 7), codes, updates)).toEqual(expected);
});

test("changes with any code, key, value, version and with the hash before", () => {
  const base = () => nextCommitHash(Buffer.alloc(32), Buffer.of(0), [update("n", "k", "v")]).toString("hex");
  const variants = [
    nextCommitHash(Buffer.alloc(32, 1), Buffer.of(0), [update("n", "k", "v")]),
    nextCommitHash(Buffer.alloc(32), Buffer.of(11), [update("n", "k", "v")]),
    nextCommitHash(Buffer.alloc(32), Buffer.of(0), [update("m", "k", "v")]),
    nextCommitHash(Buffer.alloc(32), Buffer.of(0), [update("n", "l", "v")]),
    nextCommitHash(Buffer.alloc(32), Buffer.of(0), [update("n", "k", "w")]),
    nextCommitHash(Buffer.alloc(32), Buffer.of(0), [update("n", "k", undefined)]),
    nextCommitHash(Buffer.alloc(32), Buffer.of(0), [update("n", "k", "v", 2)]),
    nextCommitHash(Buffer.alloc(32), Buffer.of(0), [update("n", "k", "v", 1, 1)]),
  ].map((hash) => hash.toString("hex"));
  expect(new Set([base(), ...variants]).size).toBe(variants.length + 1);
});

test("different histories of codes give different chains", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 6 }), fc.uint8Array({ minLength: 1, maxLength: 6 }), (left, right) => {
      const chain = (codes: Uint8Array) => {
        let hash: Buffer = Buffer.alloc(0);
        for (const code of codes) hash = nextCommitHash(hash, Uint8Array.of(code), []);
        return hash;
      };
      expect(chain(left).equals(chain(right))).toBe(Buffer.compare(left, right) === 0);
    }),
    { seed: 10 },
  );
});
