import "reflect-metadata";
import { BasicConstraintsExtension, X509Certificate, X509Crl } from "@peculiar/x509";
import { WintersealError } from "../messages/errors";
import type { ChannelConfig, ConfigOrganisation } from "./config-block";

/** A root that the reader pinned. */
export interface PinnedRoot {
  readonly mspId: string;
  readonly pem: string;
}

/** A certificate that chains to its organisation's pinned root. */
export interface Member {
  readonly mspId: string;
  /** Organisational units (Fabric's NodeOUs): `client` signs transactions, `peer` endorses. */
  readonly units: readonly string[];
  /** DER SubjectPublicKeyInfo; the same object for the same certificate. */
  readonly spki: Uint8Array;
  /** ms UTC */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** A channel's identities are a few per person and sensor; past this many the oldest is checked again. */
const CACHE_SIZE = 8192;

/** One organisation's own certificate authorities, and what they took back. */
interface Authority {
  readonly issuers: readonly X509Certificate[];
  /** `issuer serial` */
  readonly revoked: ReadonlySet<string>;
  /** What the organisation calls Fabric's node roles; empty where it uses Fabric's names. */
  readonly units: ReadonlyMap<string, string>;
}

/** Longest chain of intermediates below a root. */
const MAX_INTERMEDIATES = 4;

/**
 * Who belongs to which organisation, by pinned roots alone or by a channel's configuration, which counts for its own stretch of the chain. Runs in
 * browsers and in Node (WebCrypto).
 */
export class Members {
  readonly #authorities: ReadonlyMap<string, Authority>;
  readonly #known = new Map<string, Promise<Member>>();

  private constructor(authorities: ReadonlyMap<string, Authority>) {
    this.#authorities = authorities;
  }

  /** An organisation may have several roots. @throws WintersealError ARGUMENT_INVALID for a root that is no certificate authority's certificate. */
  static of(roots: readonly PinnedRoot[]): Members {
    const authorities = new Map<string, Authority>();
    for (const { mspId, pem } of roots) {
      const issuers = [...(authorities.get(mspId)?.issuers ?? []), readRoot(mspId, pem)];
      authorities.set(mspId, { issuers, revoked: new Set(), units: new Map() });
    }
    return new Members(authorities);
  }

  /**
   * Everybody whom a configuration makes a member, those who order too: by roots and intermediates, less the revoked.
   * @throws WintersealError ARGUMENT_INVALID for a configuration whose certificates cannot be used
   */
  static async ofConfig({ organisations, orderers }: Pick<ChannelConfig, "organisations" | "orderers">): Promise<Members> {
    const all = [...new Map([...orderers, ...organisations]).values()];
    return new Members(new Map(await Promise.all(all.map(async (each) => [each.mspId, await authorityOf(each)] as const))));
  }

  get organisations(): readonly string[] {
    return [...this.#authorities.keys()];
  }

  /**
   * The identity behind a certificate. Its time of validity is not judged here: that is a matter of the transaction's time.
   * @throws WintersealError SIGNATURE_INVALID when the organisation is unknown, or did not issue the certificate; CERTIFICATE_REVOKED
   */
  identify(mspId: string, pem: string): Promise<Member> {
    const key = `${mspId}\n${pem}`;
    const known = this.#known.get(key);
    if (known) return known;
    const member = this.#check(mspId, pem);
    const oldest = this.#known.size >= CACHE_SIZE ? this.#known.keys().next().value : undefined;
    if (oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(key, member);
    return member;
  }

  async #check(mspId: string, pem: string): Promise<Member> {
    const authority = this.#authorities.get(mspId);
    if (!authority) throw new WintersealError("SIGNATURE_INVALID", `no root is known for organisation ${mspId}`);
    const certificate = read(pem, `a certificate of ${mspId}`);
    if (certificate.getExtension(BasicConstraintsExtension)?.ca)
      throw new WintersealError("SIGNATURE_INVALID", `a certificate authority of ${mspId} signed as if it were a member`);
    if ((await issuerOf(certificate, authority.issuers)) === undefined)
      throw new WintersealError("SIGNATURE_INVALID", `the root of ${mspId} did not issue the certificate`);
    if (authority.revoked.has(revocationKey(certificate.issuer, certificate.serialNumber)))
      throw new WintersealError("CERTIFICATE_REVOKED", `a certificate of ${mspId} is revoked`);
    return {
      mspId,
      units: certificate.subjectName.getField("OU").map((unit) => authority.units.get(unit) ?? unit),
      spki: new Uint8Array(certificate.publicKey.rawData),
      notBefore: certificate.notBefore.getTime(),
      notAfter: certificate.notAfter.getTime(),
    };
  }
}

/** A signature that cannot even be read is one that does not verify: the library throws where an altered byte broke its DER. */
async function verifies(check: () => Promise<boolean>): Promise<boolean> {
  try {
    return await check();
  } catch {
    return false;
  }
}

async function issuerOf(certificate: X509Certificate, issuers: readonly X509Certificate[]): Promise<X509Certificate | undefined> {
  const began = certificate.notBefore.getTime();
  for (const issuer of issuers) {
    const fits = certificate.issuer === issuer.subject && began >= issuer.notBefore.getTime() && began <= issuer.notAfter.getTime();
    if (fits && (await verifies(() => certificate.verify({ publicKey: issuer.publicKey, signatureOnly: true })))) return issuer;
  }
  return undefined;
}

const revocationKey = (issuer: string, serial: string): string => `${issuer} ${serial.toLowerCase().replace(/^0+(?=.)/, "")}`;

async function authorityOf({ mspId, roots, intermediates, revocationLists, units }: ConfigOrganisation): Promise<Authority> {
  const issuers = roots.map((root) => readRoot(mspId, root));
  const lists = revocationLists.map((bytes) => readList(mspId, bytes));
  const revoked = new Set<string>();
  // As in Fabric, a list counts for what its signer issued, and one that nobody of the organisation signed counts for nothing.
  const add = async (issuer: X509Certificate): Promise<void> => {
    for (const list of lists) {
      if (list.issuer !== issuer.subject || !(await verifies(() => list.verify({ publicKey: issuer })))) continue;
      for (const { serialNumber } of list.entries) revoked.add(revocationKey(issuer.subject, serialNumber));
    }
  };
  for (const root of issuers) await add(root);
  let rest = intermediates.map((bytes) => readRoot(mspId, bytes));
  for (let depth = 0; rest.length > 0 && depth < MAX_INTERMEDIATES; depth++) {
    const waiting: X509Certificate[] = [];
    for (const intermediate of rest) {
      const above = await issuerOf(intermediate, issuers);
      if (above === undefined) waiting.push(intermediate);
      else if (!revoked.has(revocationKey(above.subject, intermediate.serialNumber))) {
        issuers.push(intermediate);
        await add(intermediate);
      }
    }
    rest = waiting;
  }
  const named = units === undefined ? [] : Object.entries(units).map(([role, unit]) => [unit, role] as const);
  return { issuers, revoked, units: new Map(named) };
}

function readRoot(mspId: string, source: string | Uint8Array): X509Certificate {
  const root = read(source, `the root of ${mspId}`);
  if (!root.getExtension(BasicConstraintsExtension)?.ca)
    throw new WintersealError("ARGUMENT_INVALID", `the root of ${mspId} is no certificate authority`);
  return root;
}

function readList(mspId: string, source: Uint8Array): X509Crl {
  try {
    // Writers disagree on the label: openssl says `X509 CRL`, @peculiar/x509 says `CRL`.
    return new X509Crl(pemOrDer(source, /-----(BEGIN|END) (?:X509 )?CRL-----/g));
  } catch (cause) {
    throw new WintersealError("ARGUMENT_INVALID", `a revocation list of ${mspId} cannot be read`, {}, { cause });
  }
}

function read(source: string | Uint8Array, what: string): X509Certificate {
  try {
    return new X509Certificate(typeof source === "string" ? source : pemOrDer(source, /-----(BEGIN|END) CERTIFICATE-----/g));
  } catch (cause) {
    throw new WintersealError("ARGUMENT_INVALID", `${what} cannot be read`, {}, { cause });
  }
}

/** DER bytes as they are, or those inside a PEM block. */
function pemOrDer(bytes: Uint8Array, frame: RegExp): Uint8Array<ArrayBuffer> {
  if (bytes[0] !== 0x2d) return new Uint8Array(bytes);
  const text = new TextDecoder().decode(bytes).replace(frame, "");
  return Uint8Array.from(atob(text.replace(/\s/g, "")), (letter) => letter.charCodeAt(0));
}
