import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { statements } from "@/lib/messages/statements";
import {
  CHECKS,
  type Draft,
  decideStatement,
  distribute,
  emptyDraft,
  inspectStatement,
  leftToDecide,
  leftToInspect,
  parseShown,
  type ReceiveSensor,
} from "./draft";

const HASH = "6bf2".repeat(16);
const sensors: ReceiveSensor[] = [
  { sensor: "door-04", place: "By the door", thumbprint: "a".repeat(64), sequence: 45, hash: HASH },
  { sensor: "back-04", place: "Back wall", thumbprint: "b".repeat(64), sequence: 0, hash: "" },
];
const answers = (value: boolean | null): Draft["answers"] => ({ number: value, pull: value, twist: value, surface: value, shaft: value });
const whole: Draft = { ...emptyDraft, answers: answers(true), shown: { "door-04": `45 ${HASH}`, "back-04": `7 ${HASH}` } };

describe("what a sensor shows", () => {
  test.each([
    `45 ${HASH}`,
    `door-04 45 ${HASH}`,
    `DOOR-04 45 ${HASH.toUpperCase()}`,
    `winterseal:door-04:45:${HASH}`,
    `door-04 #45 ${(HASH.match(/.{8}/g) ?? []).join(" ")}`,
  ])("is read in the forms that people paste and type: %s", (text) => {
    expect(parseShown(text, "door-04", ["back-04"])).toEqual({ shown: { sequence: 45, hash: HASH } });
  });
  test.each([
    ["", "This is needed"],
    [`back-04 45 ${HASH}`, "This is what back-04 shows"],
    [HASH, "First the sequence number, then the hash"],
    [`0 ${HASH}`, "First the sequence number, then the hash"],
    [`45 ${HASH.slice(1)}`, "The hash has 64 characters, here are 63"],
    [`45 ${HASH.slice(1)}x`, "The hash has only digits and letters a to f"],
  ])("is refused with what is wrong with it: %s", (text, problem) => {
    expect(parseShown(text, "door-04", ["door-04", "back-04"])).toEqual({ problem });
  });
  test("is never read as another number or hash than it says", () => {
    const hash = fc.array(fc.constantFrom(..."0123456789abcdef"), { minLength: 64, maxLength: 64 }).map((it) => it.join(""));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4_294_967_295 }), hash, (sequence, digits) => {
        expect(parseShown(`door-04 ${sequence} ${digits}`, "door-04", [])).toEqual({ shown: { sequence, hash: digits } });
      }),
      { seed: 20261122 },
    );
  });
  test("goes to its own sensor when several lines are pasted at once", () => {
    expect(distribute(`door-04 45 ${HASH}\nback-04 7 ${HASH}\nother 1 x`, ["door-04", "back-04"])).toEqual({
      "door-04": `door-04 45 ${HASH}`,
      "back-04": `back-04 7 ${HASH}`,
    });
  });
});

describe("signing", () => {
  test("waits for every check and every sensor, and says which is left", () => {
    expect(leftToInspect(emptyDraft, sensors)).toEqual(["5 seal checks are left", "What 2 sensors show is left"]);
    expect(leftToInspect({ ...whole, answers: { ...whole.answers, shaft: null } }, sensors)).toEqual(["One seal check is left"]);
    expect(leftToInspect(whole, sensors)).toEqual([]);
    expect(leftToInspect({ ...whole, shown: { "door-04": `45 ${HASH}` }, unread: ["back-04"] }, sensors)).toEqual([]);
  });
  test("an acceptance waits for arrival and inspection, a rejection for its reason", () => {
    expect(leftToDecide(whole, true, true)).toEqual(["Accept or reject is left"]);
    expect(leftToDecide({ ...whole, decision: "accepted" }, false, false)).toHaveLength(2);
    expect(leftToDecide({ ...whole, decision: "rejected" }, false, false)).toEqual(["Your reason is left"]);
    expect(leftToDecide({ ...whole, decision: "rejected", reason: "warm" }, false, false)).toEqual([]);
  });
  test.each(CHECKS)("calls a seal broken when one check fails: %s", (key) => {
    const statement = inspectStatement("s", "CH 1", { ...whole, answers: { ...whole.answers, [key]: false } }, sensors);
    expect(statement.result).toBe("broken");
    expect(statement.checks[key]).toBe(false);
  });
  test("makes statements that the contract's own schemas take", () => {
    expect(statements["seal:Inspect"].safeParse(inspectStatement("s", "CH 1", whole, sensors)).success).toBe(true);
    expect(statements["shipment:Decide"].safeParse(decideStatement("s", { ...whole, decision: "accepted" }, sensors)).success).toBe(true);
  });
  test("leaves out sensors that could not be read, and names every sensor in the decision", () => {
    expect(inspectStatement("s", "CH 1", { ...whole, unread: ["back-04"] }, sensors).sensors.map((it) => it.sensor)).toEqual(["door-04"]);
    expect(decideStatement("s", { ...whole, decision: "accepted" }, sensors).through.map((it) => it.sensor)).toEqual([
      "door-04",
      "back-04",
    ]);
  });
});
