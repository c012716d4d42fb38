/** Identities of machines and command lines: the key is made here, into a folder that only its owner may enter. */
import { createPublicKey } from "node:crypto";
import { join } from "node:path";
import { WintersealError } from "../../lib/messages/errors";
import { ATTRIBUTES, type Role } from "../../lib/messages/names";
import { createRequest } from "./csr";
import { readAttributes } from "./extensions";
import { makePrivateFolder, readIfThere, writeWhole } from "./folder";
import { IDENTITY_TYPES, type IdentityType, type Issuer } from "./issuer";
import { readRequest } from "./request";
import { P256, x509 } from "./x509";

const DAY_MS = 24 * 3_600_000;
const MACHINE_DAYS = 5 * 365;

export interface MachineIdentity {
  readonly type: IdentityType;
  readonly commonName: string;
  /** Folder for `cert.pem` and `key.pem`. */
  readonly out: string;
  readonly tlsHosts?: readonly string[];
  readonly role?: Role;
  /** Display name. */
  readonly name?: string;
}

/**
 * Makes a key and its certificate in `out`; what is there already is kept and returned.
 * @returns the certificate, PEM
 */
export async function issueIdentity(ca: Issuer, identity: MachineIdentity): Promise<{ certificate: string }> {
  const existing = await readIfThere(join(identity.out, "cert.pem"));
  if (existing !== undefined) return { certificate: existing };
  return certify(ca, identity, await provideKey(identity.out));
}

/** How long before its end a certificate is renewed. */
export const RENEW_DAYS = 30;

/**
 * Gives the identity in a folder a new certificate for its key, of the same kind, name, hosts and attributes.
 * @param isDue whether this certificate is to be replaced
 * @returns undefined when it was not due
 */
export async function renewIdentity(
  ca: Issuer,
  out: string,
  isDue: (certificate: x509.X509Certificate) => boolean,
): Promise<string | undefined> {
  const before = new x509.X509Certificate((await readIfThere(join(out, "cert.pem"))) ?? "");
  if (!isDue(before)) return undefined;
  const type = IDENTITY_TYPES.find((each) => before.subjectName.getField("OU").includes(each));
  if (type === undefined) throw new WintersealError("REQUEST_INVALID", `the certificate in ${out} is no identity`);
  const names = before.getExtension(x509.SubjectAlternativeNameExtension)?.names.toJSON() ?? [];
  const attributes = readAttributes(before);
  const certificate = await ca.issue({
    type,
    commonName: before.subjectName.getField("CN")[0] ?? "",
    request: await readRequest(await createRequest(before.subjectName.getField("CN")[0] ?? "", await provideKey(out))),
    notAfter: Date.now() + MACHINE_DAYS * DAY_MS,
    ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
    ...(names.length > 0 ? { tlsHosts: names.map(({ value }) => value) } : {}),
  });
  await writeWhole(join(out, "cert.pem"), certificate, 0o644);
  return certificate;
}

/** {@link issueIdentity}, and a certificate that ends within `days` is replaced by a new one for the same key. */
export async function provideIdentity(
  ca: Issuer,
  identity: MachineIdentity,
  days = RENEW_DAYS,
  now = Date.now(),
): Promise<{ certificate: string; isNew: boolean }> {
  const existing = await readIfThere(join(identity.out, "cert.pem"));
  if (existing !== undefined && new x509.X509Certificate(existing).notAfter.getTime() > now + days * DAY_MS) {
    return { certificate: existing, isNew: false };
  }
  return { ...(await certify(ca, identity, await provideKey(identity.out), now)), isNew: true };
}

/** The key that lies in a folder, made when there is none. */
async function provideKey(out: string): Promise<CryptoKeyPair> {
  const path = join(out, "key.pem");
  const existing = await readIfThere(path);
  if (existing !== undefined) return importKeys(existing);
  await makePrivateFolder(out);
  const keys = await crypto.subtle.generateKey(P256, true, ["sign", "verify"]);
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  await writeWhole(path, `${x509.PemConverter.encode(pkcs8, "PRIVATE KEY")}\n`, 0o600);
  return keys;
}

/** Both halves of a PKCS #8 key in PEM. */
export async function importKeys(pem: string): Promise<CryptoKeyPair> {
  const spki = createPublicKey(pem).export({ format: "der", type: "spki" });
  const [privateKey, publicKey] = await Promise.all([
    crypto.subtle.importKey("pkcs8", x509.PemConverter.decodeFirst(pem), P256, false, ["sign"]),
    crypto.subtle.importKey("spki", new Uint8Array(spki), P256, true, ["verify"]),
  ]);
  return { privateKey, publicKey };
}

async function certify(ca: Issuer, identity: MachineIdentity, keys: CryptoKeyPair, now = Date.now()): Promise<{ certificate: string }> {
  const attributes = {
    ...(identity.role === undefined ? {} : { [ATTRIBUTES.role]: identity.role }),
    ...(identity.name === undefined ? {} : { [ATTRIBUTES.name]: identity.name }),
  };
  const certificate = await ca.issue({
    type: identity.type,
    commonName: identity.commonName,
    request: await readRequest(await createRequest(identity.commonName, keys)),
    notAfter: now + MACHINE_DAYS * DAY_MS,
    ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
    ...(identity.tlsHosts === undefined ? {} : { tlsHosts: identity.tlsHosts }),
  });
  await writeWhole(join(identity.out, "cert.pem"), certificate, 0o644);
  return { certificate };
}
