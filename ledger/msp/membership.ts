/**
 * One organisation's membership service provider: certificates that chain to its root, carry exactly one node role and are not revoked
 * are its members. Follows Fabric's `msp/mspimplvalidate.go`: the chain is checked as of the certificate's own start, so expiry is left
 * to those who must ask for it; a revocation counts from the moment its list is known.
 */
import { readFile, stat } from "node:fs/promises";
import type { MembershipConfig } from "../config";
import { type Certificate, parseCertificate } from "./certificate";
import { type Identity, NODE_ROLES, type NodeRole } from "./identity";
import { readRevokedSerials } from "./revocation";

function nodeRole(certificate: Certificate): NodeRole | undefined {
  const roles = NODE_ROLES.filter((role) => certificate.units.includes(role));
  return roles.length === 1 ? roles[0] : undefined;
}

export class Membership {
  readonly mspId: string;
  readonly root: Certificate;
  readonly #crlFiles: readonly string[];
  #crlStamp = "";
  #revoked: ReadonlySet<string> = new Set();

  private constructor(mspId: string, root: Certificate, crlFiles: readonly string[]) {
    this.mspId = mspId;
    this.root = root;
    this.#crlFiles = crlFiles;
  }

  /** @throws Error that names the file which cannot be used. */
  static async load(config: MembershipConfig): Promise<Membership> {
    let root: Certificate;
    try {
      root = parseCertificate(await readFile(config.root, "utf8"));
    } catch (cause) {
      throw new Error(`${config.root}: no usable root certificate of ${config.mspId}`, { cause });
    }
    if (!root.x509.ca) throw new Error(`${config.root}: the root of ${config.mspId} is not a certificate authority`);
    const membership = new Membership(config.mspId, root, config.crls);
    await membership.refreshRevocations();
    return membership;
  }

  /** Reads the revocation lists again if one of the files changed. A list that the root did not sign is an error. */
  async refreshRevocations(): Promise<void> {
    if (this.#crlFiles.length === 0) return;
    const stats = await Promise.all(this.#crlFiles.map((file) => stat(file)));
    const stamp = stats.map((entry) => `${entry.mtimeMs}:${entry.size}`).join(" ");
    if (stamp === this.#crlStamp) return;
    const lists = await Promise.all(this.#crlFiles.map((file) => readRevokedSerials(file, this.root)));
    this.#revoked = new Set(lists.flat());
    this.#crlStamp = stamp;
  }

  /**
   * The identity behind a PEM certificate.
   * @throws Error if it is no certificate at all, or none of this organisation: Fabric cannot even deserialise such an identity
   */
  identify(pem: string): Identity {
    const certificate = parseCertificate(pem);
    const stranger = this.#flawOfChain(certificate);
    if (stranger !== undefined) throw new Error(stranger);
    const role = nodeRole(certificate);
    const flaw = flawOfUse(certificate, role);
    return {
      mspId: this.mspId,
      certificate,
      role,
      problem: () => flaw ?? (this.#revoked.has(certificate.serial) ? "The certificate has been revoked" : undefined),
    };
  }

  #flawOfChain(certificate: Certificate): string | undefined {
    const { root } = this;
    if (!certificate.x509.checkIssued(root.x509) || !certificate.x509.verify(root.publicKey)) {
      return `the certificate was not issued by the root of ${this.mspId}`;
    }
    if (certificate.notBefore < root.notBefore || certificate.notBefore > root.notAfter)
      return "the root was not valid when the certificate began";
    return undefined;
  }
}

function flawOfUse(certificate: Certificate, role: NodeRole | undefined): string | undefined {
  if (certificate.x509.ca) return "a certificate authority cannot be used as an identity";
  if (role === undefined) return "the identity must have exactly one of the organisational units client, peer, admin, orderer";
  return undefined;
}
