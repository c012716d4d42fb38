/**
 * A root takes over from another. While both are in force identities of either are believed and the new one issues; when every identity is
 * issued anew, the former root ends, and with it whatever it issued.
 */
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { WintersealError } from "../../lib/messages/errors";
import { CertificateAuthority } from "./authority";
import { filesIn, makePrivateFolder, writeWhole } from "./folder";
import { makeRoot, publish } from "./init";
import { readProfile } from "./profile";

const formerFolder = (dir: string): string => join(dir, "ca", "former");
const retiredFolder = (dir: string): string => join(dir, "ca", "retired");

/**
 * Makes a new root, which issues from now on; the old one stays in force beside it. A service that runs has to be started again.
 * @throws WintersealError EXISTS while an earlier change of root is not finished
 */
export async function rotateRoot(dir: string): Promise<CertificateAuthority> {
  const ca = await openOwn(dir);
  if (ca.roots.length > 1) throw new WintersealError("EXISTS", "two roots are in force already: retire the former one first");
  const generation = 2 + (await filesIn(retiredFolder(dir), ".pem")).length;
  const next = await makeRoot(ca.profile, `${ca.profile.name} G${generation}`);
  // The former root is safe before the new one stands in its place; key before certificate, as when the organisation was founded.
  await makePrivateFolder(formerFolder(dir));
  const name = ca.root.serialNumber;
  await writeWhole(join(formerFolder(dir), `${name}.key`), await ca.exportKey(), 0o600);
  await writeWhole(join(formerFolder(dir), `${name}.pem`), `${ca.root.toString("pem")}\n`, 0o644);
  await writeWhole(join(dir, "ca", "root.key"), next.key, 0o600);
  await writeWhole(join(dir, "ca", "root.pem"), next.certificate, 0o644);
  const rotated = await CertificateAuthority.open(dir);
  await publish(rotated);
  return rotated;
}

/**
 * Ends the former root: its key is deleted, and what it issued and has not ended is revoked, so that whoever knows lists only stops
 * believing it too. Take it out of the channel's configuration first.
 * @returns how many certificates were revoked
 */
export async function retireRoot(dir: string, now = Date.now()): Promise<number> {
  const ca = await openOwn(dir);
  const former = ca.roots.slice(1);
  if (former.length === 0) throw new WintersealError("ARGUMENT_INVALID", "only one root is in force");
  let revoked = 0;
  for (const entry of await ca.issued()) {
    if (entry.notAfter < now || (await ca.issuerOf(entry.certificate)) === ca.root) continue;
    if (await ca.revokeSerial(entry.serial, "root retired", now)) revoked++;
  }
  await mkdir(retiredFolder(dir), { recursive: true, mode: 0o700 });
  for (const { serialNumber } of former) {
    await rename(join(formerFolder(dir), `${serialNumber}.pem`), join(retiredFolder(dir), `${serialNumber}.pem`));
    await rm(join(formerFolder(dir), `${serialNumber}.key`));
  }
  await publish(await CertificateAuthority.open(dir));
  return revoked;
}

async function openOwn(dir: string): Promise<CertificateAuthority> {
  const { fabricCa } = await readProfile(dir);
  if (fabricCa === undefined) return CertificateAuthority.open(dir);
  throw new WintersealError("ARGUMENT_INVALID", `the root is the Fabric CA's at ${fabricCa.url}: its server changes it, not this command`);
}
