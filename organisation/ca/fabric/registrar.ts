/** An organisation whose authority is a `fabric-ca-server`: how its folder is made, and what lies in it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DEMONSTRATION_EXTENSION_OID } from "../../../lib/messages/names";
import { createRequest } from "../csr";
import { makePrivateFolder, readIfThere, writeWhole } from "../folder";
import { importKeys } from "../identity";
import { type OrganisationProfile, profilePath, profileSchema } from "../profile";
import { P256, x509 } from "../x509";
import { type FabricCaAddress, FabricCaClient, type TokenIdentity } from "./client";

const folderOf = (dir: string): string => join(dir, "ca", "registrar");
const tlsRootPath = (dir: string): string => join(dir, "ca", "tls-root.pem");
const rootPath = (dir: string): string => join(dir, "ca", "root.pem");

export interface JoinOptions {
  /** The organisation; `fabricCa` says where its authority is. */
  readonly profile: Omit<OrganisationProfile, "demonstration">;
  /** PEM of the root of the server's TLS certificate. */
  readonly tlsRoot?: string | undefined;
  /** Name and secret of an identity with `hf.Registrar.Roles`, `hf.Registrar.Attributes`, `hf.Revoker` and `hf.GenCRL`. */
  readonly registrar: { readonly id: string; readonly secret: string };
}

/**
 * Makes the folder of an organisation whose authority is a `fabric-ca-server`: pins the authority's root and enrols the registrar. What is
 * there already stays. Whether it is a demonstration is for the root to say: one that was not made by `init --demonstration` is none.
 * @throws FabricCaError, WintersealError UNAVAILABLE, TypeError for an authority that cannot serve here
 */
export async function joinFabricCa(dir: string, { profile, tlsRoot, registrar }: JoinOptions): Promise<void> {
  if ((await readIfThere(rootPath(dir))) !== undefined) return;
  const { fabricCa } = profile;
  if (fabricCa === undefined) throw new TypeError("the profile names no Fabric CA");
  for (const folder of [dir, join(dir, "ca"), join(dir, "public"), folderOf(dir)]) await makePrivateFolder(folder);
  const client = new FabricCaClient({ ...fabricCa, tlsRoot });
  const root = onlyRoot((await client.info()).chain);
  const keys = await crypto.subtle.generateKey(P256, true, ["sign", "verify"]);
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  const certificate = await client.enroll(registrar.id, registrar.secret, {
    csr: await createRequest(registrar.id, keys),
    profile: "",
    hosts: [],
    attributes: [],
  });
  await writeWhole(join(folderOf(dir), "key.pem"), `${x509.PemConverter.encode(pkcs8, "PRIVATE KEY")}\n`, 0o600);
  await writeWhole(join(folderOf(dir), "cert.pem"), certificate, 0o600);
  if (tlsRoot !== undefined) await writeWhole(tlsRootPath(dir), tlsRoot, 0o644);
  const demonstration = root.getExtension(DEMONSTRATION_EXTENSION_OID) !== null;
  await writeWhole(profilePath(dir), `${JSON.stringify(profileSchema.parse({ ...profile, demonstration }), null, 2)}\n`, 0o600);
  await writeWhole(rootPath(dir), `${root.toString("pem")}\n`, 0o644);
}

/** Network.json, devices and verifiers know one root per organisation that issues itself: an intermediate authority is refused here, early. */
function onlyRoot(chain: string): x509.X509Certificate {
  const [first, ...others] = x509.PemConverter.decodeWithHeaders(chain).map(({ rawData }) => new x509.X509Certificate(rawData));
  if (first === undefined) throw new TypeError("the Fabric CA sent no certificate of its own");
  if (others.length > 0 || first.subject !== first.issuer) {
    throw new TypeError("this Fabric CA is an intermediate one: identities must be issued by the root that network.json names");
  }
  return first;
}

const RENEW_MS = 30 * 24 * 3_600_000;

/**
 * Gives the registrar a new certificate for its key when the old one is about to end.
 * @returns the registrar with it, or undefined when it was not time yet
 */
export async function renewRegistrar(
  dir: string,
  address: FabricCaAddress,
  registrar: TokenIdentity,
  now = Date.now(),
): Promise<TokenIdentity | undefined> {
  const { notAfter, subjectName } = new x509.X509Certificate(registrar.certificate);
  if (notAfter.getTime() - now > RENEW_MS) return undefined;
  const csr = await createRequest(subjectName.getField("CN")[0] ?? "", await importKeys(registrar.privateKey));
  const certificate = await new FabricCaClient(address, registrar).reenroll(csr);
  await writeWhole(join(folderOf(dir), "cert.pem"), certificate, 0o600);
  return { ...registrar, certificate };
}

/** @throws when the folder was not made by {@link joinFabricCa} */
export async function readRegistrar(
  dir: string,
  profile: OrganisationProfile,
): Promise<{ address: FabricCaAddress; root: x509.X509Certificate; registrar: TokenIdentity }> {
  if (profile.fabricCa === undefined) throw new TypeError(`${dir} names no Fabric CA`);
  const read = (file: string) => readFile(join(folderOf(dir), file), "utf8");
  const [certificate, privateKey, root, tlsRoot] = await Promise.all([
    read("cert.pem"),
    read("key.pem"),
    readFile(rootPath(dir), "utf8"),
    readIfThere(tlsRootPath(dir)),
  ]);
  const { url, name } = profile.fabricCa;
  return { address: { url, name, tlsRoot }, root: new x509.X509Certificate(root), registrar: { certificate, privateKey } };
}
