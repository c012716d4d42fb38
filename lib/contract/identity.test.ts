import { describe, expect, it } from "vitest";
import { ATTRIBUTES } from "../messages/names";
import { parseIdentity } from "./identity";
import { certify as certifyFor } from "./testing/certificate";

const certify = (name: string, attributes: string | null) =>
  certifyFor(name, attributes, new Date("2026-01-01T00:00:00Z"), new Date("2027-01-01T00:00:00Z"));

const refusal = expect.objectContaining({ code: "ACCESS_DENIED" });

describe("an identity", () => {
  it("is what its certificate says: name, role, attributes, key and validity", async () => {
    const { pem, thumbprint } = await certify(
      "CN=probe-1, OU=client",
      JSON.stringify({ attrs: { "ws.role": "sensor", "ws.sensor": "probe-1", n: 1 } }),
    );
    expect(parseIdentity("AuthorityMSP", pem)).toEqual({
      mspId: "AuthorityMSP",
      commonName: "probe-1",
      role: "sensor",
      attributes: { [ATTRIBUTES.role]: "sensor", [ATTRIBUTES.sensor]: "probe-1" },
      thumbprint,
      notBefore: Date.UTC(2026, 0, 1),
      notAfter: Date.UTC(2027, 0, 1),
    });
  });

  it("is parsed once, but never mistaken for another organisation's", async () => {
    const { pem } = await certify("CN=ann, OU=client", null);
    expect(parseIdentity("ShipperMSP", pem)).toBe(parseIdentity("ShipperMSP", pem));
    expect(parseIdentity("RecipientMSP", pem).mspId).toBe("RecipientMSP");
    expect(parseIdentity("ShipperMSP", pem).role).toBe("");
  });

  it("is a client's: a peer's or an administrator's certificate is refused", async () => {
    for (const unit of ["peer", "admin", "orderer", "clients"]) {
      const { pem } = await certify(`CN=x, OU=${unit}`, null);
      expect(() => parseIdentity("ShipperMSP", pem)).toThrow(refusal);
    }
  });

  it("that cannot be read is refused by code", async () => {
    expect(() => parseIdentity("ShipperMSP", "no certificate")).toThrow(refusal);
    const { pem } = await certify("CN=x, OU=client", "{not json");
    expect(() => parseIdentity("ShipperMSP", pem)).toThrow(refusal);
  });
});
