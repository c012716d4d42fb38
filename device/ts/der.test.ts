import { generateKeyPairSync, sign, verify } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { WintersealError } from "../../lib/messages/errors";
import { derToRaw, lowS, rawToDer } from "./der";

const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
const HALF = BigInt("0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551") >> 1n;
const sOf = (raw: Uint8Array) => BigInt(`0x${Buffer.from(raw.subarray(32)).toString("hex")}`);

test("a signature made low verifies, and high S occurs before but never after", () => {
  let high = 0;
  for (let index = 0; index < 200; index++) {
    const message = Buffer.from(`message ${index}`);
    const raw = sign("sha256", message, { key: keys.privateKey, dsaEncoding: "ieee-p1363" });
    if (sOf(raw) > HALF) high++;
    const low = lowS(raw);
    expect(sOf(low) <= HALF).toBe(true);
    expect(verify("sha256", message, keys.publicKey, rawToDer(low))).toBe(true);
    expect(derToRaw(rawToDer(low))).toEqual(new Uint8Array(low));
  }
  expect(high).toBeGreaterThan(20);
});

test("DER made by OpenSSL is read exactly and written back identically", () => {
  for (let index = 0; index < 200; index++) {
    const der = sign("sha256", Buffer.from(String(index)), keys.privateKey);
    const raw = sign("sha256", Buffer.from("x"), { key: keys.privateKey, dsaEncoding: "ieee-p1363" });
    expect(() => rawToDer(lowS(raw))).not.toThrow();
    try {
      expect(rawToDer(derToRaw(der))).toEqual(new Uint8Array(der));
    } catch (error) {
      expect(error).toBeInstanceOf(WintersealError);
      expect(String(error)).toContain("high S");
    }
  }
});

test("refuses high S, zero, numbers beyond the order and wrong lengths", () => {
  const raw = sign("sha256", Buffer.from("x"), { key: keys.privateKey, dsaEncoding: "ieee-p1363" });
  const low = lowS(raw);
  const order = BigInt("0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  const high = Buffer.concat([low.subarray(0, 32), Buffer.from((order - sOf(low)).toString(16).padStart(64, "0"), "hex")]);
  expect(() => rawToDer(high)).toThrow("high S");
  expect(() => rawToDer(new Uint8Array(64))).toThrow("out of range");
  expect(() => rawToDer(new Uint8Array(63))).toThrow("64 bytes");
  expect(() => rawToDer(Buffer.concat([Buffer.alloc(32, 0xff), low.subarray(32)]))).toThrow("out of range");
});

test("two different byte strings never mean the same signature", () => {
  const der = rawToDer(lowS(sign("sha256", Buffer.from("x"), { key: keys.privateKey, dsaEncoding: "ieee-p1363" })));
  fc.assert(
    fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const altered = Uint8Array.from(der, (byte, index) => (index === at ? byte ^ flip : byte));
      try {
        expect(rawToDer(derToRaw(altered))).toEqual(altered);
      } catch (error) {
        expect(error).toBeInstanceOf(WintersealError);
      }
    }),
    { seed: 1, numRuns: 2000 },
  );
  expect(() => derToRaw(Uint8Array.of(...der, 0))).toThrow(WintersealError);
});

test("any bytes are a signature in its one form or refused with a code", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (noise) => {
      try {
        expect(rawToDer(derToRaw(noise))).toEqual(noise);
      } catch (error) {
        expect(error).toBeInstanceOf(WintersealError);
      }
    }),
    { seed: 2, numRuns: 2000 },
  );
});
