import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAgo, formatDuration, formatUntil } from "./duration";
import { formatSscc, shortHash } from "./identifiers";
import { formatCount, formatScaled, MINUS, NBSP } from "./numbers";
import { parseScaled } from "./parse";
import { decimalsBeside, decimalsOf, formatBand, formatDifference, formatTemperature, temperatureFigure } from "./temperature";
import { clock, date, exactTime, isZone, moment, utcBeside, zoneName } from "./time";

const seed = { seed: 20261122 };
const milli = fc.integer({ min: -273_150, max: 1_000_000 });
const plain = (text: string) => Number(text.replace(MINUS, "-").split(NBSP)[0]);

describe("temperatures", () => {
  it("show a reading exactly as it was measured when no decimals are asked for", () => {
    fc.assert(
      fc.property(milli, (value) => {
        expect(Math.round(plain(temperatureFigure(value, { unit: "C" })) * 1000)).toBe(value);
      }),
      seed,
    );
  });

  it("are never off by more than half of the last digit", () => {
    fc.assert(
      fc.property(milli, fc.constantFrom(0, 1, 2, 3), fc.constantFrom("C" as const, "F" as const), (value, decimals, unit) => {
        const exact = unit === "C" ? value / 1000 : (value / 1000) * 1.8 + 32;
        expect(Math.abs(plain(temperatureFigure(value, { unit, decimals })) - exact)).toBeLessThanOrEqual(0.5 / 10 ** decimals + 0.0006);
      }),
      seed,
    );
  });

  it("never cross a bound by rounding", () => {
    fc.assert(
      fc.property(milli, fc.constantFrom(2000, 8000, -15_000, 500), (value, bound) => {
        const shown = plain(temperatureFigure(value, { unit: "C", decimals: decimalsBeside(value, [bound], "C") }));
        expect(Math.sign(shown - bound / 1000)).toBe(Math.sign(value - bound));
      }),
      {
        ...seed,
        examples: [
          [7_960, 8_000],
          [8_049, 8_000],
          [7_999, 8_000],
          [2_001, 2_000],
          [-14_999, -15_000],
        ],
      },
    );
  });

  it("never cross a bound in °F either, as far as thousandths can tell", () => {
    fc.assert(
      fc.property(fc.integer({ min: 6_000, max: 10_000 }), (value) => {
        fc.pre(Math.abs(value - 8_000) > 1);
        const shown = plain(temperatureFigure(value, { unit: "F", decimals: decimalsBeside(value, [8_000], "F") }));
        expect(Math.sign(shown - 46.4)).toBe(Math.sign(value - 8_000));
      }),
      seed,
    );
  });

  it("carry a true minus sign, a unit that stays on the line, and no minus on zero", () => {
    expect(formatTemperature(-500, { unit: "C" })).toBe(`${MINUS}0.5${NBSP}°C`);
    expect(formatTemperature(-4, { unit: "C", decimals: 1 })).toBe(`0.0${NBSP}°C`);
    expect(formatTemperature(8000, { unit: "F" })).toBe(`46.4${NBSP}°F`);
    expect(formatTemperature(7960, { unit: "C", decimals: decimalsBeside(7960, [8000], "C") })).toBe(`7.96${NBSP}°C`);
  });

  it("keep the sensor's resolution over a column", () => {
    expect(decimalsOf([4600, 8170])).toBe(2);
    expect(decimalsOf([4600, 4700])).toBe(1);
    expect(decimalsOf([4601])).toBe(3);
  });

  it("name a band and an uncertainty in the reader's unit", () => {
    expect(formatBand(2000, 8000, "C")).toBe(`2–8${NBSP}°C`);
    expect(formatBand(-25_000, -10_000, "C")).toBe(`${MINUS}25 to ${MINUS}10${NBSP}°C`);
    expect(formatDifference(180, { unit: "C" })).toBe(`0.18${NBSP}K`);
    expect(formatDifference(500, { unit: "F" })).toBe(`0.9${NBSP}°F`);
  });
});

describe("scaled numbers", () => {
  it("read back what was written", () => {
    fc.assert(
      fc.property(fc.integer({ min: -9_999_999, max: 9_999_999 }), (value) => {
        expect(parseScaled(formatScaled(value, 3, 3), 3)).toBe(value);
      }),
      seed,
    );
  });

  it("refuse what is no number or finer than the scale", () => {
    for (const text of ["", "abc", "1.2.3", "1e3", "0.0001", "--1", "Infinity"]) expect(parseScaled(text, 3)).toBeNull();
    expect(parseScaled(`${MINUS}30,5`, 3)).toBe(-30_500);
  });

  it("group thousands", () => {
    expect(formatCount(51_820)).toBe("51,820");
    expect(formatCount(-1_234_567)).toBe(`${MINUS}1,234,567`);
    expect(formatCount(999)).toBe("999");
  });
});

describe("durations", () => {
  it("say two units at most and never more than lasted", () => {
    expect(formatDuration(0)).toBe(`0${NBSP}s`);
    expect(formatDuration(42 * 60_000)).toBe(`42${NBSP}min`);
    expect(formatDuration(18_600_000)).toBe(`5${NBSP}h 10${NBSP}min`);
    expect(formatDuration(7_560_000)).toBe(`2${NBSP}h 06${NBSP}min`);
    expect(formatDuration(198_000_000)).toBe(`2${NBSP}d 7${NBSP}h`);
    expect(formatDuration(86_400_000)).toBe(`1${NBSP}d`);
  });

  it("grow with the time that passed", () => {
    const length = (text: string) => {
      const units: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600, d: 86_400 };
      return [...text.matchAll(/(\d+).(s|min|h|d)\b/gu)].reduce(
        (sum, [, figure, unit]) => sum + Number(figure) * (units[unit ?? ""] ?? 0),
        0,
      );
    };
    fc.assert(
      fc.property(fc.nat({ max: 40 * 86_400_000 }), (value) => {
        const said = length(formatDuration(value)) * 1000;
        expect(said).toBeLessThanOrEqual(Math.max(value, 1000));
        expect(value - said).toBeLessThan(Math.max(1000, value < 3_600_000 ? 60_000 : value < 86_400_000 ? 60_000 : 3_600_000));
      }),
      seed,
    );
  });

  it("name ages and reminders in one unit", () => {
    expect(formatAgo(3_000)).toBe("just now");
    expect(formatAgo(3 * 3_600_000)).toBe(`3${NBSP}h ago`);
    const now = Date.UTC(2026, 10, 20);
    expect(formatUntil(now + 14 * 86_400_000, now)).toBe(`in 14${NBSP}days`);
    expect(formatUntil(now - 5 * 86_400_000, now)).toBe(`5${NBSP}days ago`);
    expect(formatUntil(now - 1, now)).toBe("ended");
    expect(formatUntil(now + 1, now)).toBe("today");
  });
});

describe("times", () => {
  const at = Date.UTC(2026, 10, 20, 10, 24, 7);

  it("stand in the reader's zone with UTC beside", () => {
    expect(exactTime(at, "Europe/Zurich")).toBe(`Fri 20 Nov 2026, 11:24:07${NBSP}CET (10:24:07${NBSP}UTC)`);
    expect(utcBeside(Date.UTC(2026, 10, 19, 23), "Europe/Zurich")).toBe(`19 Nov, 23:00${NBSP}UTC`);
    expect(exactTime(at, "UTC")).toBe(`Fri 20 Nov 2026, 10:24:07${NBSP}UTC`);
  });

  it("follow daylight saving", () => {
    expect(zoneName(Date.UTC(2026, 6, 1), "Europe/Zurich")).toBe("CEST");
    expect(clock(Date.UTC(2026, 9, 25, 0, 30), "Europe/Zurich")).toBe("02:30");
    expect(clock(Date.UTC(2026, 9, 25, 1, 30), "Europe/Zurich")).toBe("02:30");
  });

  it("are as short as is clear", () => {
    expect(moment(at, "Europe/Zurich", at + 60_000)).toBe("11:24");
    expect(moment(at, "Europe/Zurich", at + 86_400_000)).toBe("Fri 20 Nov, 11:24");
    expect(moment(at, "Europe/Zurich", at + 400 * 86_400_000)).toBe("20 Nov 2026, 11:24");
    expect(date(Date.UTC(2026, 8, 3, 12), "UTC")).toBe("3 Sep 2026");
  });

  it("take zones that exist and no others", () => {
    expect(isZone("America/Sao_Paulo")).toBe(true);
    expect(isZone("Mars/Olympus")).toBe(false);
  });
});

describe("identifiers", () => {
  it("group an SSCC by its parts, and leave alone what is none", () => {
    expect(formatSscc("376123450000012347").replaceAll(NBSP, " ")).toBe("3 7612345 000001234 7");
    expect(formatSscc("37612345")).toBe("37612345");
  });

  it("keep both ends of a hash", () => {
    expect(shortHash("c07e19aaaaaaaaaab4d2")).toBe("c07e19…b4d2");
    expect(shortHash("short")).toBe("short");
  });
});
