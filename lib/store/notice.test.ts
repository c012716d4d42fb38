import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeNotice, encodeNotice, MISSED, mergeNotices, type Notice } from "./notice";

const ids = fc.option(fc.uniqueArray(fc.string(), { maxLength: 400 }));
const notice: fc.Arbitrary<Notice> = fc.record({ block: fc.option(fc.nat()), shipments: ids, sensors: ids });

test("a notice always fits into what Postgres carries, and says no less than was meant", () => {
  fc.assert(
    fc.property(notice, (value) => {
      const payload = encodeNotice(value);
      expect(Buffer.byteLength(payload)).toBeLessThan(8_000);
      const decoded = decodeNotice(payload);
      expect([value, { ...MISSED, block: value.block }]).toContainEqual(decoded);
    }),
    { seed: 65, numRuns: 300 },
  );
});

test("a merged notice names whatever either named, and everything when one of them could not", () => {
  fc.assert(
    fc.property(notice, notice, (a, b) => {
      const merged = mergeNotices(a, b);
      expect(merged.block).toBe(a.block === null || b.block === null ? null : Math.max(a.block, b.block));
      for (const part of ["shipments", "sensors"] as const) {
        const [left, right] = [a[part], b[part]];
        expect(merged[part] === null).toBe(left === null || right === null);
        if (merged[part] && left && right) expect(new Set(merged[part])).toEqual(new Set([...left, ...right]));
      }
    }),
    { seed: 66, numRuns: 300 },
  );
});

test("what is no notice reads as one that may have missed something", () => {
  for (const payload of ["", "null", "[]", "{}", '{"block":"7","shipments":[],"sensors":[]}', '{"block":7,"shipments":[1],"sensors":[]}']) {
    expect(decodeNotice(payload)).toEqual(MISSED);
  }
});
