import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { localIso, ReadingCsv, textCell } from "./csv-file";
import type { ReadingRow } from "./reading-row";

const row: ReadingRow = {
  sensor: "ws-1",
  sequence: 7,
  index: 0,
  at: Date.UTC(2026, 10, 18, 2, 10),
  temperature: -500,
  humidity: 451,
  standing: "anchored",
  calibration: "calibrated",
  calibrationNumber: "KL-1",
  transaction: "ab",
  block: 9,
  recordedAt: Date.UTC(2026, 10, 18, 2, 11),
};

describe("readings as CSV", () => {
  it("says each raw reading exactly, in UTC and in the reader's zone", () => {
    const csv = new ReadingCsv("Europe/Zurich");
    const [read] = parse(`${csv.head()}${csv.line(row)}`, { bom: true, columns: true }) as Record<string, string>[];
    expect(read).toEqual({
      sensor: "ws-1",
      batch: "7",
      place_in_batch: "0",
      time_utc: "2026-11-18T02:10:00.000Z",
      "time_local (Europe/Zurich)": "2026-11-18T03:10:00.000+01:00",
      temperature_celsius: "-0.500",
      relative_humidity_percent: "45.1",
      time_standing: "anchored",
      calibration_standing: "calibrated",
      calibration_certificate: "KL-1",
      committed_utc: "2026-11-18T02:11:00.000Z",
      block: "9",
      transaction: "ab",
    });
  });
  it.each([
    ["Europe/Zurich", Date.UTC(2026, 9, 25, 0, 30), "2026-10-25T02:30:00.000+02:00"],
    ["Europe/Zurich", Date.UTC(2026, 9, 25, 1, 30), "2026-10-25T02:30:00.000+01:00"],
    ["Asia/Kathmandu", 0, "1970-01-01T05:30:00.000+05:30"],
    ["America/St_Johns", Date.UTC(2026, 0, 1), "2025-12-31T20:30:00.000-03:30"],
    ["UTC", 0, "1970-01-01T00:00:00.000+00:00"],
  ])("tells hours apart that the clocks of %s show twice", (zone, at, text) => {
    expect(localIso(at, zone)).toBe(text);
    const csv = new ReadingCsv(zone);
    expect(csv.line({ ...row, at })).toContain(text);
    expect(new Date(text).getTime()).toBe(at);
  });
  it("lets no text be a formula, and gives every text back", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("=", "+", "-", "@", "\t", "\r", "\n", '"', ",", "a", "1", "é") }), (text) => {
        const cell = textCell(text);
        const [[back]] = parse(`${cell},end\r\n`, { relax_quotes: false }) as [[string]];
        expect(back).not.toMatch(/^[=+\-@\t\r]/);
        expect(back === text || back === `'${text}`).toBe(true);
      }),
      { seed: 20261125 },
    );
  });
});
