import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DomainError } from "../../../lib/domain/errors";
import { WintersealError } from "../../../lib/messages/errors";
import { applyPatch, makePatch } from "./patch";

const LIMIT = 10_000;
const few = fc.uint8Array({ maxLength: 400, max: 3 });

test("a patch of anything gives exactly that", () => {
  fc.assert(
    fc.property(few, few, few, (prediction, more, target) => {
      const patch = makePatch({ prediction, more }, target);
      const made = applyPatch({ prediction, more }, patch, LIMIT);
      // An empty patch stands for the prediction: nothing else may come out empty.
      expect(patch.length === 0 ? prediction : made).toEqual(
        target.length === 0 && prediction.length > 0 && patch.length === 0 ? prediction : target,
      );
    }),
    { seed: 2, numRuns: 500 },
  );
});

test("a prediction that is right costs nothing; one wrong stretch costs itself and a few bytes", () => {
  const prediction = Uint8Array.from({ length: 1_000 }, (_, index) => (index * 7919) >> 3);
  const dictionary = { prediction, more: new Uint8Array(0) };
  expect(makePatch(dictionary, prediction)).toHaveLength(0);
  const wrong = prediction.with(500, 1).with(501, 2);
  expect(makePatch(dictionary, wrong).length).toBeLessThanOrEqual(12);
});

test("bytes that are no patch are refused, and none writes more than the limit", () => {
  const dictionary = { prediction: new Uint8Array(200), more: new Uint8Array(50) };
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (patch) => {
      try {
        expect(applyPatch(dictionary, patch, LIMIT).length).toBeLessThanOrEqual(LIMIT);
      } catch (error) {
        expect(error instanceof WintersealError || error instanceof DomainError).toBe(true);
      }
    }),
    { seed: 3, numRuns: 2_000 },
  );
});

test("a patch of very many operations is work like any other", () => {
  const copies = 120_000;
  const patch = new Uint8Array(2 * copies);
  // each copies the first byte: where the last copy ended, less one
  for (let at = 0; at < copies; at++) patch.set([3, at === 0 ? 0 : 1], 2 * at);
  const dictionary = { prediction: Uint8Array.of(7, 7, 7), more: new Uint8Array(0) };
  expect(applyPatch(dictionary, patch, 2 * copies)).toEqual(new Uint8Array(copies).fill(7));
  expect(() => applyPatch(dictionary, patch, copies - 1)).toThrow(WintersealError);
});
