import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CanonicalValue, canonicalBytes, canonicalJson, parseCanonicalJson } from "./canonical-json";

const text = (bytes: string) => new TextEncoder().encode(bytes);
const { value } = fc.letrec<{ value: CanonicalValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.string({ unit: "grapheme" }),
    fc.array(tie("value")),
    fc.dictionary(
      fc.string().filter((key) => key !== "__proto__"),
      tie("value"),
    ),
  ),
}));

describe("canonical JSON", () => {
  it("comes back from its bytes unchanged", () => {
    fc.assert(
      fc.property(value, (each) => {
        expect(canonicalJson(parseCanonicalJson(canonicalBytes(each)))).toBe(canonicalJson(each));
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  it("does not depend on the order in which keys were set", () => {
    expect(canonicalJson({ b: 1, a: { d: 2, c: 3 } })).toBe('{"a":{"c":3,"d":2},"b":1}');
  });

  it("is asked of integers only", () => {
    for (const number of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) expect(() => canonicalJson(number)).toThrow(TypeError);
    expect(() => canonicalJson(undefined as unknown as CanonicalValue)).toThrow(TypeError);
  });

  it.each([
    '{"a":1,"a":2}',
    '{"b":1,"a":2}',
    '{ "a":1}',
    '{"a":1.0}',
    '{"a":1e2}',
    '"\\u0061"',
    "-0",
    "[1,]",
    "",
    "{",
    "\ufeff1",
  ])("refuses %s, which is not its own form", (bytes) => {
    expect(() => parseCanonicalJson(text(bytes))).toThrow(TypeError);
  });

  it("refuses what is nested too deeply to be anyone's statement", () => {
    expect(() => parseCanonicalJson(text("[".repeat(200_000) + "]".repeat(200_000)))).toThrow(TypeError);
  });

  it("refuses bytes that are not UTF-8", () => {
    expect(() => parseCanonicalJson(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(TypeError);
  });
});
