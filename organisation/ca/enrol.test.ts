import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { foundOrganisation, newKeys, type TestOrganisation, thumbprint } from "../testing/organisation";
import { createCode, createRequest, enrolPerson } from ".";
import { ECDSA_SHA256, isLowS, thumbprintOf, x509 } from "./x509";

const LENA = { login: "lena", name: "Lena Brunner", role: "shipper" } as const;
const HOUR_MS = 3_600_000;
let organisation: TestOrganisation;

beforeAll(async () => {
  organisation = await foundOrganisation("shipper");
});
afterAll(() => organisation.remove());

const newCode = (lifeMs = HOUR_MS) => createCode(organisation.dir, organisation.ca.profile, LENA, lifeMs);
const refused = (code: string) => expect.objectContaining({ code });

describe("enrolling a person", () => {
  it("takes name and role from the code and only the key from the request", async () => {
    const keys = await newKeys();
    const csr = await createRequest("director@authority", keys);
    const { certificate, root } = await enrolPerson(organisation.ca, { code: await newCode(), csr });
    const parsed = new x509.X509Certificate(certificate);
    expect(parsed.subjectName.getField("CN")).toEqual(["lena@shipper"]);
    expect(parsed.subjectName.getField("OU")).toEqual(["client"]);
    const attributes = parsed.getExtension("1.2.3.4.5.6.7.8.1");
    expect(new TextDecoder().decode(attributes?.value)).toBe('{"attrs":{"ws.role":"shipper","ws.name":"Lena Brunner"}}');
    expect(thumbprintOf(parsed.publicKey)).toBe(await thumbprint(keys));
    expect(await parsed.verify({ publicKey: new x509.X509Certificate(root) })).toBe(true);
    expect(isLowS(new Uint8Array(parsed.signature))).toBe(true);
  });

  it("is on the record before the certificate leaves", async () => {
    const { certificate } = await enrolPerson(organisation.ca, { code: await newCode(), csr: await createRequest("x", await newKeys()) });
    expect((await organisation.ca.issued()).map((entry) => entry.certificate)).toContain(certificate);
  });

  it("takes a code once, even from two at the same moment", async () => {
    const code = await newCode();
    const csr = await createRequest("x", await newKeys());
    const results = await Promise.allSettled([1, 2, 3, 4].map(() => enrolPerson(organisation.ca, { code, csr })));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results) if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "ENROLMENT_CODE_USED" });
  });

  it("reads a code however it was typed", async () => {
    const code = await newCode();
    const typed = ` ${code.toLowerCase().replaceAll("-", " ").replaceAll("0", "o").replaceAll("1", "l")} `;
    await expect(enrolPerson(organisation.ca, { code: typed, csr: await createRequest("x", await newKeys()) })).resolves.toBeDefined();
  });

  it("refuses an expired code as expired, again and again", async () => {
    const code = await newCode(HOUR_MS);
    const csr = await createRequest("x", await newKeys());
    const later = Date.now() + 2 * HOUR_MS;
    await expect(enrolPerson(organisation.ca, { code, csr }, later)).rejects.toEqual(refused("ENROLMENT_CODE_EXPIRED"));
    await expect(enrolPerson(organisation.ca, { code, csr }, later)).rejects.toEqual(refused("ENROLMENT_CODE_EXPIRED"));
  });

  it("refuses an unknown code and issues nothing", async () => {
    const before = (await organisation.ca.issued()).length;
    const csr = await createRequest("x", await newKeys());
    await expect(enrolPerson(organisation.ca, { code: "0000-0000-0000", csr })).rejects.toEqual(refused("ENROLMENT_CODE_UNKNOWN"));
    expect(await organisation.ca.issued()).toHaveLength(before);
  });

  it("refuses a key that is not P-256 and leaves the code unused", async () => {
    const code = await newCode();
    const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-384" }, true, ["sign", "verify"]);
    const csr = await x509.Pkcs10CertificateRequestGenerator.create({ name: "CN=x", keys, signingAlgorithm: ECDSA_SHA256 });
    await expect(enrolPerson(organisation.ca, { code, csr: csr.toString("pem") })).rejects.toEqual(refused("KEY_UNSUITABLE"));
    await expect(enrolPerson(organisation.ca, { code, csr: await createRequest("x", await newKeys()) })).resolves.toBeDefined();
  });

  it("refuses a request that another key signed", async () => {
    const [own, foreign] = [await newKeys(), await newKeys()];
    const csr = await createRequest("x", { publicKey: own.publicKey, privateKey: foreign.privateKey });
    await expect(enrolPerson(organisation.ca, { code: await newCode(), csr })).rejects.toEqual(refused("REQUEST_INVALID"));
  });

  it("refuses text that is no request", async () => {
    await expect(enrolPerson(organisation.ca, { code: await newCode(), csr: "hello" })).rejects.toEqual(refused("REQUEST_INVALID"));
  });

  it("gives no role of another kind of organisation, and no sensor's", async () => {
    for (const role of ["authority", "recipient", "sensor", "operator"] as const) {
      await expect(createCode(organisation.dir, organisation.ca.profile, { ...LENA, role }, HOUR_MS)).rejects.toEqual(
        refused("ARGUMENT_INVALID"),
      );
    }
  });
});

describe("revocation", () => {
  it("lists every certificate of a name and is recognised afterwards", async () => {
    const code = await createCode(organisation.dir, organisation.ca.profile, { ...LENA, login: "leaver" }, HOUR_MS);
    const { certificate } = await enrolPerson(organisation.ca, { code, csr: await createRequest("x", await newKeys()) });
    await expect(organisation.ca.recognise(certificate)).resolves.toBeDefined();
    expect(await organisation.ca.revoke("leaver@shipper", "left the company")).toBe(1);
    expect(await organisation.ca.revoke("leaver@shipper", "left the company")).toBe(0);
    await expect(organisation.ca.recognise(certificate)).rejects.toEqual(refused("CERTIFICATE_REVOKED"));
    const list = new x509.X509Crl((await organisation.ca.crl()).replaceAll("X509 CRL", "CRL"));
    expect(list.findRevoked(new x509.X509Certificate(certificate))).not.toBeNull();
    expect(await list.verify({ publicKey: organisation.ca.root })).toBe(true);
  });
});

describe("founding", () => {
  it("keeps everything when it is done again", async () => {
    const { initialise, CertificateAuthority } = await import(".");
    const before = organisation.ca.rootPem;
    await rm(join(organisation.dir, "public", "root.pem"));
    await initialise(organisation.dir, { ...organisation.ca.profile, name: "Another name" });
    const again = await CertificateAuthority.open(organisation.dir);
    expect(again.rootPem).toBe(before);
    expect(again.profile.name).toBe(organisation.ca.profile.name);
  });
});
