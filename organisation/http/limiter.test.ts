import { describe, expect, it } from "vitest";
import { Limiter } from "./limiter";

const limit = { attempts: 3, windowMs: 1_000 };

describe("a limiter", () => {
  it("refuses after the last allowed failure and says when to come back", () => {
    const limiter = new Limiter(limit);
    for (const at of [0, 100, 200]) {
      limiter.check("a", at);
      limiter.count("a", at);
    }
    expect(() => limiter.check("a", 300)).toThrow(expect.objectContaining({ code: "ATTEMPTS_EXCEEDED", facts: { retryAfter: 1 } }));
    expect(() => limiter.check("b", 300)).not.toThrow();
  });

  it("forgets failures that left the window", () => {
    const limiter = new Limiter(limit);
    for (const at of [0, 100, 200]) limiter.count("a", at);
    expect(() => limiter.check("a", 1_001)).not.toThrow();
  });

  it("does not grow without bound", () => {
    const limiter = new Limiter(limit);
    for (let caller = 0; caller < 20_000; caller++) limiter.count(`caller ${caller}`, 0);
    expect(limiter.size).toBe(10_000);
  });
});
