/** Identities of machines and command lines: the key is made here, into a folder that only its owner may enter. */
import { join } from "node:path";
import { ATTRIBUTES, type Role } from "../../lib/messages/names";
import { createRequest } from "./csr";
import { makePrivateFolder, readIfThere, writeWhole } from "./folder";
import type { IdentityType, Issuer } from "./issuer";
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
  const certificatePath = join(identity.out, "cert.pem");
  const existing = await readIfThere(certificatePath);
  if (existing !== undefined) return { certificate: existing };
  await makePrivateFolder(identity.out);
  const keys = await crypto.subtle.generateKey(P256, true, ["sign", "verify"]);
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  await writeWhole(join(identity.out, "key.pem"), `${x509.PemConverter.encode(pkcs8, "PRIVATE KEY")}\n`, 0o600);
  const attributes = {
    ...(identity.role === undefined ? {} : { [ATTRIBUTES.role]: identity.role }),
    ...(identity.name === undefined ? {} : { [ATTRIBUTES.name]: identity.name }),
  };
  const certificate = await ca.issue({
    type: identity.type,
    commonName: identity.commonName,
    request: await readRequest(await createRequest(identity.commonName, keys)),
    notAfter: Date.now() + MACHINE_DAYS * DAY_MS,
    ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
    ...(identity.tlsHosts === undefined ? {} : { tlsHosts: identity.tlsHosts }),
  });
  await writeWhole(certificatePath, certificate, 0o644);
  return { certificate };
}
