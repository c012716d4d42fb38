/** The organisation's service before a real `fabric-ca-server`: the same flows as before its own authority. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseIdentity } from "../../../lib/contract/identity";
import { ATTRIBUTES } from "../../../lib/messages/names";
import { freePort } from "../../../start/ports";
import { type FabricCaServer, fabricBinary, PROFILES, startFabricCa, WITHOUT_BINARIES } from "../../testing/fabric-ca";
import { approve, base64, CONTRACT, newKeys, registration, type TestPerson, thumbprint } from "../../testing/organisation";
import { createCode, createRequest, type Issuer, initialise, issueIdentity, issueSensor, openIssuer } from "..";
import { enrol, requestSensorIdentity } from "../client";
import { createCaServer } from "../http";
import { publish } from "../init";
import { x509 } from "../x509";
import { joinFabricCa } from "./registrar";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SETTINGS = { ...CONTRACT, graceDays: 14, confirm: async () => undefined };
const refused = (code: string) => expect.objectContaining({ code });
const quiet = { info: () => undefined, warn: () => undefined };

if (fabricBinary("fabric-ca-server") === undefined) console.warn(WITHOUT_BINARIES);

describe.skipIf(fabricBinary("fabric-ca-server") === undefined)("an organisation whose authority is a real fabric-ca-server", () => {
  let folder: string;
  let real: FabricCaServer;
  let ca: Issuer;
  let service: Server;
  let origin: string;
  let reto: TestPerson;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "winterseal-fabric-ca-"));
    real = await startFabricCa(folder, await freePort());
    const dir = join(folder, "authority");
    await joinFabricCa(dir, {
      profile: {
        id: "authority",
        mspId: "AuthorityMSP",
        name: "Messlabor Kander",
        type: "peer",
        fabricCa: { url: real.url, name: "ca-authority", profiles: [...PROFILES] },
      },
      tlsRoot: real.tlsRoot,
      registrar: real.registrar,
    });
    ca = await openIssuer(dir);
    await publish(ca);
    service = createCaServer(ca, SETTINGS, quiet);
    await new Promise<void>((resolve) => {
      service.listen(0, "127.0.0.1", resolve);
    });
    origin = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
    reto = await enrolAs("reto", "Reto Amsler");
  });
  afterAll(async () => {
    service?.close();
    service?.closeAllConnections();
    await real?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function enrolAs(login: string, name: string): Promise<TestPerson> {
    const keys = await newKeys();
    const code = await createCode(ca.dir, ca.profile, { login, name, role: "authority" }, HOUR_MS);
    const { certificate } = await enrol(origin, code, (commonName) => createRequest(commonName, keys));
    const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
    return { keys, certificate, privateKey: x509.PemConverter.encode(pkcs8, "PRIVATE KEY") };
  }

  it("is no demonstration: that root was not made for one", () => {
    expect(ca.profile.demonstration).toBe(false);
  });

  it("enrols people by one-time code; the contract reads name, role and unit from the certificate", async () => {
    const identity = parseIdentity("AuthorityMSP", reto.certificate);
    expect(identity).toMatchObject({ commonName: "reto@authority", role: "authority", thumbprint: await thumbprint(reto.keys) });
    expect(identity.attributes).toEqual({ [ATTRIBUTES.role]: "authority", [ATTRIBUTES.name]: "Reto Amsler" });
    expect(identity.notAfter - Date.now()).toBeGreaterThan(364 * DAY_MS);
    await expect(ca.recognise(reto.certificate)).resolves.toBeDefined();
  });

  it("enrols the same person in a second browser, and a name with another role than before", async () => {
    const second = await enrolAs("reto", "Reto Amsler-Frei");
    const { attributes, thumbprint: key } = parseIdentity("AuthorityMSP", second.certificate);
    expect(attributes[ATTRIBUTES.name]).toBe("Reto Amsler-Frei");
    expect(key).not.toBe(await thumbprint(reto.keys));
    await expect(ca.recognise(reto.certificate)).resolves.toBeDefined();
  });

  it("takes a code once, and only from a request that carries the person's name", async () => {
    const code = await createCode(ca.dir, ca.profile, { login: "mia", name: "Mia Frei", role: "auditor" }, HOUR_MS);
    await expect(enrol(origin, code, async () => createRequest("director@authority", await newKeys()))).rejects.toEqual(
      refused("REQUEST_INVALID"),
    );
    const request = async (name: string) => createRequest(name, await newKeys());
    await expect(enrol(origin, code, request)).resolves.toBeDefined();
    await expect(enrol(origin, code, request)).rejects.toEqual(refused("ENROLMENT_CODE_USED"));
  });

  it("issues a sensor's identity against a person's approval, for the longest lifetime that does not outlast the calibration", async () => {
    const keys = await newKeys();
    const statement = await registration("ws-0461", keys);
    const csr = await createRequest("ws-0461", keys);
    const approval = await approve(reto, statement);
    const { certificate } = await requestSensorIdentity(origin, csr, approval);
    const identity = parseIdentity("AuthorityMSP", certificate);
    expect(identity).toMatchObject({ commonName: "ws-0461", role: "sensor", thumbprint: await thumbprint(keys) });
    expect(identity.attributes[ATTRIBUTES.calibrationTo]).toBe(String(statement.calibration.to));
    expect(Object.keys(identity.attributes).filter((name) => name.startsWith("hf."))).toEqual([]);
    expect(Math.round((identity.notAfter - Date.now()) / DAY_MS)).toBe(180);
    expect((await requestSensorIdentity(origin, csr, approval)).certificate).toBe(certificate);
  });

  it("issues the next one for the same approval when the last third of a shorter life has begun", async () => {
    const keys = await newKeys();
    const csr = await createRequest("ws-0463", keys);
    const body = { csr, approval: base64(await approve(reto, await registration("ws-0463", keys))) };
    const first = await issueSensor(ca, body, SETTINGS);
    expect((await issueSensor(ca, body, SETTINGS, Date.now() + 100 * DAY_MS)).certificate).toBe(first.certificate);
    expect((await issueSensor(ca, body, SETTINGS, Date.now() + 150 * DAY_MS)).certificate).not.toBe(first.certificate);
  });

  it("renews a sensor under a new calibration", async () => {
    const keys = await newKeys();
    const first = await registration("ws-0462", keys);
    const csr = await createRequest("ws-0462", keys);
    await requestSensorIdentity(origin, csr, await approve(reto, first));
    const { model: _, owner: __, ...rest } = first;
    const renewed = { ...rest, calibration: { ...first.calibration, number: "KL-2027-1", to: first.calibration.to + 300 * DAY_MS } };
    const { certificate } = await requestSensorIdentity(origin, csr, await approve(reto, renewed, { function: "sensor:Renew" }));
    expect(parseIdentity("AuthorityMSP", certificate).attributes[ATTRIBUTES.calibrationNumber]).toBe("KL-2027-1");
  });

  it("issues machines' identities: a peer's serves TLS at both ends and is Fabric's kind of peer", async () => {
    const peer = new x509.X509Certificate(await readFile(join(ca.dir, "public", "peer0.pem"), "utf8"));
    expect(peer.subjectName.getField("OU")).toEqual(["peer"]);
    expect(peer.getExtension(x509.SubjectAlternativeNameExtension)?.names.toJSON()).toContainEqual({
      type: "dns",
      value: "peer0.authority",
    });
    expect(peer.getExtension(x509.ExtendedKeyUsageExtension)?.usages).toHaveLength(2);
    const out = join(folder, "importer");
    const { certificate } = await issueIdentity(ca, { type: "client", commonName: "importer@authority", role: "importer", out });
    expect(parseIdentity("AuthorityMSP", certificate).role).toBe("importer");
    expect(await peer.verify({ publicKey: ca.root })).toBe(true);
  });

  it("revokes: certificate, approvals by it, and the list that peers and websites take", async () => {
    const person = await enrolAs("lost", "Lost Laptop");
    expect(await ca.revoke("lost@authority", "laptop lost")).toBe(1);
    await expect(ca.recognise(person.certificate)).rejects.toEqual(refused("CERTIFICATE_REVOKED"));
    const keys = await newKeys();
    const approval = await approve(person, await registration("ws-0470", keys));
    await expect(requestSensorIdentity(origin, await createRequest("ws-0470", keys), approval)).rejects.toEqual(
      refused("CERTIFICATE_REVOKED"),
    );
    const list = new x509.X509Crl((await (await fetch(`${origin}/crl`)).text()).replaceAll("X509 CRL", "CRL"));
    expect(await list.verify({ publicKey: ca.root })).toBe(true);
    const serial = BigInt(`0x${new x509.X509Certificate(person.certificate).serialNumber}`);
    expect(list.entries.map((entry) => BigInt(`0x${entry.serialNumber}`))).toContain(serial);
  });

  it("does not believe another authority's certificate of the same name", async () => {
    const other = await mkdtemp(join(tmpdir(), "winterseal-other-"));
    const stranger = await initialise(join(other, "x"), {
      id: "authority",
      mspId: "AuthorityMSP",
      name: "Other",
      type: "peer",
      demonstration: false,
    });
    const { certificate } = await issueIdentity(stranger, { type: "client", commonName: "reto@authority", out: join(other, "reto") });
    await expect(ca.recognise(certificate)).rejects.toEqual(refused("CERTIFICATE_UNTRUSTED"));
    await rm(other, { recursive: true, force: true });
  });

  it("says that it is unwell while its server is away, and the code stays good", async () => {
    await real.stop();
    const code = await createCode(ca.dir, ca.profile, { login: "late", name: "Too Late", role: "auditor" }, HOUR_MS);
    const request = async (name: string) => createRequest(name, await newKeys());
    await expect(enrol(origin, code, request)).rejects.toEqual(refused("UNAVAILABLE"));
    real = await startFabricCa(folder, Number(new URL(real.url).port));
    await expect(enrol(origin, code, request)).resolves.toMatchObject({ person: { commonName: "late@authority" } });
  });
});
