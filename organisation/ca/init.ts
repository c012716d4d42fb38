/** Founds an organisation: its folder, its root, and for one with a peer the peer's identity. */
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CertificateAuthority, newSerial } from "./authority";
import { demonstrationMark, rootExtensions } from "./extensions";
import { filesIn, makePrivateFolder, writeWhole } from "./folder";
import { issueIdentity } from "./identity";
import type { Issuer } from "./issuer";
import { type OrganisationProfile, profilePath, profileSchema } from "./profile";
import { ECDSA_SHA256, isLowS, P256, x509 } from "./x509";

const ROOT_YEARS = 20;
const DAY_MS = 24 * 3_600_000;

/**
 * Founds the organisation in `dir`, or opens it when it was founded before: nothing that exists is ever written again.
 * Writes `ca/` (root, key, records), `public/` (root.pem, peer0.pem) and, for type `peer`, `peer/` (cert.pem, key.pem).
 */
export async function initialise(dir: string, options: OrganisationProfile): Promise<CertificateAuthority> {
  const profile = profileSchema.omit({ fabricCa: true }).parse(options);
  for (const folder of [dir, join(dir, "ca"), join(dir, "public")]) await makePrivateFolder(folder);
  if (!(await exists(join(dir, "ca", "root.pem")))) await writeRoot(dir, profile);
  const ca = await CertificateAuthority.open(dir);
  await publish(ca);
  return ca;
}

/**
 * Writes what others may read, `public/`: the roots in force (root.pem), every root that ever was, for history (roots.pem), and the
 * certificate of the first peer, which is issued where the organisation has one.
 */
export async function publish(ca: Issuer): Promise<void> {
  const retired = await Promise.all((await filesIn(join(ca.dir, "ca", "retired"), ".pem")).map((file) => readFile(file, "utf8")));
  await writeWhole(join(ca.dir, "public", "root.pem"), ca.rootPem, 0o644);
  await writeWhole(join(ca.dir, "public", "roots.pem"), [ca.rootPem, ...retired].join(""), 0o644);
  if (ca.profile.type === "peer") await providePeer(ca);
}

/** The key is on disk before the root, and the root's file is what says that the organisation is founded. */
async function writeRoot(dir: string, profile: OrganisationProfile): Promise<void> {
  const { certificate, key } = await makeRoot(profile, profile.name);
  await writeWhole(profilePath(dir), `${JSON.stringify(profile, null, 2)}\n`, 0o600);
  await writeWhole(join(dir, "ca", "root.key"), key, 0o600);
  await writeWhole(join(dir, "ca", "root.pem"), certificate, 0o644);
}

/** A root's certificate and key, PEM. */
export async function makeRoot(
  { id, demonstration }: OrganisationProfile,
  commonName: string,
): Promise<{ certificate: string; key: string }> {
  const keys = await crypto.subtle.generateKey(P256, true, ["sign", "verify"]);
  const extensions = await rootExtensions(keys.publicKey);
  if (demonstration) extensions.push(demonstrationMark());
  const now = Date.now();
  const make = () =>
    x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: newSerial(),
      name: [{ CN: [commonName] }, { O: [id] }],
      notBefore: new Date(now - DAY_MS),
      notAfter: new Date(now + ROOT_YEARS * 365 * DAY_MS),
      signingAlgorithm: ECDSA_SHA256,
      keys,
      extensions,
    });
  let root = await make();
  while (!isLowS(new Uint8Array(root.signature))) root = await make();
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { certificate: `${root.toString("pem")}\n`, key: `${x509.PemConverter.encode(pkcs8, "PRIVATE KEY")}\n` };
}

async function providePeer(ca: Issuer): Promise<void> {
  const name = `peer0.${ca.profile.id}`;
  const { certificate } = await issueIdentity(ca, {
    type: "peer",
    commonName: name,
    out: join(ca.dir, "peer"),
    tlsHosts: [name, "localhost", "127.0.0.1"],
  });
  await writeWhole(join(ca.dir, "public", "peer0.pem"), certificate, 0o644);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
