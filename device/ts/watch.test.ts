import { describe, expect, test } from "vitest";
import { profileById, type Rule } from "../../lib/domain/profiles";
import { HONEST } from "./testing/hostile-link";
import { MINUTE, World } from "./testing/world";
import { RuleWatch } from "./watch";

const FRIDGE = profileById("fridge-2-8/1").rules;
const upper = (kind: Rule["kind"], duration: number): Rule => ({
  id: "warm",
  kind,
  direction: "upper",
  bound: 8_000,
  duration,
  severity: "major",
  hysteresis: 0,
});

/** Which of the temperatures, one a minute, are urgent. */
function urgentOf(rules: readonly Rule[], temperatures: readonly number[], aheadMs = MINUTE): number[] {
  const watch = new RuleWatch(rules, aheadMs);
  return temperatures.flatMap((temperature, index) => (watch.urgent({ tick: index * MINUTE, temperature, humidity: null }) ? [index] : []));
}

describe("a reading that must not wait", () => {
  test("is the first one out of bounds, and the first one back", () => {
    expect(urgentOf([upper("instantaneous", 0)], [5000, 5000, 8000, 8001, 8100, 5000, 5000])).toEqual([2, 5]);
  });

  test("is the one with which a duration is full, once", () => {
    const long = [5000, 9000, 9000, 9000, 9000, 9000, 9000];
    expect(urgentOf([upper("consecutive", 3 * MINUTE)], long)).toEqual([1, 4]);
    expect(urgentOf([upper("cumulative", 3 * MINUTE)], [9000, 9000, 5000, 9000, 9000, 9000, 9000])).toEqual([0, 2, 3, 4]);
  });

  test("is the one after which the bound comes near, once for each approach", () => {
    expect(urgentOf([upper("instantaneous", 0)], [5000, 5100, 6800, 7200, 7250, 7200, 7900])).toEqual([2, 6]);
    expect(urgentOf([upper("instantaneous", 0)], [5000, 5500, 6000], 10 * MINUTE)).toEqual([1]);
  });

  test("is none in goods kept cold, and none without a profile", () => {
    const cold = Array.from({ length: 200 }, (_, index) => 4_900 + ((index * 37) % 200));
    expect(urgentOf(FRIDGE, cold)).toEqual([]);
    expect(urgentOf([], [5000, 90_000, -90_000])).toEqual([]);
  });
});

test("a violating reading is on the ledger within a second, while the others wait for their batch", async () => {
  const world = new World(31, HONEST, { intervalMs: 10_000, batchReadings: 600, batchAgeMs: 60 * MINUTE, profile: "fridge-2-8/1" });
  world.probe = () => ({ temperature: 5_000, humidity: null });
  await world.boot();
  await world.run(10 * MINUTE);
  expect(world.ledger.chain).toEqual([]);
  world.probe = () => ({ temperature: 9_000, humidity: null });
  await world.run(11_000);
  const [first] = world.ledger.chain;
  const readings = first?.batch.kind === "readings" ? first.batch.readings : [];
  expect(readings.length).toBeGreaterThan(55);
  expect(readings.at(-1)?.temperature).toBe(9_000);
  await world.run(20 * MINUTE);
  // the ones with which the rule's durations are full, and no more
  expect(world.ledger.chain.length).toBeLessThanOrEqual(1 + FRIDGE.length);
  world.crash();
});
