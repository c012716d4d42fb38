import { expect, test } from "vitest";
import { MemoryState } from "../testing/memory-state";
import { encodeMetadata, VALIDATION_PARAMETER } from "../wire/rwset";
import { signaturePolicy } from "../wire/signature-policy";
import { BlockKeyPolicies, holds } from "./key-policy";

const peers = (...mspIds: string[]) => mspIds.map((mspId) => ({ mspId, role: "peer" }));
const twoOf = signaturePolicy(2, ["AMSP", "BMSP", "CMSP"], "PEER").serializeBinary();

test("a policy is satisfied by distinct endorsers with its role, each counted once", () => {
  expect(holds(twoOf, peers("AMSP", "CMSP"))).toBe(true);
  expect(holds(twoOf, peers("AMSP"))).toBe(false);
  expect(holds(twoOf, peers("AMSP", "AMSP"))).toBe(false);
  expect(holds(twoOf, [...peers("AMSP"), { mspId: "BMSP", role: "client" }])).toBe(false);
  expect(holds(twoOf, peers("AMSP", "DMSP"))).toBe(false);
});

test("a policy that cannot be read is never satisfied", () => {
  expect(holds(Uint8Array.of(0xff, 0xff), peers("AMSP", "BMSP"))).toBe(false);
  expect(holds(new Uint8Array(), peers("AMSP", "BMSP"))).toBe(false);
});

test("a key whose policy an earlier transaction of the block sets is closed for the rest of the block", () => {
  const state = new MemoryState();
  state.setMetadata("kv", "a", encodeMetadata([{ name: VALIDATION_PARAMETER, value: twoOf }]));
  state.setMetadata("kv", "other", encodeMetadata([{ name: "NOTE", value: twoOf }]));
  const policies = new BlockKeyPolicies(state);
  expect(policies.of("kv", "a")).toEqual(twoOf);
  expect([policies.of("kv", "b"), policies.of("kv", "other")]).toEqual([undefined, undefined]);
  policies.note([{ namespace: "kv", reads: [], ranges: [], writes: [], metadata: [{ key: "b", entries: [] }] }]);
  expect([policies.of("kv", "b"), policies.of("elsewhere", "b")]).toEqual(["changed", undefined]);
});
