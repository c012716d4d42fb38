import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CASES } from "./cases";
import { DIFFERENCES } from "./differences";
import { conformanceDocument } from "./document";
import { expectedFacts, mismatches } from "./expectations";
import facts from "./facts.json";
import { REFERENCE } from "./target";

const ids = CASES.map(({ id }) => id);

describe("docs/conformance.md", () => {
  test("is what the cases, the recorded facts and the declared differences say", () => {
    expect(existsSync("docs/conformance.md")).toBe(true);
    expect(readFileSync("docs/conformance.md", "utf8")).toBe(conformanceDocument(CASES));
  });
});

describe("the cases", () => {
  test("have ids of their own, a title and a reason", () => {
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, title, why } of CASES) {
      expect(id).toMatch(/^[a-z]+\/[a-z0-9-]+$/);
      expect(title.length).toBeGreaterThan(10);
      expect(why.length).toBeGreaterThan(10);
    }
  });

  test("have recorded facts, and no facts are left of a case that is gone", () => {
    expect(Object.keys(facts)).toEqual(ids);
  });
});

describe("a declared difference", () => {
  test("names a case, a target that is not the reference, facts that the reference shows differently, and a reason", () => {
    for (const { id, target, reason, facts: own } of DIFFERENCES) {
      expect(ids).toContain(id);
      expect(target).not.toBe(REFERENCE);
      expect(reason.length).toBeGreaterThan(20);
      expect(mismatches(expectedFacts(id, REFERENCE) ?? {}, { ...expectedFacts(id, REFERENCE), ...own }).map(({ fact }) => fact)).toEqual(
        Object.keys(own),
      );
    }
  });

  test("is declared once for a case and target", () => {
    const names = DIFFERENCES.map(({ id, target }) => `${id} on ${target}`);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("facts that depart from what has to be", () => {
  const expected = { code: "VALID", list: ["a", "b"] };

  test("are named: another one, a missing one, one too many", () => {
    expect(mismatches(expected, { code: "VALID", list: ["a", "b"] })).toEqual([]);
    expect(mismatches(expected, { code: "INVALID", list: ["b", "a"] }).map(({ fact }) => fact)).toEqual(["code", "list"]);
    expect(mismatches(expected, { code: "VALID" }).map(({ fact }) => fact)).toEqual(["list"]);
    expect(mismatches(expected, { ...expected, more: 1 }).map(({ fact }) => fact)).toEqual(["more"]);
  });
});
