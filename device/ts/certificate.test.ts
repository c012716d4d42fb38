import { X509Certificate } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { WintersealError } from "../../lib/messages/errors";
import { readCertificate } from "./certificate";
import { createParty } from "./testing/party";

const { certificate } = await createParty("AuthorityMSP", "sensor-1");

test("reads key, name and validity as OpenSSL does", () => {
  const theirs = new X509Certificate(certificate);
  const ours = readCertificate(certificate);
  expect(Buffer.from(ours.spki)).toEqual(theirs.publicKey.export({ format: "der", type: "spki" }));
  expect(ours.commonName).toBe("sensor-1");
  expect([ours.notBefore, ours.notAfter]).toEqual([Date.parse(theirs.validFrom), Date.parse(theirs.validTo)]);
  expect(Buffer.from(ours.der)).toEqual(theirs.raw);
});

const toPem = (der: Uint8Array) => `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString("base64")}\n-----END CERTIFICATE-----\n`;
const readOrRefuse = (pem: string) => {
  try {
    expect(readCertificate(pem).spki).toHaveLength(91);
  } catch (error) {
    expect(error).toBeInstanceOf(WintersealError);
  }
};

test("any cut or altered certificate is read or refused with a code", () => {
  const { der } = readCertificate(certificate);
  for (let length = 0; length < der.length; length++) readOrRefuse(toPem(der.subarray(0, length)));
  fc.assert(
    fc.property(fc.nat(der.length - 1), fc.nat(255), (at, value) => readOrRefuse(toPem(der.with(at, value)))),
    { seed: 1, numRuns: 2000 },
  );
});

test("any text is read or refused with a code", () => {
  fc.assert(fc.property(fc.string(), readOrRefuse), { seed: 2 });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => readOrRefuse(toPem(noise))),
    { seed: 3, numRuns: 1000 },
  );
});
