/** Who signs in: read from a certificate and believed only when it chains to an organisation's root that the website was configured with. */
import "reflect-metadata";
import { createHash, X509Certificate as NodeCertificate, verify } from "node:crypto";
import * as x509 from "@peculiar/x509";
import * as z from "zod";
import { WintersealError } from "../messages/errors";
import {
  ATTRIBUTE_EXTENSION_OID,
  ATTRIBUTES,
  DEMONSTRATION_EXTENSION_OID,
  type OrganisationKind,
  organisationKind,
  ROLES,
  type Role,
} from "../messages/names";
import { certificatesIn } from "../messages/pem";

/** An organisation as the website knows it (network.json). */
export interface KnownOrganisation {
  readonly id: string;
  readonly mspId: string;
  /** PEM of its root. */
  readonly root: string;
}

export interface CertifiedPerson {
  readonly mspId: string;
  readonly kind: OrganisationKind;
  readonly role: Role;
  /** `<login>@<organisation id>` */
  readonly commonName: string;
  readonly name: string;
  /** SHA-256 of the SubjectPublicKeyInfo, hex. */
  readonly thumbprint: string;
  /** Serial number of the certificate, hex, as a revocation list names it. */
  readonly serial: string;
  /** ms UTC */
  readonly notAfter: number;
}

export interface PersonOptions {
  /** Accept identities that carry the demonstration mark (docs/decisions/0050). */
  readonly allowDemonstration: boolean;
  /** ms UTC */
  readonly now: number;
}

const attributesSchema = z.object({ attrs: z.record(z.string(), z.string()) });
const untrusted = (why: string): WintersealError => new WintersealError("CERTIFICATE_UNTRUSTED", why);

/**
 * Verifies a person's certificate: chain, validity, organisation unit, name, role.
 * Revocation is not judged here (see the site's revocation lists).
 * @throws WintersealError CERTIFICATE_UNTRUSTED, IDENTITY_EXPIRED, IDENTITY_NOT_YET_VALID, ACCESS_DENIED
 */
export async function verifyPerson(
  pem: string,
  organisations: readonly KnownOrganisation[],
  options: PersonOptions,
): Promise<CertifiedPerson> {
  const certificate = parse(pem);
  const issuer = await findIssuer(certificate, organisations);
  if (options.now > certificate.notAfter.getTime()) throw new WintersealError("IDENTITY_EXPIRED");
  if (options.now < certificate.notBefore.getTime()) throw new WintersealError("IDENTITY_NOT_YET_VALID");
  if (!options.allowDemonstration && certificate.getExtension(DEMONSTRATION_EXTENSION_OID) !== null) {
    throw untrusted("this is a demonstration's identity, and this website is not a demonstration");
  }
  const subject = (field: string) => certificate.subjectName.getField(field)[0] ?? "";
  const commonName = subject("CN");
  if (subject("OU") !== "client" || isAuthority(certificate)) throw untrusted("the certificate is not a person's");
  if (!commonName.endsWith(`@${issuer.id}`)) throw untrusted("the certificate's name is not one of its organisation");
  const kind = organisationKind(issuer.mspId);
  if (kind === undefined) throw untrusted("the organisation is not on this channel");
  return {
    mspId: issuer.mspId,
    kind,
    ...readRole(certificate, kind),
    commonName,
    thumbprint: createHash("sha256").update(new Uint8Array(certificate.publicKey.rawData)).digest("hex"),
    serial: certificate.serialNumber,
    notAfter: certificate.notAfter.getTime(),
  };
}

/** Whether a raw (r ‖ s) ECDSA P-256 signature over a text is by a certificate's key. */
export function isSignedBy(pem: string, text: string, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  const key = new NodeCertificate(pem).publicKey;
  return verify("sha256", Buffer.from(text, "utf8"), { key, dsaEncoding: "ieee-p1363" }, signature);
}

function parse(pem: string): x509.X509Certificate {
  try {
    return new x509.X509Certificate(pem);
  } catch (cause) {
    throw new WintersealError("CERTIFICATE_UNTRUSTED", "the certificate cannot be read", {}, { cause });
  }
}

async function findIssuer(certificate: x509.X509Certificate, organisations: readonly KnownOrganisation[]): Promise<KnownOrganisation> {
  for (const organisation of organisations) {
    for (const root of certificatesIn(organisation.root).map((pem) => new x509.X509Certificate(pem))) {
      if (certificate.issuer !== root.subject) continue;
      if (await certificate.verify({ publicKey: root, signatureOnly: true })) return organisation;
    }
  }
  throw untrusted("no organisation of this network issued the certificate");
}

function isAuthority(certificate: x509.X509Certificate): boolean {
  return certificate.getExtension(x509.BasicConstraintsExtension)?.ca === true;
}

/** A person's role is the kind of the organisation, or auditor; sensors and command lines do not sign in. */
function readRole(certificate: x509.X509Certificate, kind: OrganisationKind): { role: Role; name: string } {
  const attributes = readAttributes(certificate);
  const role = ROLES.find((known) => known === attributes[ATTRIBUTES.role]);
  if (role === undefined || (role !== kind && role !== "auditor")) throw new WintersealError("ACCESS_DENIED", "this role does not sign in");
  return { role, name: attributes[ATTRIBUTES.name] ?? "" };
}

function readAttributes(certificate: x509.X509Certificate): Readonly<Record<string, string>> {
  const extension = certificate.getExtension(ATTRIBUTE_EXTENSION_OID);
  if (extension === null) return {};
  try {
    return attributesSchema.parse(JSON.parse(new TextDecoder().decode(extension.value))).attrs;
  } catch (cause) {
    throw new WintersealError("CERTIFICATE_UNTRUSTED", "the certificate's attributes cannot be read", {}, { cause });
  }
}
