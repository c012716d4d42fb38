import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NOTIFY_KINDS } from "../domain/notifications";
import { WintersealError } from "../messages/errors";
import { clockOf, parseAddress, parseChoices } from "./choices";

const rules = Object.fromEntries(NOTIFY_KINDS.map((kind) => [kind, { app: true, email: "now", webhook: false }]));
const good = { rules, zone: "Europe/Zurich", quiet: { from: "22:00", to: "06:30" }, digest: "07:00" };
const fieldOf = (value: unknown): unknown => {
  try {
    parseChoices(value);
    return null;
  } catch (error) {
    return error instanceof WintersealError ? error.facts.field : error;
  }
};

describe("what a person chose", () => {
  it("is read as minutes of the day", () => {
    expect(parseChoices(good)).toMatchObject({ quiet: { from: 1_320, to: 390 }, digest: 420 });
    expect(clockOf(390)).toBe("06:30");
  });

  it.each([
    [{ ...good, zone: "Mars/Olympus" }, "zone"],
    [{ ...good, zone: 7 }, "zone"],
    [{ ...good, digest: "24:00" }, "digest"],
    [{ ...good, digest: "" }, "digest"],
    [{ ...good, quiet: { from: "06:00", to: "06:00" } }, "quiet.to"],
    [{ ...good, quiet: { from: "06:00", to: "23:00" } }, "quiet.to"],
    [{ ...good, quiet: { from: "22:00" } }, "quiet.to"],
    [{ ...good, rules: { ...rules, violation: { app: true, email: "digest", webhook: false } } }, "rules.violation.email"],
    [{ ...good, rules: { ...rules, silent: { app: "yes", email: "now", webhook: false } } }, "rules.silent.app"],
    [{ ...good, rules: {} }, `rules.${NOTIFY_KINDS[0]}`],
  ])("is refused with its field %#", (value, field) => {
    expect(fieldOf(value)).toBe(field);
  });

  it("is refused by a code, whatever is sent", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => typeof fieldOf(value) === "string"),
      { seed: 196, numRuns: 2_000 },
    );
  });
});

it("knows addresses, and none that carries a header or a second one", () => {
  expect(parseAddress(" lena@example.com ")).toBe("lena@example.com");
  for (const bad of [
    "",
    "lena",
    "a@b.example\r\nBcc: c@d.example",
    "a@b.example, c@d.example",
    "<a@b.example>",
    `${"a".repeat(300)}@b.example`,
    7,
    null,
  ])
    expect(() => parseAddress(bad)).toThrow(WintersealError);
});
