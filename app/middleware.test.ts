import { NextRequest } from "next/server";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { middleware } from "../middleware";

const ask = (path: string) => middleware(new NextRequest(`http://site.example${path}`));
const target = (path: string): string | null => ask(path).headers.get("x-middleware-rewrite");

describe("the way to the relay", () => {
  beforeAll(() => void vi.stubEnv("WINTERSEAL_RELAY_PORT", "4170"));
  afterAll(() => void vi.unstubAllEnvs());

  it.each(["/v1/sendTXP", "/v1/sendTX", "/v1/read", "/health"])("carries %s to the relay on this machine", (path) => {
    expect(target(`/relay${path}`)).toBe(`http://127.0.0.1:4170${path}`);
  });

  it.each([
    "//evil.example/x",
    "/\\evil.example/x",
    "/%2f%2fevil.example",
    "/http://evil.example",
    "/v1/../../metrics",
    "/@evil.example/",
    "/",
  ])("asks no other host and no other path: %s", (path) => {
    const { status } = ask(`/relay${path}`);
    expect(target(`/relay${path}`)).toBeNull();
    expect([307, 404]).toContain(status);
  });
});
