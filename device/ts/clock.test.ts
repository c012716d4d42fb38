import * as fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { DeviceClock } from "./clock";
import { processTicks } from "./clock-node";

const START = 1_790_000_000_000;
let tick = 0;
let floor = 0;
let clock: DeviceClock;
beforeEach(() => {
  tick = 1_000.7;
  floor = 0;
  clock = new DeviceClock({ ticks: () => tick, floor: () => floor });
});
/** A hint that took `ms` there and back. */
function hint(milliseconds: number, ms = 0) {
  const asked = clock.tick();
  tick += ms;
  clock.hint(milliseconds, asked);
}

test("knows no time before the first hint, and says so instead of guessing", () => {
  expect(() => clock.now()).toThrow("not known yet");
  expect(clock.asking).toBe(true);
  expect(clock.tick()).toBe(1_000);
});

test("counts half of the way there and back as the answer's age, and runs on by ticks", () => {
  hint(START, 200);
  expect(clock.now()).toBe(START + 100);
  tick += 5_000;
  expect(clock.now()).toBe(START + 5_100);
  expect(clock.asking).toBe(false);
});

test("a later hint close to the running time changes nothing, so that times of one boot do not shiver", () => {
  hint(START);
  tick += 60_000;
  hint(START + 60_000 + 4_000);
  expect(clock.now()).toBe(START + 60_000);
});

test("a hint far off is taken: a machine that slept, or a first hint that lied", () => {
  hint(START);
  hint(START + 3_600_000);
  expect(clock.now()).toBe(START + 3_600_000);
});

test("a hint before a time that was proved is refused, and the running time stays", () => {
  hint(START);
  floor = START;
  expect(() => hint(START - 16 * 60_000)).toThrow("before a time that was proved");
  expect(clock.now()).toBe(START);
  hint(START - 14 * 60_000);
  expect(clock.now()).toBe(START - 14 * 60_000);
});

test("asks again after an hour, after the link was away, and after the contract found the time off", () => {
  hint(START);
  tick += 3_600_001;
  expect(clock.asking).toBe(true);
  hint(START + 3_600_001);
  clock.reconnected();
  expect(clock.asking).toBe(true);
  hint(START + 3_600_001);
  clock.distrust();
  expect(clock.asking).toBe(true);
  hint(START + 3_600_001 + 3_000);
  expect(clock.now()).toBe(START + 3_600_001 + 3_000);
});

test("whatever the link says, the time never lies before the floor less its slack", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ wait: fc.nat(1e7), says: fc.integer({ min: 0, max: 4e12 }), proves: fc.boolean() })), (steps) => {
      tick = 0;
      floor = START;
      clock = new DeviceClock({ ticks: () => tick, floor: () => floor });
      for (const { wait, says, proves } of steps) {
        tick += wait;
        try {
          hint(says);
        } catch (error) {
          expect(error).toMatchObject({ code: "TIMESTAMP_OFF" });
          continue;
        }
        expect(clock.now()).toBeGreaterThanOrEqual(floor - 15 * 60_000 - 5_000);
        if (proves) floor = Math.max(floor, clock.now());
      }
    }),
    { seed: 1 },
  );
});

test("a process's ticks begin at its age and never run backwards", () => {
  const ticks = processTicks(5_000);
  let last = 5_000;
  for (let round = 0; round < 10_000; round++) {
    const next = ticks();
    expect(next).toBeGreaterThanOrEqual(last);
    last = next;
  }
});
