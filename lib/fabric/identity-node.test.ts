import { verify, X509Certificate } from "node:crypto";
import { msp } from "@hyperledger/fabric-protos";
import { describe, expect, it } from "vitest";
import { signingIdentity } from "./identity-node";
import { testRoot } from "./testing/pki";

const HALF_ORDER = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;

/** s of a DER signature, read independently of the code under test. */
function sOf(der: Uint8Array): bigint {
  const bytes = Buffer.from(der);
  const rLength = bytes[3] ?? 0;
  const sAt = 4 + rLength + 2;
  return BigInt(`0x${bytes.toString("hex", sAt)}`);
}

describe("the operator's identity", () => {
  it("signs in DER that verifies, always with low S", async () => {
    const { certificate, keyObject } = await (await testRoot("operator")).issue("proxy@operator");
    const identity = signingIdentity("OperatorMSP", certificate, keyObject);
    const key = new X509Certificate(certificate).publicKey;
    for (let index = 0; index < 300; index++) {
      const message = Buffer.from(`message ${index}`);
      const signature = identity.sign(message);
      expect(verify("sha256", message, key, signature)).toBe(true);
      expect(sOf(signature) <= HALF_ORDER).toBe(true);
    }
  });

  it("names itself as Fabric's serialized identity", async () => {
    const { certificate, keyObject } = await (await testRoot("operator")).issue("proxy@operator");
    const read = msp.SerializedIdentity.deserializeBinary(signingIdentity("OperatorMSP", certificate, keyObject).creator);
    expect([read.getMspid(), Buffer.from(read.getIdBytes_asU8()).toString()]).toEqual(["OperatorMSP", certificate]);
  });

  it("refuses a key that is not the certificate's", async () => {
    const root = await testRoot("operator");
    const [one, other] = await Promise.all([root.issue("proxy@operator"), root.issue("proxy@operator")]);
    expect(() => signingIdentity("OperatorMSP", one.certificate, other.keyObject)).toThrow(/does not belong/);
  });
});
