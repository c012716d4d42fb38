import * as fc from "fast-check";
import { expect, test } from "vitest";
import { WintersealError } from "../../lib/messages/errors";
import type { AttestedAnswer } from "../../lib/messages/functions";
import { expectBatch, headOf, recordedHash } from "./batch-result";
import { toHex, utf8 } from "./bytes";

const HASH = new Uint8Array(32).fill(7);
const head = { sequence: 5, hash: HASH };
const good = { result: "recorded", sensor: "s-1", sequence: 5, hash: toHex(HASH) };
const judge = (answer: unknown) => expectBatch("s-1", head)(utf8(JSON.stringify(answer)));
const answering = (answer: unknown) => ({ answer }) as AttestedAnswer;

test("takes recorded and already-recorded of its own batch", () => {
  expect(judge(good)).toBe("recorded");
  expect(judge({ ...good, result: "already-recorded" })).toBe("already-recorded");
});

test.each<[string, unknown]>([
  ["an equivocation", { ...good, result: "equivocation" }],
  ["another sensor's", { ...good, sensor: "s-2" }],
  ["another number's", { ...good, sequence: 6 }],
  ["another content's", { ...good, hash: "00".repeat(32) }],
  ["nothing's", null],
  ["a word's", "recorded"],
])("refuses %s result, so that no transaction is signed over it", (_what, answer) => {
  expect(() => judge(answer)).toThrow(WintersealError);
});

test("a sensor's head is read strictly, and one that the ledger does not know is an error of its own", () => {
  const first = new Uint8Array(32);
  expect(headOf(answering({ sequence: 5, hash: toHex(HASH) }), first)).toEqual(head);
  expect(headOf(answering({ sequence: 0, hash: "" }), first)).toEqual({ sequence: 0, hash: first });
  expect(() => headOf(answering(null), first)).toThrow("not registered");
  for (const bad of [{ sequence: 5 }, { sequence: 5, hash: "x" }, { sequence: 5.5, hash: toHex(HASH) }, 7]) {
    expect(() => headOf(answering(bad), first)).toThrow(WintersealError);
  }
});

test("a recorded hash is one, or there is none", () => {
  expect(recordedHash(answering({ hash: toHex(HASH) }))).toBe(toHex(HASH));
  expect(recordedHash(answering(null))).toBeUndefined();
  expect(() => recordedHash(answering({ hash: "AB" }))).toThrow(WintersealError);
});

test("any bytes are a result or refused with a code", () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.json().map(utf8)), (bytes) => {
      expect(() => expectBatch("s-1", head)(bytes)).toThrow(WintersealError);
    }),
    { seed: 1, numRuns: 500 },
  );
});
