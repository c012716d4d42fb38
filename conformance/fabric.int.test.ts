/** The whole suite on every release of Fabric whose official binaries are here; skipped, and said so, where there are none. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBinaries } from "../network/binaries";
import { Bench } from "./bench";
import { CASES } from "./cases";
import { openFabric } from "./fabric";
import { runCase } from "./run";
import type { Target } from "./target";

const releases = findBinaries();

if (releases.length === 0) {
  describe("on real Fabric: skipped, no binaries in FABRIC_BIN or PATH", () => {
    for (const item of CASES) test.skip(`${item.id}: ${item.title}`);
  });
}

for (const binaries of releases) {
  describe(`on Fabric ${binaries.version}`, () => {
    let target: Target;
    let bench: Bench;

    beforeAll(async () => {
      target = await openFabric(binaries);
      bench = await Bench.open(target);
    });

    afterAll(async () => {
      bench?.close();
      await target?.close();
    });

    for (const item of CASES) {
      test(`${item.id}: ${item.title}`, async () => {
        const { failure, mismatches } = await runCase(item, bench);
        expect(failure).toBeUndefined();
        expect(mismatches).toEqual([]);
      });
    }
  });
}
