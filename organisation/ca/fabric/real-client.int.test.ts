/** Fabric's own client before our authority. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseIdentity } from "../../../lib/contract/identity";
import { fabricBinary, fabricCaClient, WITHOUT_BINARIES } from "../../testing/fabric-ca";
import { CONTRACT, foundOrganisation, type TestOrganisation } from "../../testing/organisation";
import { createCaServer } from "../http";
import { x509 } from "../x509";
import { Registry } from "./registry";
import { REGISTRAR } from "./rights";

if (fabricBinary("fabric-ca-client") === undefined) console.warn(WITHOUT_BINARIES);

describe.skipIf(fabricBinary("fabric-ca-client") === undefined)("a real fabric-ca-client before our authority", () => {
  let organisation: TestOrganisation;
  let folder: string;
  let server: Server;
  let address: string;
  const at = (name = "", secret = "") =>
    name === "" ? `http://${address}` : `http://${encodeURIComponent(name)}:${encodeURIComponent(secret)}@${address}`;
  const home = (name: string) => join(folder, name);
  const as = (name: string, ...args: readonly string[]) => fabricCaClient(home(name), at(), ...args);
  const certificateOf = (name: string) => readFile(join(home(name), "msp", "signcerts", "cert.pem"), "utf8");

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "winterseal-fabric-ca-client-"));
    organisation = await foundOrganisation("authority");
    server = createCaServer(
      organisation.ca,
      { ...CONTRACT, graceDays: 0, confirm: async () => undefined },
      { info: () => undefined, warn: () => undefined },
    );
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const registration = { id: "registrar@authority", type: "client", maxEnrollments: 1, attributes: REGISTRAR } as const;
    const secret = await new Registry(organisation.dir).register(registration);
    await fabricCaClient(home("registrar"), at("registrar@authority", secret), "enroll");
  });
  afterAll(async () => {
    server.close();
    server.closeAllConnections();
    await organisation.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it("getcainfo: stores the root that the network pins", async () => {
    await as("info", "getcainfo");
    const file = join(home("info"), "msp", "cacerts", `${address.replaceAll(/[.:]/g, "-")}.pem`);
    expect(await readFile(file, "utf8")).toBe(organisation.ca.rootPem);
  });

  it("register and enroll: an identity that the contract takes, once", async () => {
    const attributes = "ws.role=auditor:ecert,ws.name=Mia Frei:ecert";
    const answer = await as(
      "registrar",
      "register",
      "--id.name",
      "mia@authority",
      "--id.secret",
      "pw",
      "--id.type",
      "client",
      "--id.maxenrollments",
      "1",
      "--id.attrs",
      attributes,
    );
    expect(answer).toContain("Password: pw");
    await fabricCaClient(home("mia"), at("mia@authority", "pw"), "enroll");
    expect(parseIdentity("AuthorityMSP", await certificateOf("mia"))).toMatchObject({
      commonName: "mia@authority",
      role: "auditor",
      attributes: { "ws.name": "Mia Frei", "hf.EnrollmentID": "mia@authority", "hf.Type": "client" },
    });
    await expect(fabricCaClient(home("mia2"), at("mia@authority", "pw"), "enroll")).rejects.toThrow("Error Code: 20");
  });

  it("enroll with profile tls: a certificate that serves TLS for the hosts that were asked for", async () => {
    await as("registrar", "register", "--id.name", "peer1.authority", "--id.secret", "pw", "--id.type", "peer");
    await fabricCaClient(
      home("peer1"),
      at("peer1.authority", "pw"),
      "enroll",
      "--enrollment.profile",
      "tls",
      "--csr.hosts",
      "peer1.authority,127.0.0.1",
    );
    const certificate = new x509.X509Certificate(await certificateOf("peer1"));
    expect(certificate.subjectName.getField("OU")).toEqual(["peer"]);
    const names = certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.toJSON();
    expect(names).toEqual([
      { type: "dns", value: "peer1.authority" },
      { type: "ip", value: "127.0.0.1" },
    ]);
  });

  it("reenroll: another certificate for the same name", async () => {
    const before = await certificateOf("mia");
    await as("mia", "reenroll");
    const after = await certificateOf("mia");
    expect(after).not.toBe(before);
    expect(parseIdentity("AuthorityMSP", after).role).toBe("auditor");
  });

  it("identity and certificate: lists what was registered and issued", async () => {
    expect(await as("registrar", "identity", "list")).toContain("Name: mia@authority, Type: client");
    const list = await as("registrar", "certificate", "list", "--id", "mia@authority");
    expect(list).toContain("CN=mia@authority,OU=client,O=authority");
  });

  it("revoke and gencrl: certificates are on the list, the name enrols no more", async () => {
    await as("registrar", "revoke", "-e", "mia@authority", "--gencrl");
    await as("registrar", "gencrl");
    const pem = await readFile(join(home("registrar"), "msp", "crls", "crl.pem"), "utf8");
    const list = new x509.X509Crl(pem.replaceAll("X509 CRL", "CRL"));
    expect(await list.verify({ publicKey: organisation.ca.root })).toBe(true);
    expect(list.entries).toHaveLength(2);
    await expect(as("mia", "reenroll")).rejects.toThrow("Error Code: 20");
    await expect(as("registrar", "register", "--id.name", "mia@authority")).rejects.toThrow("Error Code: 74");
  });

  it("cannot register a sensor's name", async () => {
    await expect(as("registrar", "register", "--id.name", "ws-0461", "--id.type", "client")).rejects.toThrow("could be a sensor's name");
  });
});
