import { createSign, generateKeyPairSync, sign, verify } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { otherS } from "../testing/raw";
import { canonicalDer, isCanonical, signData, verifySignature } from "./signature";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

test("what is signed verifies, is canonical, and its high-S twin is refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
      const signature = signData(privateKey, data);
      expect(verifySignature(publicKey, data, signature)).toBe(true);
      const twin = otherS(signature);
      expect(verify("sha256", data, publicKey, twin)).toBe(true);
      expect(isCanonical(twin)).toBe(false);
      expect(verifySignature(publicKey, data, twin)).toBe(false);
    }),
    { seed: 1, numRuns: 150 },
  );
});

test("any change of data or signature is refused without throwing", () => {
  const data = Buffer.from("8.170");
  const signature = signData(privateKey, data);
  fc.assert(
    fc.property(fc.nat(signature.length - 1), fc.integer({ min: 1, max: 255 }), (position, flip) => {
      const altered = Buffer.from(signature);
      altered[position] = (altered[position] ?? 0) ^ flip;
      expect(verifySignature(publicKey, data, altered)).toBe(false);
    }),
    { seed: 2 },
  );
  expect(verifySignature(publicKey, Buffer.from("8.171"), signature)).toBe(false);
});

test("arbitrary bytes are no signature and do no harm", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => !verifySignature(publicKey, Buffer.from("x"), bytes)),
    { seed: 3, numRuns: 1000 },
  );
});

test("the DER of a raw signature is what OpenSSL writes when s is low", () => {
  for (let round = 0; round < 60; round++) {
    const der = createSign("sha256").update(String(round)).sign(privateKey);
    if (!isCanonical(der)) continue;
    const r = der.subarray(4, 4 + (der[3] ?? 0));
    const s = der.subarray(6 + r.length);
    const fixed = (scalar: Uint8Array) => Buffer.concat([Buffer.alloc(32), scalar]).subarray(-32);
    expect(canonicalDer(Buffer.concat([fixed(r), fixed(s)]))).toEqual(der);
  }
  expect(sign("sha256", Buffer.of(), { key: privateKey, dsaEncoding: "ieee-p1363" })).toHaveLength(64);
});
