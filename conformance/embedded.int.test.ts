/** The whole suite on the embedded ledger: real processes, real contract. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Bench } from "./bench";
import { CASES } from "./cases";
import { openEmbedded } from "./embedded";
import { runCase } from "./run";
import type { Target } from "./target";

let target: Target;
let bench: Bench;

beforeAll(async () => {
  target = await openEmbedded();
  bench = await Bench.open(target);
});

afterAll(async () => {
  bench?.close();
  await target?.close();
});

describe("on the embedded ledger", () => {
  for (const item of CASES) {
    test(`${item.id}: ${item.title}`, async () => {
      const { failure, mismatches } = await runCase(item, bench);
      expect(failure).toBeUndefined();
      expect(mismatches).toEqual([]);
    });
  }
});
