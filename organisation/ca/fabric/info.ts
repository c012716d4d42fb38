import type { CertificateAuthority } from "../authority";

/** `CAInfoResponseNet`: name and chain. No Idemix here, so no issuer keys. */
export const caInfo = (ca: CertificateAuthority) => ({
  CAName: ca.profile.id,
  CAChain: Buffer.from(ca.rootPem).toString("base64"),
  IssuerPublicKey: "",
  IssuerRevocationPublicKey: "",
  Version: "1.5 (winterseal)",
});
