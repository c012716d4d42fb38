import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { beforeAll, describe, expect, it } from "vitest";
import { RevocationLists } from "./revocation";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const NOW = Date.UTC(2026, 10, 22);
const HOUR = 3_600_000;
x509.cryptoProvider.set(globalThis.crypto);

let keys: CryptoKeyPair;
let foreign: CryptoKeyPair;
let root: x509.X509Certificate;

beforeAll(async () => {
  const make = () => crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  [keys, foreign] = await Promise.all([make(), make()]);
  root = await x509.X509CertificateGenerator.createSelfSigned({ name: "CN=root", keys, signingAlgorithm: ALGORITHM });
});

async function list(serials: readonly string[], signer = keys, nextUpdate = NOW + 24 * HOUR): Promise<string> {
  const crl = await x509.X509CrlGenerator.create({
    issuer: "CN=root",
    thisUpdate: new Date(NOW),
    nextUpdate: new Date(nextUpdate),
    entries: serials.map((serialNumber) => ({ serialNumber, revocationDate: new Date(NOW) })),
    signingAlgorithm: ALGORITHM,
    signingKey: signer.privateKey,
  });
  return x509.PemConverter.encode(crl.rawData, "X509 CRL");
}

const organisation = () => ({ id: "shipper", mspId: "ShipperMSP", root: root.toString("pem"), ca: "http://ca.test" });
/** Answers one after the other; the last one stays. */
function lists(...answers: readonly (string | Error)[]): RevocationLists {
  let at = 0;
  return new RevocationLists(async () => {
    const answer = answers[Math.min(at++, answers.length - 1)] ?? "";
    if (answer instanceof Error) throw answer;
    return new Response(answer);
  });
}
const unavailable = expect.objectContaining({ code: "UNAVAILABLE" });

describe("revocation lists", () => {
  it("knows a revoked serial number however it is written, and no other", async () => {
    const asked = lists(await list(["0abc01"]));
    expect(await asked.isRevoked(organisation(), "ABC01", NOW)).toBe(true);
    expect(await asked.isRevoked(organisation(), "abc02", NOW)).toBe(false);
  });

  it("asks again after a minute", async () => {
    const asked = lists(await list([]), await list(["01"]));
    expect(await asked.isRevoked(organisation(), "01", NOW)).toBe(false);
    expect(await asked.isRevoked(organisation(), "01", NOW + 59_000)).toBe(false);
    expect(await asked.isRevoked(organisation(), "01", NOW + 61_000)).toBe(true);
  });

  it("goes on with the last list while the authority is away, until that list ends", async () => {
    const asked = lists(await list(["01"]), new TypeError("connection refused"));
    expect(await asked.isRevoked(organisation(), "01", NOW)).toBe(true);
    expect(await asked.isRevoked(organisation(), "01", NOW + HOUR)).toBe(true);
    await expect(asked.isRevoked(organisation(), "01", NOW + 25 * HOUR)).rejects.toEqual(unavailable);
  });

  it("never says no without a list", async () => {
    await expect(lists(new TypeError("connection refused")).isRevoked(organisation(), "01", NOW)).rejects.toEqual(unavailable);
    await expect(lists("hello").isRevoked(organisation(), "01", NOW)).rejects.toEqual(unavailable);
    const { ca: _, ...nameless } = organisation();
    await expect(lists(await list([])).isRevoked(nameless, "01", NOW)).rejects.toEqual(unavailable);
  });

  it("takes no list that another key signed, and none that has ended", async () => {
    await expect(lists(await list([], foreign)).isRevoked(organisation(), "01", NOW)).rejects.toEqual(unavailable);
    await expect(lists(await list([], keys, NOW - 1)).isRevoked(organisation(), "01", NOW)).rejects.toEqual(unavailable);
  });
});
