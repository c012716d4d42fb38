import "reflect-metadata";
import { X509Certificate } from "node:crypto";
import { X509Certificate as ParsedCertificate } from "@peculiar/x509";
import { ATTRIBUTE_EXTENSION_OID, ATTRIBUTES, SENSOR_ID } from "../../lib/messages/names";
import { certificatesIn } from "../../lib/messages/pem";

/** Who is at the other end, from its certificate alone. */
export interface BrokerIdentity {
  readonly kind: "sensor" | "proxy";
  /** Common name; for a sensor its id and topic level. */
  readonly name: string;
}

export interface Roots {
  /** Two, while one takes over from the other. */
  readonly authority: readonly X509Certificate[];
  readonly operator: readonly X509Certificate[];
}

/** The operator's identities on the link; `@` is in no sensor id, so no sensor can ever be called so. */
const PROXY_NAME = /^proxy(-[a-z0-9]{1,16})?@operator$/;

export const readRoots = (pem: { readonly authority: string; readonly operator: string }): Roots => ({
  authority: certificatesIn(pem.authority).map((each) => new X509Certificate(each)),
  operator: certificatesIn(pem.operator).map((each) => new X509Certificate(each)),
});

/**
 * A sensor is whom the authority gave the role *sensor*, or *control* (which only reads), under a sensor's name; a proxy is whom the operator called so.
 * Anyone else that the same roots certify (people, peers) has nothing to do here: undefined. Validity and the chain are TLS's to check.
 */
export function identify(certificate: X509Certificate, roots: Roots): BrokerIdentity | undefined {
  const name = commonName(certificate);
  if (name === undefined) return undefined;
  if (issuedBy(certificate, roots.operator) && PROXY_NAME.test(name)) return { kind: "proxy", name };
  if (issuedBy(certificate, roots.authority) && SENSOR_ID.test(name) && DEVICES.has(roleOf(certificate) ?? ""))
    return { kind: "sensor", name };
  return undefined;
}

const DEVICES: ReadonlySet<string> = new Set(["sensor", "control"]);

const issuedBy = (certificate: X509Certificate, roots: readonly X509Certificate[]): boolean =>
  roots.some((root) => certificate.checkIssued(root) && certificate.verify(root.publicKey));

/** Undefined unless there is exactly one: two common names are two identities. */
function commonName(certificate: X509Certificate): string | undefined {
  const names = certificate.subject.split("\n").filter((line) => line.startsWith("CN="));
  return names.length === 1 ? names[0]?.slice(3) : undefined;
}

/** Attribute `ws.role` of the Fabric attribute extension; its content is raw JSON, not ASN.1 (fabric-ca, lib/attrmgr). */
function roleOf(certificate: X509Certificate): string | undefined {
  const extension = new ParsedCertificate(certificate.raw).getExtension(ATTRIBUTE_EXTENSION_OID);
  if (extension === null) return undefined;
  try {
    const json: unknown = JSON.parse(Buffer.from(extension.value).toString("utf8"));
    const attributes = (json as { attrs?: Record<string, unknown> } | null)?.attrs;
    const role = attributes?.[ATTRIBUTES.role];
    return typeof role === "string" ? role : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
