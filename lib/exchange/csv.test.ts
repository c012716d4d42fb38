import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WintersealError } from "../messages/errors";
import { readCsv } from "./csv";

const options = { unit: "C", timeZone: "UTC" } as const;
const shared = (path: string) => fileURLToPath(new URL(`../../../shared/data/${path}`, import.meta.url));
const refusal = (read: () => unknown) => {
  try {
    read();
  } catch (error) {
    if (error instanceof WintersealError) return { code: error.code, line: error.facts.line, message: error.message };
    throw error;
  }
  throw new Error("was not refused");
};

describe("readCsv", () => {
  it("reads time with offset, rounds to milli-°C and keeps the line", () => {
    const file = readCsv(
      "date,temperature,humidity\n2016-02-11T14:10:17+01:00,3.4085,55.04\n2016-02-11T14:10:34+01:00,-0.0004,\n",
      options,
    );
    expect(file.rows).toEqual([
      { at: Date.UTC(2016, 1, 11, 13, 10, 17), temperature: 3409, humidity: 550, line: 2 },
      { at: Date.UTC(2016, 1, 11, 13, 10, 34), temperature: 0, humidity: null, line: 3 },
    ]);
  });

  it("reads Fahrenheit by the exact formula", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 3000 }), (tenths) => {
        const row = readCsv(`time,temp\n2026-01-01 00:00,${tenths / 10}\n`, { ...options, unit: "F" }).rows[0];
        expect(Math.abs((row?.temperature ?? Number.NaN) - (((tenths / 10 - 32) * 5) / 9) * 1000)).toBeLessThanOrEqual(0.5 + 1e-6);
      }),
      { seed: 7 },
    );
  });

  it("reads times without offset in the zone given, across both changes of the clocks", () => {
    const berlin = { ...options, timeZone: "Europe/Berlin" };
    const at = (times: string[]) =>
      readCsv(`time,temp\n${times.map((time) => `${time},5`).join("\n")}\n`, berlin).rows.map((row) => row.at);
    expect(at(["2026-10-25 01:30", "2026-10-25 02:30", "2026-10-25 02:45", "2026-10-25 02:15", "2026-10-25 03:00"])).toEqual([
      Date.UTC(2026, 9, 24, 23, 30),
      Date.UTC(2026, 9, 25, 0, 30),
      Date.UTC(2026, 9, 25, 0, 45),
      Date.UTC(2026, 9, 25, 1, 15),
      Date.UTC(2026, 9, 25, 2, 0),
    ]);
    expect(refusal(() => at(["2026-03-29 02:30"]))).toMatchObject({ code: "FILE_MALFORMED", line: 2 });
  });

  it.each([
    ["", 1],
    ["date,temperature\n", 1],
    ["when,what\n2026-01-01 00:00,5\n", 1],
    ["date,temperature\n2026-01-01 00:00,5\n2026-02-30 00:00,5\n", 3],
    ["date,temperature\n2026-01-01 00:00,NaN\n", 2],
    ["date,temperature\n2026-01-01 00:00,1e9\n", 2],
    ["date,temperature\n2026-01-01 00:00,\n", 2],
    ["date,temperature\n2026-01-01 00:00\n", 2],
    ["date,temperature\n2026-01-01 00:00,5,5\n", 2],
    ["date;temperature\n2026-01-01 00:00;5,2\n", 2],
    ["date,temperature\n2026-01-02 00:00,5\n2026-01-01 00:00,5\n", 3],
    ["date,temperature,rh\n2026-01-02 00:00,5,101\n", 2],
    ['date,temperature\n2026-01-02 00:00,"5\n', 2],
  ])("refuses %j as a whole and names line %i", (text, line) => {
    expect(refusal(() => readCsv(text, options))).toMatchObject({ code: "FILE_MALFORMED", line });
  });

  it("never answers a mutated file with anything but rows or a typed refusal", () => {
    const good = "date,temperature,humidity\n2016-02-11T14:10:17+00:00,3.40,50\n2016-02-11T14:10:34+00:00,3.44,51\n";
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.string({ maxLength: 3 }), fc.nat(4), (index, insert, drop) => {
        try {
          readCsv(good.slice(0, index) + insert + good.slice(index + drop), options);
        } catch (error) {
          expect(error).toBeInstanceOf(WintersealError);
        }
      }),
      { seed: 11, numRuns: 500 },
    );
  });

  it.skipIf(!existsSync(shared("foodsafety/item7.csv")))("reads the kitchen's file: 252 rows, 8.170 °C at 14:25:21", () => {
    const { rows } = readCsv(readFileSync(shared("foodsafety/item7.csv"), "utf8"), options);
    expect(rows).toHaveLength(252);
    expect(rows.find(({ at }) => at === Date.parse("2016-02-11T14:25:21Z"))?.temperature).toBe(8170);
  });

  it.skipIf(!existsSync(shared("nab/ambient_temperature_system_failure.csv")))("reads a year of hourly Fahrenheit with gaps", () => {
    const text = readFileSync(shared("nab/ambient_temperature_system_failure.csv"), "utf8");
    const { rows } = readCsv(text, { ...options, unit: "F" });
    expect(rows).toHaveLength(7267);
    expect(rows[0]).toMatchObject({ at: Date.UTC(2013, 6, 4), temperature: 21045 });
  });
});
