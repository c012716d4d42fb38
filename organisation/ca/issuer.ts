/**
 * What the organisation's services need of a certificate authority. Two things are one: the organisation's own (`authority.ts`) and a
 * `fabric-ca-server` that it runs elsewhere (`fabric/remote.ts`).
 */
import * as z from "zod";
import type { OrganisationProfile } from "./profile";
import type { CertificateRequest } from "./request";
import type { x509 } from "./x509";

/** Fabric's node organisation units; `admin` administers peers, never shipments. */
export const IDENTITY_TYPES = ["client", "peer", "orderer", "admin"] as const;
export type IdentityType = (typeof IDENTITY_TYPES)[number];

export const issuedSchema = z.strictObject({
  serial: z.string(),
  commonName: z.string(),
  type: z.enum(IDENTITY_TYPES),
  thumbprint: z.string(),
  /** ms UTC */
  at: z.int(),
  notAfter: z.int(),
  /** SHA-256 of the approval that asked for it; sensors only. */
  approval: z.string().optional(),
  certificate: z.string(),
});
export type Issued = z.infer<typeof issuedSchema>;

export interface IssueRequest {
  readonly type: IdentityType;
  readonly commonName: string;
  /** Gives the key. A `fabric-ca-server` also insists that it names {@link commonName}. */
  readonly request: CertificateRequest;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly tlsHosts?: readonly string[];
  /** When it should end, ms UTC. Never past the root's own end; a `fabric-ca-server` knows a few lifetimes only (signing-profiles.ts). */
  readonly notAfter: number;
  readonly approval?: string;
}

export interface Issuer {
  /** The organisation's folder: codes and records lie there, whoever issues. */
  readonly dir: string;
  readonly profile: OrganisationProfile;
  readonly root: x509.X509Certificate;
  readonly rootPem: string;
  /** Whether a request must carry the name that will be certified: a `fabric-ca-server` issues to no other. */
  readonly wantsName: boolean;
  /** Issues a certificate; it is recorded on disk before this resolves. @returns PEM */
  issue(request: IssueRequest, now?: number): Promise<string>;
  /** Every certificate that was issued through this folder. */
  issued(): Promise<readonly Issued[]>;
  /**
   * The certificate for a PEM that somebody presents.
   * @throws WintersealError CERTIFICATE_UNTRUSTED when it is not this authority's to the last byte, CERTIFICATE_REVOKED, IDENTITY_EXPIRED,
   * IDENTITY_NOT_YET_VALID, UNAVAILABLE
   */
  recognise(pem: string, now?: number): Promise<x509.X509Certificate>;
  /** Revokes every certificate of a common name that is not revoked yet. @returns how many */
  revoke(commonName: string, reason: string, now?: number): Promise<number>;
  /** Signed revocation list, PEM. */
  crl(now?: number): Promise<string>;
}
