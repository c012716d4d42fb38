import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ERROR_CODES, type ErrorCode, RETRYABLE, WintersealError } from "../../lib/messages/errors";
import { DEFAULT_RETRY, retryDelay } from "./retry";

const error = (code: ErrorCode, retryAfter?: number) =>
  new WintersealError(code, undefined, retryAfter === undefined ? {} : { retryAfter });

test("waits double with each failure, up to the longest", () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 50].map((attempt) => retryDelay(error("BUSY"), attempt, 0.999_999, DEFAULT_RETRY));
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
});

test("devices that failed together come back spread over half of the wait", () => {
  expect(retryDelay(error("BUSY"), 4, 0, DEFAULT_RETRY)).toBe(2_000);
  expect(retryDelay(error("BUSY"), 4, 0.5, DEFAULT_RETRY)).toBe(3_000);
});

test("a refusal that people must heal is asked again later, never hammered and never given up", () => {
  for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) {
    if (RETRYABLE.has(code)) continue;
    expect(retryDelay(error(code), 1, 0, DEFAULT_RETRY)).toBe(DEFAULT_RETRY.refusedMs / 2);
  }
});

test("advice to wait longer is followed, but nobody can silence a device for more than 20 seconds", () => {
  expect(retryDelay(error("BUSY", 3_000), 1, 0, DEFAULT_RETRY)).toBe(3_000);
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (advice, attempt, random) => {
      const wait = retryDelay(error("BUSY", advice), attempt, random, DEFAULT_RETRY);
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(20_000);
    }),
    { seed: 1 },
  );
});
