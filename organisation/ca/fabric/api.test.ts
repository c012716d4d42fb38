import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONTRACT, foundOrganisation, newKeys, type TestOrganisation } from "../../testing/organisation";
import { createRequest } from "..";
import { createCaServer } from "../http";
import { isLowS, x509 } from "../x509";
import { FabricCaClient, type FabricEnrolment, type TokenIdentity } from "./client";
import { Registry } from "./registry";
import { REGISTRAR } from "./rights";
import { makeToken } from "./token";

const HOUR_MS = 3_600_000;
const refused = (code: number) => expect.objectContaining({ code });

let organisation: TestOrganisation;
let registry: Registry;
let server: Server;
let url: string;
let registrar: FabricCaClient;
let registrarIdentity: TokenIdentity;

beforeAll(async () => {
  organisation = await foundOrganisation("authority");
  registry = new Registry(organisation.dir);
  server = createCaServer(
    organisation.ca,
    { ...CONTRACT, graceDays: 0, confirm: async () => undefined },
    { info: () => undefined, warn: () => undefined },
  );
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const id = "registrar@authority";
  const secret = await registry.register({ id, type: "client", maxEnrollments: 1, attributes: REGISTRAR });
  registrarIdentity = await enrolled(id, secret);
  registrar = new FabricCaClient({ url }, registrarIdentity);
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await organisation.remove();
});

async function enrolled(id: string, secret: string, options: Partial<FabricEnrolment> = {}, name = id): Promise<TokenIdentity> {
  const keys = await newKeys();
  const csr = await createRequest(name, keys);
  const request = { csr, profile: "", hosts: [], attributes: [], ...options };
  const certificate = await new FabricCaClient({ url }).enroll(id, secret, request);
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { certificate, privateKey: x509.PemConverter.encode(pkcs8, "PRIVATE KEY") };
}

const register = (id: string, changes: Partial<Parameters<FabricCaClient["register"]>[0]> = {}, as = registrar) =>
  as.register({ id, type: "client", secret: "pw", maxEnrollments: 1, attributes: [], ...changes });

const attributesOf = (pem: string): unknown =>
  JSON.parse(new TextDecoder().decode(new x509.X509Certificate(pem).getExtension("1.2.3.4.5.6.7.8.1")?.value));

describe("the Fabric CA interface of the organisation's own authority", () => {
  it("tells its name and its root", async () => {
    expect(await registrar.info()).toMatchObject({ name: "authority", chain: organisation.ca.rootPem });
  });

  it("enrols a registered name as often as it may, with the attributes that were asked for", async () => {
    await register("ann@authority", { attributes: [{ name: "ws.role", value: "auditor", ecert: true }] });
    await expect(enrolled("ann@authority", "wrong")).rejects.toEqual(refused(20));
    const { certificate } = await enrolled("ann@authority", "pw", { attributes: ["ws.role"] });
    expect(attributesOf(certificate)).toEqual({ attrs: { "ws.role": "auditor" } });
    expect(new x509.X509Certificate(certificate).subjectName.getField("OU")).toEqual(["client"]);
    await expect(enrolled("ann@authority", "pw")).rejects.toEqual(refused(20));
  });

  it("lets one secret enrol once, whoever hurries", async () => {
    await register("hurry@authority");
    const results = await Promise.allSettled([1, 2, 3].map(() => enrolled("hurry@authority", "pw")));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("keeps the secret when the request is refused", async () => {
    await register("bob@authority");
    await expect(enrolled("bob@authority", "pw", {}, "registrar@authority")).rejects.toEqual(refused(77));
    await expect(enrolled("bob@authority", "pw", { attributes: ["ws.role"] })).rejects.toEqual(refused(5));
    await expect(enrolled("bob@authority", "pw", { profile: "ca" })).rejects.toEqual(refused(31));
    await expect(enrolled("bob@authority", "pw")).resolves.toBeDefined();
  });

  it("ends a certificate at an earlier instant when asked, and never at a later one", async () => {
    const ends = async (id: string, notAfter: number) => {
      await register(id);
      const csr = await createRequest(id, await newKeys());
      const response = await fetch(`${url}/api/v1/enroll`, {
        method: "POST",
        headers: { authorization: `Basic ${Buffer.from(`${id}:pw`).toString("base64")}` },
        body: JSON.stringify({ certificate_request: csr, NotAfter: new Date(notAfter).toISOString() }),
      });
      const { result } = (await response.json()) as { result: { Cert: string } };
      return new x509.X509Certificate(Buffer.from(result.Cert, "base64").toString("utf8")).notAfter.getTime();
    };
    const soon = Math.floor(Date.now() / 1000) * 1000 + HOUR_MS;
    expect(await ends("soon@authority", soon)).toBe(soon);
    expect(await ends("long@authority", Date.now() + 20 * 365 * 24 * HOUR_MS)).toBeLessThan(Date.now() + 366 * 24 * HOUR_MS);
  });

  it("goes round no approval: nobody is registered as a sensor, with a calibration, or in a role that the organisation does not give", async () => {
    await expect(register("ws-0461")).rejects.toEqual(refused(75));
    for (const [name, value] of [
      ["ws.role", "sensor"],
      ["ws.role", "shipper"],
      ["ws.sensor", "ws-0461"],
      ["ws.cal.to", "9999999999999"],
    ] as const) {
      await expect(register("eve@authority", { attributes: [{ name, value, ecert: true }] })).rejects.toEqual(refused(75));
    }
    await register("eve@authority");
    const change = { type: "client", secret: "pw", maxEnrollments: 1, attributes: [{ name: "ws.role", value: "sensor", ecert: true }] };
    await expect(registrar.modify({ id: "eve@authority", ...change })).rejects.toEqual(refused(75));
  });

  it("lets a registrar give no more than it has", async () => {
    const limited = [
      { name: "hf.Registrar.Roles", value: "client" },
      { name: "hf.Registrar.Attributes", value: "ws.name, hf.Registrar.Roles" },
    ];
    await register("limited@authority", { attributes: limited });
    const as = new FabricCaClient({ url }, await enrolled("limited@authority", "pw"));
    await expect(register("p1.authority", { type: "peer" }, as)).rejects.toEqual(refused(71));
    await expect(register("x@authority", { attributes: [{ name: "hf.Revoker", value: "true" }] }, as)).rejects.toEqual(refused(71));
    await expect(register("x@authority", { attributes: [{ name: "hf.Registrar.Roles", value: "client,peer" }] }, as)).rejects.toEqual(
      refused(71),
    );
    await expect(register("x@authority", { attributes: [{ name: "ws.name", value: "X", ecert: true }] }, as)).resolves.toBeUndefined();
    await expect(as.revoke("ann@authority")).rejects.toEqual(refused(71));
    await expect(as.crl()).rejects.toEqual(refused(71));
  });

  it("registers a name once", async () => {
    await register("once@authority");
    await expect(register("once@authority")).rejects.toEqual(refused(74));
  });

  it("believes a token for its own method, address and body alone, with a low S", async () => {
    const body = JSON.stringify({ id: "token@authority", type: "client", max_enrollments: 1 });
    const call = (path: string, sent: string, authorization: string) =>
      fetch(`${url}${path}`, { method: "POST", headers: { authorization }, body: sent }).then(({ status }) => status);
    const token = makeToken(registrarIdentity, "POST", "/api/v1/register", Buffer.from(body));
    expect(await call("/api/v1/register", body.replace("token", "other"), token)).toBe(401);
    expect(await call("/register", body, token)).toBe(401);
    const [certificate = "", signature = ""] = token.split(".");
    const high = highS(Buffer.from(signature, "base64"));
    expect(isLowS(high)).toBe(false);
    expect(await call("/api/v1/register", body, `${certificate}.${high.toString("base64")}`)).toBe(401);
    for (const nonsense of ["", "x", "a.b.c", `${Buffer.from("pem").toString("base64")}.${signature}`]) {
      expect(await call("/api/v1/register", body, nonsense)).toBe(401);
    }
    expect(await call("/api/v1/register", body, token)).toBe(201);
  });

  it("revokes a name: its certificates, its secret and its tokens", async () => {
    await register("gone@authority", { maxEnrollments: -1, attributes: [{ name: "hf.GenCRL", value: "true" }] });
    const identity = await enrolled("gone@authority", "pw");
    const own = new FabricCaClient({ url }, identity);
    await expect(own.crl()).resolves.toContain("BEGIN X509 CRL");
    expect(await registrar.revoke("gone@authority")).toBe(1);
    await expect(own.crl()).rejects.toEqual(refused(20));
    await expect(enrolled("gone@authority", "pw")).rejects.toEqual(refused(20));
    const list = new x509.X509Crl((await registrar.crl()).replaceAll("X509 CRL", "CRL"));
    expect(list.entries.map((entry) => entry.serialNumber)).toContain(new x509.X509Certificate(identity.certificate).serialNumber);
  });

  it("refuses a certificate that another root issued under a registrar's name", async () => {
    const other = await foundOrganisation("authority");
    const keys = await newKeys();
    const { readRequest } = await import("../request");
    const request = await readRequest(await createRequest("registrar@authority", keys));
    const certificate = await other.ca.issue({
      type: "client",
      commonName: "registrar@authority",
      request,
      notAfter: Date.now() + HOUR_MS,
    });
    const privateKey = x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
    await expect(new FabricCaClient({ url }, { certificate, privateKey }).crl()).rejects.toEqual(refused(20));
    await other.remove();
  });

  it("answers what it does not offer as Fabric's own server does", async () => {
    expect((await fetch(`${url}/api/v1/enroll`)).status).toBe(405);
    expect((await fetch(`${url}/api/v1/idemix/credential`, { method: "POST" })).status).toBe(404);
    const other = await fetch(`${url}/api/v1/cainfo?ca=other`);
    expect({ status: other.status, ...(await other.json()) }).toMatchObject({ status: 404, success: false, errors: [{ code: 19 }] });
  });

  it("slows a guesser down", async () => {
    for (let attempt = 0; attempt < 12; attempt++) await enrolled("registrar@authority", "guess").catch(() => undefined);
    await expect(enrolled("registrar@authority", "guess")).rejects.toEqual(refused(73));
  });
});

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The other signature of the same key over the same bytes: (r, n − s). */
function highS(der: Buffer): Buffer {
  const rLength = der[3] ?? 0;
  const s = BigInt(`0x${der.subarray(6 + rLength).toString("hex")}`);
  const bytes = Buffer.from((ORDER - s).toString(16).padStart(64, "0"), "hex");
  const other = (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
  const body = Buffer.concat([der.subarray(2, 4 + rLength), Buffer.of(0x02, other.length), other]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}
