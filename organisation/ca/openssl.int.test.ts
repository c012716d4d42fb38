import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { enrolTestPerson, foundOrganisation, type TestOrganisation } from "../testing/organisation";
import { issueIdentity } from ".";
import { x509 } from "./x509";

const run = promisify(execFile);
let organisation: TestOrganisation;
let root: string;

const hasOpenssl = await run("openssl", ["version"]).then(
  () => true,
  () => false,
);

beforeAll(async () => {
  organisation = await foundOrganisation("authority");
  root = join(organisation.dir, "public", "root.pem");
});
afterAll(() => organisation.remove());

describe.skipIf(!hasOpenssl)("OpenSSL", () => {
  it("verifies every kind of identity, strictly", async () => {
    const out = join(organisation.dir, "broker");
    await issueIdentity(organisation.ca, { type: "client", commonName: "broker", out, tlsHosts: ["localhost", "127.0.0.1"] });
    const person = join(organisation.dir, "person.pem");
    await writeFile(person, (await enrolTestPerson(organisation, "reto", "authority")).certificate);
    for (const file of [person, join(out, "cert.pem"), join(organisation.dir, "public", "peer0.pem")]) {
      const { stdout } = await run("openssl", ["verify", "-x509_strict", "-CAfile", root, file]);
      expect(stdout).toContain(": OK");
    }
    const { stdout } = await run("openssl", [
      "verify",
      "-x509_strict",
      "-purpose",
      "sslserver",
      "-verify_hostname",
      "localhost",
      "-CAfile",
      root,
      join(out, "cert.pem"),
    ]);
    expect(stdout).toContain(": OK");
  });

  it("finds a revoked certificate on the list, and only that one", async () => {
    const leaver = join(organisation.dir, "leaver.pem");
    const stayer = join(organisation.dir, "stayer.pem");
    await writeFile(leaver, (await enrolTestPerson(organisation, "leaver", "authority")).certificate);
    await writeFile(stayer, (await enrolTestPerson(organisation, "stayer", "authority")).certificate);
    await organisation.ca.revoke("leaver@authority", "left");
    const list = join(organisation.dir, "list.pem");
    await writeFile(list, await organisation.ca.crl());
    const verify = (file: string) => run("openssl", ["verify", "-crl_check", "-CRLfile", list, "-CAfile", root, file]);
    await expect(verify(leaver)).rejects.toThrow(/certificate revoked/);
    expect((await verify(stayer)).stdout).toContain(": OK");
  });

  it("says on the list whose it is and which comes later: Fabric's peers refuse a whole organisation for a list without the first", async () => {
    const list = join(organisation.dir, "list.pem");
    const textOf = async (now: number) => {
      await writeFile(list, await organisation.ca.crl(now));
      return (await run("openssl", ["crl", "-in", list, "-noout", "-text"])).stdout;
    };
    const key = organisation.ca.root.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId ?? "none";
    const text = await textOf(Date.now());
    expect(text.replaceAll(":", "").toLowerCase()).toContain(key.toLowerCase());
    const number = (list: string) => Number(/CRL Number:\s*((?:0x)?[0-9A-F]+)/i.exec(list)?.[1]);
    expect(number(await textOf(Date.now() + 1))).toBeGreaterThan(number(text));
  });
});

describe("a TLS handshake", () => {
  it("takes a machine's certificate at one end and an identity without TLS purposes at the other", async () => {
    const out = join(organisation.dir, "server");
    await issueIdentity(organisation.ca, { type: "client", commonName: "broker", out, tlsHosts: ["localhost"] });
    const device = await enrolTestPerson(organisation, "device", "importer");
    const ca = await readFile(root, "utf8");
    const [cert, key] = await Promise.all(["cert.pem", "key.pem"].map((file) => readFile(join(out, file), "utf8")));
    const name = await new Promise((resolve, reject) => {
      const server = createServer({ cert, key, ca, requestCert: true, rejectUnauthorized: true }, (socket) => {
        resolve(socket.getPeerCertificate().subject.CN);
        socket.end();
        server.close();
      });
      server.on("tlsClientError", reject);
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        const port = typeof address === "object" && address !== null ? address.port : 0;
        connect({ port, host: "127.0.0.1", servername: "localhost", ca, cert: device.certificate, key: device.privateKey }).on(
          "error",
          reject,
        );
      });
    });
    expect(name).toBe("device@authority");
  });
});
