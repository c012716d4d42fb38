import fc from "fast-check";
import { expect, test } from "vitest";
import { Pace } from "./pace";

const LIMITS = { packetsPerSecond: 100, burst: 200 };

test("whoever waits as told never gets more through than the burst and the rate allow, whatever it sends", () => {
  const sending = fc.array(fc.record({ idle: fc.nat(3_000), bytes: fc.nat(262_144) }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(sending, (packets) => {
      const pace = new Pace(LIMITS, 0);
      let now = 0;
      let spent = 0;
      for (const { idle, bytes } of packets) {
        now += idle;
        spent += 1 + Math.floor(bytes / 16_384);
        now += pace.spend(bytes, now);
        // What one packet may cost more than was left is made good before the next is read.
        expect(spent).toBeLessThanOrEqual(LIMITS.burst + (now / 1_000) * LIMITS.packetsPerSecond + 1e-6);
      }
    }),
    { seed: 71, numRuns: 300 },
  );
});

test("a sender within the rate is never held up", () => {
  const pace = new Pace(LIMITS, 0);
  for (let index = 1; index <= 1_000; index++) expect(pace.spend(400, index * 10)).toBe(0);
});

test("a debt is forgiven beyond what a keep-alive outlasts", () => {
  const pace = new Pace(LIMITS, 0);
  let wait = 0;
  for (let index = 0; index < 32_000; index++) wait = pace.spend(2, 0);
  expect(wait).toBe(5_000);
});
