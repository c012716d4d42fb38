import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { certificatesIn, listsIn } from "../../lib/messages/pem";
import { enrolTestPerson, foundOrganisation, type TestOrganisation, type TestPerson } from "../testing/organisation";
import { CertificateAuthority } from ".";
import { retireRoot, rotateRoot } from "./rotation";
import { x509 } from "./x509";

const refused = (code: string) => expect.objectContaining({ code });
let organisation: TestOrganisation;
let before: TestPerson;

beforeAll(async () => {
  organisation = await foundOrganisation("shipper");
  before = await enrolTestPerson(organisation, "before", "shipper");
});
afterAll(() => organisation.remove());

const shown = async (file: string) => certificatesIn(await readFile(join(organisation.dir, "public", file), "utf8"));

describe("a root that takes over from another", () => {
  it("issues from then on, while both are in force and both lists are given", async () => {
    await expect(retireRoot(organisation.dir)).rejects.toEqual(refused("ARGUMENT_INVALID"));
    const former = organisation.ca.root;
    const ca = await rotateRoot(organisation.dir);
    expect(ca.roots.map(({ serialNumber }) => serialNumber)).toEqual([ca.root.serialNumber, former.serialNumber]);
    const after = await enrolTestPerson({ ...organisation, ca }, "after", "shipper");
    expect(await new x509.X509Certificate(after.certificate).verify({ publicKey: ca.root })).toBe(true);
    for (const { certificate } of [before, after]) await expect(ca.recognise(certificate)).resolves.toBeDefined();
    expect(await shown("root.pem")).toHaveLength(2);
    const lists = listsIn(await ca.crl()).map((der) => new x509.X509Crl(Buffer.from(der, "base64")));
    expect(await Promise.all(lists.map((list, index) => list.verify({ publicKey: ca.roots[index] as x509.X509Certificate })))).toEqual([
      true,
      true,
    ]);
    await expect(rotateRoot(organisation.dir)).rejects.toEqual(refused("EXISTS"));
  });

  it("then stands alone: what the former one issued is revoked, its key is gone, its certificate stays for history", async () => {
    const former = organisation.ca.root;
    expect(await retireRoot(organisation.dir)).toBeGreaterThanOrEqual(2);
    const ca = await CertificateAuthority.open(organisation.dir);
    expect(ca.roots).toHaveLength(1);
    await expect(ca.recognise(before.certificate)).rejects.toEqual(refused("CERTIFICATE_UNTRUSTED"));
    const [list = ""] = listsIn(await ca.crl());
    const serials = new x509.X509Crl(Buffer.from(list, "base64")).entries.map(({ serialNumber }) => serialNumber);
    expect(serials).toContain(new x509.X509Certificate(before.certificate).serialNumber);
    expect(await shown("root.pem")).toHaveLength(1);
    expect((await shown("roots.pem")).map((pem) => new x509.X509Certificate(pem).serialNumber)).toContain(former.serialNumber);
    await expect(readFile(join(organisation.dir, "ca", "former", `${former.serialNumber}.key`))).rejects.toThrow("ENOENT");
  });
});
