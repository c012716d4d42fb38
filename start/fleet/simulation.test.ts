import { expect, test } from "vitest";
import type { SimulatedSensor } from "./plan";
import { measureAt } from "./simulation";

const MINUTE = 60_000;
const MADE = 1_790_000_000_000;
const sensor: SimulatedSensor = {
  id: "s-1",
  seed: 7,
  temperature: 4900,
  humidity: 550,
  switchedOnMinutesAgo: 1800,
  historyIntervalMs: 5 * MINUTE,
  liveIntervalMs: 5_000,
  happenings: [],
};
const during = (from: number, to: number, of = sensor) =>
  Array.from({ length: Math.floor((to - from) / MINUTE) }, (_, index) => measureAt(of, MADE + from + index * MINUTE, MADE));
const temperatures = (list: ReturnType<typeof during>) => list.flatMap((one) => (one === undefined ? [] : [one.temperature]));

test("the same moment always gives the same reading, and two sensors never the same curve", () => {
  expect(during(-1800 * MINUTE, 0)).toEqual(during(-1800 * MINUTE, 0));
  expect(during(0, 60 * MINUTE)).not.toEqual(during(0, 60 * MINUTE, { ...sensor, seed: 8 }));
});

test("with nothing happening a fridge stays between its bounds for weeks, in whole steps of the probe", () => {
  const readings = during(-20 * 1440 * MINUTE, 0);
  expect(Math.max(...temperatures(readings))).toBeLessThan(7_000);
  expect(Math.min(...temperatures(readings))).toBeGreaterThan(3_000);
  expect(readings.every((one) => one !== undefined && one.temperature % 10 === 0 && Number.isInteger(one.humidity))).toBe(true);
});

test("cooling that fails warms it past the bound, and it recovers afterwards", () => {
  const warm: SimulatedSensor = { ...sensor, happenings: [{ kind: "warm", minutesAgo: 420, lastsMinutes: 95, towards: 17_500 }] };
  expect(Math.max(...temperatures(during(-420 * MINUTE, -325 * MINUTE, warm)))).toBeGreaterThan(15_000);
  expect(Math.max(...temperatures(during(-60 * MINUTE, 0, warm)))).toBeLessThan(7_000);
  expect(Math.max(...temperatures(during(-600 * MINUTE, -420 * MINUTE, warm)))).toBeLessThan(7_000);
});

test("a silent sensor gives no reading at all", () => {
  const silent: SimulatedSensor = { ...sensor, happenings: [{ kind: "silent", minutesAgo: 100, lastsMinutes: 50 }] };
  expect(during(-100 * MINUTE, -50 * MINUTE, silent).every((one) => one === undefined)).toBe(true);
  expect(temperatures(during(-50 * MINUTE, 0, silent))).toHaveLength(50);
});
