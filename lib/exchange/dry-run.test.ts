import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DomainError } from "../domain/errors";
import { WintersealError } from "../messages/errors";
import { decodeLogger, dryRun } from "./dry-run";

const options = { unit: "C", timeZone: "UTC" } as const;
const START = Date.UTC(2026, 0, 5);
const csv = (temperatures: readonly number[], step = 10) =>
  `time,temperature\n${temperatures.map((it, index) => `${new Date(START + index * step * 60_000).toISOString()},${it}`).join("\n")}\n`;
const shared = (path: string) => fileURLToPath(new URL(`../../../shared/data/${path}`, import.meta.url));

describe("a dry run of the rules over a logger's file", () => {
  it("finds what the contract would have found: at the bound, from where it began", () => {
    const run = dryRun(csv([5, 7.999, 8, 9.5, 7, 5]), "fridge-2-8/1", options);
    expect(run.violations).toEqual([
      {
        rule: "upper",
        severity: "critical",
        direction: "above",
        from: START + 20 * 60_000,
        found: START + 20 * 60_000,
        to: START + 40 * 60_000,
        peak: 9_500,
        readings: 2,
      },
    ]);
    expect(run.kept).toMatchObject({ answer: "no", direction: "above", outOfRange: 20 * 60_000 });
  });
  it("names gaps as gaps and counts them neither as good nor as bad", () => {
    const run = dryRun(csv([5, 5, 5], 36), "fridge-2-8/1", options);
    expect(run.gaps).toHaveLength(2);
    expect(run.kept).toMatchObject({ answer: "unknown", reason: "not-measured" });
  });
  it("says that a violation lasts to the file's end", () => {
    expect(dryRun(csv([5, 9, 9]), "fridge-2-8/1", options).violations[0]).toMatchObject({ to: null });
  });
  it("weighs the mean kinetic temperature by time", () => {
    expect(dryRun(csv([2, 8, 8]), "fridge-2-8/1", options).kinetic).toBe(5_536);
    expect(dryRun(csv([5]), "fridge-2-8/1", options).kinetic).toBeNull();
  });
  it("draws every extreme however long the file is", () => {
    const some = fc.array(fc.integer({ min: -300, max: 300 }), { minLength: 1, maxLength: 3_000 });
    fc.assert(
      fc.property(some, (tenths) => {
        const { points } = dryRun(csv(tenths.map((it) => it / 10)), "fridge-2-8/1", options);
        const drawn = points.map(([, temperature]) => temperature);
        expect(Math.max(...drawn)).toBe(Math.max(...tenths) * 100);
        expect(Math.min(...drawn)).toBe(Math.min(...tenths) * 100);
        expect(points.length).toBeLessThanOrEqual(1_000);
      }),
      { seed: 20261125, numRuns: 25 },
    );
  });
  it("refuses with a code: bytes that are no text, an archive, no profile, no reading", () => {
    const codeOf = (work: () => unknown) => {
      try {
        work();
      } catch (error) {
        if (error instanceof WintersealError || error instanceof DomainError) return error.code;
        throw error;
      }
      return "read";
    };
    expect(codeOf(() => decodeLogger(new Uint8Array([0xff, 0xfe, 0x41])))).toBe("FILE_MALFORMED");
    expect(codeOf(() => dryRun(decodeLogger(new Uint8Array([0x50, 0x4b, 3, 4])), "fridge-2-8/1", options))).toBe("FILE_MALFORMED");
    expect(codeOf(() => dryRun(csv([5]), "fridge-2-8/9", options))).toBe("PROFILE_UNKNOWN");
    expect(codeOf(() => dryRun("time,temperature\n", "fridge-2-8/1", options))).toBe("FILE_MALFORMED");
    expect(codeOf(() => dryRun(csv([5]), "fridge-2-8/1", { ...options, timeZone: "Mars/Base" }))).toBe("ARGUMENT_INVALID");
  });
});

describe.skipIf(!existsSync(shared("fridgetag")))("files of real loggers", () => {
  it("finds that the Fridge-tag stood at room temperature for sixty days", () => {
    const run = dryRun(readFileSync(shared("fridgetag/sample-fridge-tag.txt"), "utf8"), "pqs-30-day/1", options);
    expect(run.format).toBe("fridge-tag-2");
    expect(run.readings).toBe(120);
    expect(run.gaps.length).toBeGreaterThan(50);
    expect(run.kept.answer).not.toBe("yes");
  });
  it("finds the hour that item7 spent outside the fridge", () => {
    const run = dryRun(readFileSync(shared("foodsafety/item7.csv"), "utf8"), "fridge-2-8/1", options);
    expect(run.violations.some(({ direction, peak }) => direction === "above" && peak > 15_000)).toBe(true);
  });
});
