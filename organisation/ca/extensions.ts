/** Extensions of the certificates that an organisation issues. */
import { isIP } from "node:net";
import { ATTRIBUTE_EXTENSION_OID, DEMONSTRATION_EXTENSION_OID } from "../../lib/messages/names";
import { x509 } from "./x509";

const { KeyUsageFlags } = x509;

/** DER NULL: the demonstration mark says nothing but that it is there. */
const DER_NULL = new Uint8Array([0x05, 0x00]);

/** Marks certificates of a demonstration. Not critical: see docs/decisions/0050. */
export const demonstrationMark = (): x509.Extension => new x509.Extension(DEMONSTRATION_EXTENSION_OID, false, DER_NULL);

/** Fabric's attribute extension: raw JSON `{"attrs":{…}}`, not wrapped in an ASN.1 string, as `ClientIdentity` reads it. */
export function attributeExtension(attributes: Readonly<Record<string, string>>): x509.Extension {
  const json = JSON.stringify({ attrs: attributes });
  return new x509.Extension(ATTRIBUTE_EXTENSION_OID, false, new TextEncoder().encode(json));
}

/** What {@link attributeExtension} wrote; nothing where there is none. */
export function readAttributes(certificate: x509.X509Certificate): Readonly<Record<string, string>> {
  const extension = certificate.getExtension(ATTRIBUTE_EXTENSION_OID);
  if (extension === null) return {};
  const parsed: { attrs?: Record<string, string> } = JSON.parse(new TextDecoder().decode(extension.value));
  return parsed.attrs ?? {};
}

/** What a root carries. RFC 5280 4.2.1: basic constraints and key usage are critical in an authority's certificate. */
export async function rootExtensions(key: x509.PublicKeyType): Promise<x509.Extension[]> {
  return [
    new x509.BasicConstraintsExtension(true, 0, true),
    new x509.KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    await x509.SubjectKeyIdentifierExtension.create(key),
  ];
}

/**
 * What an identity carries. Fabric verifies without naming a key purpose, which Go reads as "server": an identity with the client purpose
 * alone would be refused, so identities name no purpose, and TLS certificates name both.
 */
export async function identityExtensions(key: x509.PublicKey, root: x509.X509Certificate): Promise<x509.Extension[]> {
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    await x509.SubjectKeyIdentifierExtension.create(key),
    await x509.AuthorityKeyIdentifierExtension.create(root.publicKey),
  ];
}

/** Names and purposes that let a certificate serve TLS at both ends. */
export function tlsExtensions(hosts: readonly string[]): x509.Extension[] {
  return [
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
    new x509.SubjectAlternativeNameExtension(
      hosts.map((value) => ({ type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const), value })),
    ),
  ];
}

/**
 * What a revocation list carries (RFC 5280 5.2.1 and 5.2.3). Fabric finds a list's authority by the key identifier: one list without it makes its
 * peers refuse every identity of the organisation.
 * @param now ms UTC; later lists have higher numbers
 */
export async function listExtensions(root: x509.X509Certificate, now: number): Promise<x509.Extension[]> {
  const hex = now.toString(16);
  // DER: the fewest bytes, the first bit clear in a positive number.
  const digits = hex.length % 2 === 1 ? `0${hex}` : /^[89a-f]/.test(hex) ? `00${hex}` : hex;
  const number = Buffer.from(digits, "hex");
  return [
    await x509.AuthorityKeyIdentifierExtension.create(root.publicKey),
    new x509.Extension("2.5.29.20", false, Buffer.concat([Buffer.of(0x02, number.length), number])),
  ];
}
