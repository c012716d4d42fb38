import { describe, expect, it } from "vitest";
import { nearestProfile, parseProfiles } from "./signing-profiles";

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 10, 25);
const profiles = parseProfiles("default=8760, days30=720,days180=4320");
const chosen = (hours: number) => nearestProfile(profiles, NOW + hours * HOUR_MS, NOW).name;

describe("a signing profile for an instant", () => {
  it("is the longest that does not outlast it", () => {
    expect(chosen(4400)).toBe("days180");
    expect(chosen(9000)).toBe("");
    expect(chosen(719)).toBe("days30");
  });

  it("counts as ending in time when the server's rounding to a minute is all that is over", () => {
    expect(nearestProfile(profiles, NOW + 4320 * HOUR_MS - 30_000, NOW).name).toBe("days180");
    expect(nearestProfile(profiles, NOW + 4320 * HOUR_MS - 90_000, NOW).name).toBe("days30");
  });

  it("is the shortest where all outlast it", () => expect(chosen(24)).toBe("days30"));

  it.each(["", "default", "default=0", "a b=1", "x=1=2", "x=1.5"])("cannot be read from %j", (text) => {
    expect(() => parseProfiles(text)).toThrow(TypeError);
  });
});
