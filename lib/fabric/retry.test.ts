import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ERROR_CODES, type ErrorCode, RETRYABLE } from "../messages/errors";
import { STAGES, type Stage } from "../messages/link";
import { ATTEMPTS, DEADLINES } from "./deadlines";
import { FabricError } from "./errors";
import { RETRIES, withRetries } from "./retry";
import { VirtualTime } from "./testing/time";

const failing = (code: ErrorCode, stage: Stage = "endorse", retryAfterMs?: number) =>
  new FabricError(code, code, stage, undefined, [], { retryAfterMs });

/** When each attempt was made, and how it ended. */
async function attempts(stage: Stage, deadlineMs: number, errors: readonly (FabricError | "ok")[], random = () => 0.5) {
  const time = new VirtualTime(random);
  const at: number[] = [];
  const left: number[] = [];
  const run = withRetries(stage, { deadlineMs, timing: time, attemptMs: ATTEMPTS[stage] }, async (number, msLeft) => {
    at.push(time.now());
    left.push(msLeft);
    const error = errors[Math.min(number, errors.length - 1)];
    if (error !== undefined && error !== "ok") throw error;
    return number;
  });
  const end = await time.until(run, deadlineMs + 1_000).catch((error: unknown) => error);
  return { at, left, end, now: time.now() };
}

describe("retries by error code", () => {
  it("tries again what may pass, with growing pauses, and says in the end what it was", async () => {
    const { at, end } = await attempts("endorse", 60_000, [failing("UNAVAILABLE")]);
    expect(at.length).toBe(RETRIES.endorse.UNAVAILABLE?.attempts);
    const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(end).toMatchObject({ code: "UNAVAILABLE", stage: "endorse" });
  });

  it("waits as long as the error itself says, and gives it back when that is past the deadline", async () => {
    const busy = failing("UNAVAILABLE", "endorse", 2_500);
    expect((await attempts("endorse", 10_000, [busy, "ok"])).at[1]).toBe(2_500);
    const tooLong = await attempts("endorse", 2_000, [busy]);
    expect(tooLong.at).toEqual([0]);
    expect(tooLong.end).toMatchObject({ code: "UNAVAILABLE", retryAfterMs: 2_500, facts: { retryAfter: 2_500 } });
  });

  it("keeps at handing a transaction over until an election among orderers must be done", async () => {
    const { at } = await attempts("submit", DEADLINES.submit, [failing("UNAVAILABLE", "submit")]);
    expect(at.at(-1)).toBeGreaterThan(10_000);
  });

  it("leaves time for another peer when one is silent, and ends before the device gives up", () => {
    for (const stage of ["endorse", "read"] as const) expect(ATTEMPTS[stage] * 2).toBeLessThanOrEqual(DEADLINES[stage]);
    expect(ATTEMPTS.commit * 2).toBeLessThanOrEqual(DEADLINES.commit - DEADLINES.submit + ATTEMPTS.commit);
    expect(DEADLINES.submit).toBeLessThan(DEADLINES.commit);
  });

  it("for every stage, code and chance: no attempt after the deadline, none for what is final, never more than the table says", async () => {
    const codes = Object.keys(ERROR_CODES) as ErrorCode[];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...STAGES),
        fc.constantFrom(...codes, ...(Object.keys(RETRIES.endorse) as ErrorCode[])),
        fc.integer({ min: 1, max: 30_000 }),
        fc.option(fc.nat(5_000), { nil: undefined }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        async (stage, code, deadlineMs, retryAfterMs, random) => {
          const { at, left, end } = await attempts(stage, deadlineMs, [failing(code, stage, retryAfterMs)], () => random);
          expect(end).toMatchObject({ code });
          expect(at.at(-1)).toBeLessThan(deadlineMs);
          expect(at.length).toBeLessThanOrEqual(RETRIES[stage][code]?.attempts ?? 1);
          for (const [index, time] of at.entries()) expect(time + (left[index] ?? 0)).toBeLessThanOrEqual(Math.max(deadlineMs, time + 1));
          // What is tried again here and fails all the same is worth trying again for the device.
          if (at.length > 1) expect(RETRYABLE).toContain(code);
        },
      ),
      { seed: 20261125, numRuns: 60 },
    );
  });
});
