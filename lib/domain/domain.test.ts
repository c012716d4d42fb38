import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Calibration, calibrationAt, calibrationStanding, isNearBound } from "./calibration";
import { meanKineticTemperature } from "./mkt";
import { profileById } from "./profiles";
import { isSscc, ssccCheckDigit } from "./sscc";
import { type ChainTime, timesOf } from "./time";

const DAY = 86_400_000;
const T = 1_772_000_000_000;

describe("mean kinetic temperature", () => {
  it.each([
    ["2 and 8", [2, 8], 5.5364],
    ["three of 5 and one of 25", [5, 5, 5, 25], 15.1322],
    ["22, 24, 26, 30", [22, 24, 26, 30], 25.9745],
  ])("of %s °C is the published figure", (_, celsius, expected) => {
    const mkt = meanKineticTemperature(celsius.map((value) => ({ temperature: value * 1000, duration: 1 })));
    expect(Math.abs((mkt ?? Number.NaN) - expected * 1000)).toBeLessThan(0.56);
  });

  it("weighs by duration: 18 h at 5 °C and 6 h at 14 °C", () => {
    const stretches = [
      { temperature: 5000, duration: 18 },
      { temperature: 14_000, duration: 6 },
    ];
    expect(meanKineticTemperature(stretches)).toBe(8285);
  });

  it("is not known when nothing lasts any time", () => {
    expect(meanKineticTemperature([])).toBeNull();
    expect(meanKineticTemperature([{ temperature: 5000, duration: 0 }])).toBeNull();
  });

  it("lies between the lowest and the highest, and not below the mean", () => {
    const stretch = fc.record({ temperature: fc.integer({ min: -90_000, max: 60_000 }), duration: fc.integer({ min: 1, max: 1000 }) });
    fc.assert(
      fc.property(fc.array(stretch, { minLength: 1, maxLength: 30 }), (stretches) => {
        const mkt = meanKineticTemperature(stretches) ?? Number.NaN;
        const total = stretches.reduce((sum, { duration }) => sum + duration, 0);
        const mean = stretches.reduce((sum, { temperature, duration }) => sum + temperature * duration, 0) / total;
        expect(mkt).toBeLessThanOrEqual(Math.max(...stretches.map(({ temperature }) => temperature)));
        expect(mkt).toBeGreaterThanOrEqual(Math.floor(mean) - 1);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

describe("an SSCC's check digit", () => {
  it("is the published one", () => {
    expect(ssccCheckDigit("10614141123456789")).toBe(7);
    expect(ssccCheckDigit("00614141123456789")).toBe(0);
  });

  it("finds every single wrong digit", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{17}$/), fc.nat(17), fc.integer({ min: 1, max: 9 }), (digits, at, by) => {
        const sscc = `${digits}${ssccCheckDigit(digits)}`;
        const wrong = sscc.slice(0, at) + ((Number(sscc[at]) + by) % 10) + sscc.slice(at + 1);
        expect([isSscc(sscc), isSscc(wrong)]).toEqual([true, false]);
      }),
      { seed: 8, numRuns: 300 },
    );
  });

  it("is asked of 17 digits only", () => {
    expect(() => ssccCheckDigit("1061414112345678")).toThrow(expect.objectContaining({ code: "ARGUMENT_INVALID" }));
    expect(isSscc("0061414112345678")).toBe(false);
  });
});

describe("a reading's calibration", () => {
  const first: Calibration = { number: "1", from: T, to: T + DAY, min: 0, max: 10_000, uncertainty: 100 };
  const second: Calibration = { ...first, number: "2", from: T + 2 * DAY, to: T + 3 * DAY };

  it("is the one in force when it was measured, also when a renewed identity delivers it", () => {
    expect(calibrationAt(T, second, [first, second]).number).toBe("1");
    expect(calibrationAt(T + DAY, second, [first, second]).number).toBe("1");
    expect(calibrationAt(T + 2 * DAY, second, [first, second]).number).toBe("2");
  });

  it("is the signing certificate's own where none covers the time, and says so", () => {
    const own = calibrationAt(T + 1.5 * DAY, second, [first, second]);
    expect([own.number, calibrationStanding(T + 1.5 * DAY, 5000, own)]).toEqual(["2", "before"]);
    expect(calibrationStanding(T + 4 * DAY, 5000, own)).toBe("after");
  });

  it("covers its range with both ends, and no more", () => {
    expect([0, 10_000, -1, 10_001].map((temperature) => calibrationStanding(T, temperature, first))).toEqual([
      "calibrated",
      "calibrated",
      "outside-range",
      "outside-range",
    ]);
  });

  it("leaves a reading within its uncertainty of a bound open to either side", () => {
    expect([7900, 8000, 8100, 7899, 8101].map((temperature) => isNearBound(temperature, 8000, 100))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});

describe("the time of a reading", () => {
  const none: ChainTime = { boot: "", tick: 0, at: null, standing: null };
  const chain: ChainTime = { boot: "aa", tick: 1000, at: T - 10_000, standing: "anchored" };

  it("is anchored to the transaction when one boot measured and signed", () => {
    expect(timesOf("bb", [100, 600], null, { boot: "bb", tick: 1000, timestamp: T }, none)).toEqual([
      { at: T - 900, standing: "anchored" },
      { at: T - 400, standing: "anchored" },
    ]);
  });

  it("goes on from the chain's last reading when that was measured in the same, earlier boot", () => {
    expect(timesOf("aa", [1500], null, { boot: "bb", tick: 5000, timestamp: T }, chain)).toEqual([{ at: T - 9500, standing: "anchored" }]);
  });

  it("is claimed by a clock that fits between the chain and the signing boot's start", () => {
    const signing = { boot: "cc", tick: 5000, timestamp: T };
    expect(timesOf("bb", [100], { tick: 100, at: T - 6000 }, signing, chain)).toEqual([{ at: T - 6000, standing: "claimed" }]);
  });

  it("is unknown, and as late as it can have been, when the clock does not fit or is missing", () => {
    const signing = { boot: "cc", tick: 5000, timestamp: T };
    const latest = [
      { at: T - 5500, standing: "unknown" },
      { at: T - 5000, standing: "unknown" },
    ];
    expect(timesOf("bb", [100, 600], null, signing, chain)).toEqual(latest);
    expect(timesOf("bb", [100, 600], { tick: 0, at: T }, signing, chain)).toEqual(latest);
    expect(timesOf("bb", [100, 600], { tick: 0, at: T - 20_000 }, signing, chain)).toEqual(latest);
  });

  it("never runs behind the chain, never past the transaction, and never backwards", () => {
    const boots = fc.constantFrom("aa", "bb", "cc");
    const ticks = fc.array(fc.nat(100_000), { minLength: 1, maxLength: 20 }).map((list) => list.sort((a, b) => a - b));
    const clock = fc.option(fc.record({ tick: fc.nat(100_000), at: fc.integer({ min: T - 200_000, max: T + 200_000 }) }));
    const chains = fc.record({
      boot: boots,
      tick: fc.nat(100_000),
      at: fc.integer({ min: T - 300_000, max: T }),
      standing: fc.constantFrom("anchored" as const, "claimed" as const, "unknown" as const, "imported" as const),
    });
    fc.assert(
      fc.property(boots, ticks, clock, boots, fc.nat(100_000), fc.option(chains), (boot, list, rtc, signer, ahead, before) => {
        const tick = boot === signer ? (list.at(-1) ?? 0) + ahead : ahead;
        const times = timesOf(boot, list, rtc, { boot: signer, tick, timestamp: T }, before ?? none).map(({ at }) => at);
        for (const [i, at] of times.entries()) {
          expect(at).toBeGreaterThanOrEqual(times[i - 1] ?? before?.at ?? at);
          expect(at).toBeLessThanOrEqual(T);
        }
      }),
      { seed: 9, numRuns: 2000 },
    );
  });
});

describe("a profile", () => {
  it("that is unknown is refused by that name", () => {
    expect(() => profileById("fridge-2-8/2")).toThrow(expect.objectContaining({ code: "PROFILE_UNKNOWN" }));
  });
});
