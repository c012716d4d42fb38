import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createParty } from "../../device/ts/testing/party";
import { x509 } from "../../organisation/ca/x509";
import { install, requestFor } from "./identity";
import { readOptions } from "./options";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "winterseal-identity-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("makes one key, keeps it to itself, and always asks for a certificate for that key", async () => {
  const device = path.join(folder, "ws-1");
  const first = new x509.Pkcs10CertificateRequest(await requestFor(device, "ws-1"));
  const second = new x509.Pkcs10CertificateRequest(await requestFor(device, "ws-1"));
  expect(Buffer.from(second.publicKey.rawData)).toEqual(Buffer.from(first.publicKey.rawData));
  expect(first.subject).toContain("ws-1");
  expect((await stat(path.join(device, "key.pem"))).mode & 0o077).toBe(0);
});

test("keeps a certificate for its own key and name only", async () => {
  const own = await createParty("AuthorityMSP", "ws-1");
  const stranger = await createParty("AuthorityMSP", "ws-1");
  await writeFile(path.join(folder, "key.pem"), own.privateKey);
  await expect(install(folder, "ws-1", stranger.certificate)).rejects.toMatchObject({ code: "KEY_MISMATCH" });
  await expect(install(folder, "ws-2", own.certificate)).rejects.toMatchObject({ code: "WRONG_SENSOR" });
  await expect(install(folder, "ws-1", "no certificate")).rejects.toMatchObject({ code: "ARGUMENT_INVALID" });
  expect(existsSync(path.join(folder, "cert.pem"))).toBe(false);
  await install(folder, "ws-1", own.certificate);
  expect(await readFile(path.join(folder, "cert.pem"), "utf8")).toBe(own.certificate);
});

test.each([
  [["run"]],
  [["run", "WS 1"]],
  [["walk", "ws-1"]],
  [["install", "ws-1"]],
  [["request", "ws-1", "x"]],
  [["run", "ws-1", "--every", "0"]],
  [["run", "ws-1", "--display", "70000"]],
  [["run", "ws-1", "--nonsense"]],
])("refuses %j by code", (argv) => {
  expect(() => readOptions(argv)).toThrow(expect.objectContaining({ code: "ARGUMENT_INVALID" }));
});

test("reads what is asked, and help", () => {
  expect(readOptions(["run", "ws-1", "--every", "0.5"])).toMatchObject({ command: "run", id: "ws-1", everyMs: 500, sendMs: 60_000 });
  expect(readOptions(["--help"])).toBeUndefined();
});
