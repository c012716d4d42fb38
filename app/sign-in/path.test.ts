import { describe, expect, it } from "vitest";
import { pathOf } from "./path";

describe("the way on after signing in", () => {
  it.each(["/shipments", "/shipments/basel-lisbon?tab=readings#now", "/"])("is the wanted path %s", (to) => {
    expect(pathOf(to)).toBe(to);
  });

  it.each([
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "/\n//evil.example",
    "/\r\\evil.example",
    "/.//evil.example",
    "/a/..//evil.example",
    "/%2e//evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    "",
    undefined,
    ["/shipments"],
  ])("never leaves this site: %j", (to) => {
    const path = pathOf(to);
    expect(path).toMatch(/^\/(?![/\\])/);
    expect(new URL(path, "https://site.example").origin).toBe("https://site.example");
    expect(path).toBe("/");
  });
});
