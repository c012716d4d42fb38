/** Self-signed certificates for tests: the contract reads what a certificate says, the chain is the peer's to check. */
import "reflect-metadata";
import { createHash, webcrypto } from "node:crypto";
import { Extension, X509CertificateGenerator } from "@peculiar/x509";
import { ATTRIBUTE_EXTENSION_OID } from "../../messages/names";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

export interface TestCertificate {
  readonly pem: string;
  /** SHA-256 of the public key's SubjectPublicKeyInfo, hex. */
  readonly thumbprint: string;
}

/**
 * @param name subject: `CN=…, OU=client`
 * @param attributes text of the attribute extension, or null for none
 */
export async function certify(name: string, attributes: string | null, notBefore: Date, notAfter: Date): Promise<TestCertificate> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const extensions = attributes === null ? [] : [new Extension(ATTRIBUTE_EXTENSION_OID, false, new TextEncoder().encode(attributes))];
  const certificate = await X509CertificateGenerator.createSelfSigned(
    { name, keys, serialNumber: "01", signingAlgorithm: ALGORITHM, notBefore, notAfter, extensions },
    webcrypto as Crypto,
  );
  const spki = new Uint8Array(await webcrypto.subtle.exportKey("spki", keys.publicKey));
  return { pem: certificate.toString("pem"), thumbprint: createHash("sha256").update(spki).digest("hex") };
}
