import { describe, expect, it } from "vitest";
import { statements } from "./statements";

const handover = (place: string) =>
  statements["shipment:Handover"].safeParse({ shipment: "trip-1", giver: "A", taker: "B", place, arrival: false }).success;
const seal = (number: string) =>
  statements["seal:Apply"].safeParse({ shipment: "trip-1", seal: number, class: "H", on: { container: "MSKU 907032-4" } }).success;

describe("a statement's text", () => {
  it.each(["Basel, gate 4", "Århus, Hôpital St-Étienne", "東京", "Αθήνα", "القاهرة"])("may be %s", (place) => {
    expect(handover(place)).toBe(true);
  });

  it.each([
    ["a turned reading direction", "Basel\u202e4 etag"],
    ["an isolate", "Basel\u2066x"],
    ["a right-to-left mark", "Basel\u200f4"],
    ["an Arabic letter mark", "Basel\u061c4"],
    ["a space without width", "Ba\u200bsel"],
    ["a joiner", "Ba\u200dsel"],
    ["a word joiner", "Ba\u2060sel"],
    ["a soft hyphen", "Ba\u00adsel"],
    ["a byte order mark inside", "Ba\ufeffsel"],
    ["a filler that looks empty", "\u3164"],
    ["a variation selector", "Basel\ufe0f"],
    ["tags", "Basel\u{e0041}"],
    ["a line separator", "Basel\u2028gate"],
    ["half of a pair", "Basel\ud800"],
    ["a control", "Basel\u0007"],
  ])("holds nothing that eyes cannot see: %s", (_, place) => {
    expect(handover(place)).toBe(false);
  });
});

describe("a stamped number", () => {
  it.each(["CH-448120", "MSKU 907032-4", "SN:00/17"])("may be %s", (number) => {
    expect(seal(number)).toBe(true);
  });

  it.each([
    ["a Cyrillic letter that looks Latin", "С\u041d-448120"],
    ["full-width digits", "CH-４４８120"],
    ["doubled spaces", "CH  448120"],
    ["a space that is none", "CH\u00a0448120"],
  ])("has no letter that passes for another: %s", (_, number) => {
    expect(seal(number)).toBe(false);
  });
});
