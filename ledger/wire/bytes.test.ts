import { common } from "@hyperledger/fabric-protos";
import fc from "fast-check";
import { expect, test } from "vitest";
import { headerBytes, isCanonicalEnvelope } from "./block";
import { bytesField, orderPreserving, varint } from "./bytes";

test("a varint is the one that protobuf writes", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (value) => {
      const header = new common.BlockHeader();
      header.setNumber(value);
      expect(Buffer.concat([Buffer.of(8), varint(value)])).toEqual(Buffer.from(header.serializeBinary()));
    }),
    { seed: 4 },
  );
});

test("the order-preserving form sorts as the numbers do", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (left, right) => {
      expect(Math.sign(Buffer.compare(orderPreserving(left), orderPreserving(right)))).toBe(Math.sign(left - right));
    }),
    { seed: 5 },
  );
  expect(orderPreserving(0)).toEqual(Buffer.of(0));
  expect(orderPreserving(256)).toEqual(Buffer.of(2, 1, 0));
});

test("block header bytes are Fabric's ASN.1 SEQUENCE, INTEGER with a sign byte, OCTET STRINGs (worked out by hand)", () => {
  const hash = (byte: number) => Buffer.alloc(2, byte);
  expect(headerBytes({ number: 0, previousHash: Buffer.alloc(0), dataHash: hash(1) }).toString("hex")).toBe("3009020100040004020101");
  expect(headerBytes({ number: 128, previousHash: hash(2), dataHash: hash(3) }).toString("hex")).toBe("300c02020080040202020402" + "0303");
});

test("an envelope with trailing, reordered or repeated fields is not canonical", () => {
  const payload = bytesField(1, Buffer.from("payload"));
  const signature = bytesField(2, Buffer.from("signature"));
  expect(isCanonicalEnvelope(Buffer.concat([...payload, ...signature]))).toBe(true);
  expect(isCanonicalEnvelope(Buffer.concat([...signature, ...payload]))).toBe(false);
  expect(isCanonicalEnvelope(Buffer.concat([...payload, ...payload, ...signature]))).toBe(false);
  expect(isCanonicalEnvelope(Buffer.concat([...payload, ...signature, ...bytesField(9, Buffer.of(1))]))).toBe(false);
  expect(isCanonicalEnvelope(Buffer.concat(payload))).toBe(false);
  expect(isCanonicalEnvelope(Buffer.of(0xff))).toBe(false);
});
