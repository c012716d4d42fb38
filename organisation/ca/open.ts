import { CertificateAuthority } from "./authority";
import { RemoteAuthority } from "./fabric/remote";
import type { Issuer } from "./issuer";
import { readProfile } from "./profile";

/** Opens an organisation's folder with whoever issues its identities. @throws when `init` did not make it */
export async function openIssuer(dir: string): Promise<Issuer> {
  const { fabricCa } = await readProfile(dir);
  return fabricCa === undefined ? CertificateAuthority.open(dir) : RemoteAuthority.open(dir);
}
