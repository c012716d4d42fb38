import { createHash, webcrypto } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readCertificate } from "../../device/ts/certificate";
import type { LightClient } from "../../device/ts/client";
import { WintersealError } from "../../lib/messages/errors";
import type { Statement } from "../../lib/messages/statements";
import { createRequest } from "../../organisation/ca";
import { x509 } from "../../organisation/ca/x509";
import { record } from "./importer";

export interface Enrolment {
  /** Folder of the device: `key.pem`, `cert.pem`. */
  readonly folder: string;
  /** Origin of the authority's CA. */
  readonly ca: string;
  /** Command-line identity of the authority. */
  readonly authority: LightClient;
}

type Registration = Omit<Statement<"sensor:Register">, "thumbprint">;

/**
 * Gives a sensor its identity as the browser's registration does: a key made in the device's folder, `sensor:Register` signed by the
 * authority and committed, that signature shown to the CA, the certificate checked against the key and kept.
 * A second call finds the certificate and does nothing; one that was interrupted goes on where it stopped.
 */
export async function enrolSensor(enrolment: Enrolment, registration: Registration): Promise<void> {
  const { folder } = enrolment;
  const certificateFile = join(folder, "cert.pem");
  if (existsSync(certificateFile)) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const keys = await deviceKeys(join(folder, "key.pem"));
  const spki = new Uint8Array(await webcrypto.subtle.exportKey("spki", keys.publicKey));
  const thumbprint = createHash("sha256").update(spki).digest("hex");
  const approval = await approve(enrolment, { ...registration, thumbprint });
  const csr = await createRequest(registration.sensor, keys);
  const certificate = await request(enrolment.ca, csr, approval);
  if (!Buffer.from(readCertificate(certificate).spki).equals(Buffer.from(spki))) throw new WintersealError("KEY_MISMATCH");
  await writeFile(certificateFile, certificate, { mode: 0o644, flag: "wx", flush: true });
}

/** The signed approval is kept until the certificate is there: a registration is signed once, and a crash in between must not lose it. */
async function approve({ folder, authority }: Enrolment, statement: Statement<"sensor:Register">): Promise<Uint8Array> {
  const file = join(folder, "approval.bin");
  if (existsSync(file)) return readFile(file);
  const { signedProposal } = await record(authority, "sensor:Register", statement);
  await writeFile(file, signedProposal, { flag: "wx", flush: true });
  return signedProposal;
}

/** The key in a device's folder, made there at the first call. */
export async function deviceKeys(file: string): Promise<CryptoKeyPair> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" } as const;
  if (existsSync(file)) {
    const pkcs8 = x509.PemConverter.decodeFirst(await readFile(file, "utf8"));
    const privateKey = await webcrypto.subtle.importKey("pkcs8", pkcs8, algorithm, true, ["sign"]);
    const { d: _secret, key_ops: _uses, ...open } = await webcrypto.subtle.exportKey("jwk", privateKey);
    const publicKey = await webcrypto.subtle.importKey("jwk", open, algorithm, true, ["verify"]);
    return { privateKey, publicKey };
  }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  await writeFile(file, `${x509.PemConverter.encode(pkcs8, "PRIVATE KEY")}\n`, { mode: 0o600, flag: "wx", flush: true });
  return keys;
}

async function request(ca: string, csr: string, approval: Uint8Array): Promise<string> {
  const response = await fetch(`${ca}/sensors`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ csr, approval: Buffer.from(approval).toString("base64") }),
    signal: AbortSignal.timeout(20_000),
  });
  const answer = (await response.json()) as { certificate?: string; code?: string; message?: string };
  if (!response.ok || !answer.certificate)
    throw new Error(`The CA refused the sensor's certificate: ${answer.code ?? response.status} ${answer.message ?? ""}`);
  return answer.certificate;
}
