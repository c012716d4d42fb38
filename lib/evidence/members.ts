import "reflect-metadata";
import { BasicConstraintsExtension, X509Certificate } from "@peculiar/x509";
import { WintersealError } from "../messages/errors";

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

/** Who belongs to which organisation, by pinned roots alone. Runs in browsers and in Node (WebCrypto). */
export class Members {
  readonly #roots: ReadonlyMap<string, X509Certificate>;
  readonly #known = new Map<string, Promise<Member>>();

  private constructor(roots: ReadonlyMap<string, X509Certificate>) {
    this.#roots = roots;
  }

  /** @throws WintersealError ARGUMENT_INVALID for a root that is no certificate authority's certificate. */
  static of(roots: readonly PinnedRoot[]): Members {
    return new Members(new Map(roots.map(({ mspId, pem }) => [mspId, readRoot(mspId, pem)])));
  }

  get organisations(): readonly string[] {
    return [...this.#roots.keys()];
  }

  /**
   * The identity behind a certificate. Its time of validity is not judged here: that is a matter of the transaction's time.
   * @throws WintersealError SIGNATURE_INVALID when the organisation is unknown, or its root did not issue the certificate.
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
    const root = this.#roots.get(mspId);
    if (!root) throw new WintersealError("SIGNATURE_INVALID", `no root is pinned for organisation ${mspId}`);
    const certificate = read(pem, `a certificate of ${mspId}`);
    if (certificate.getExtension(BasicConstraintsExtension)?.ca)
      throw new WintersealError("SIGNATURE_INVALID", `a certificate authority of ${mspId} signed as if it were a member`);
    const began = certificate.notBefore.getTime();
    const issued =
      certificate.issuer === root.subject &&
      began >= root.notBefore.getTime() &&
      began <= root.notAfter.getTime() &&
      (await certificate.verify({ publicKey: root.publicKey, signatureOnly: true }));
    if (!issued) throw new WintersealError("SIGNATURE_INVALID", `the root of ${mspId} did not issue the certificate`);
    return {
      mspId,
      units: certificate.subjectName.getField("OU"),
      spki: new Uint8Array(certificate.publicKey.rawData),
      notBefore: began,
      notAfter: certificate.notAfter.getTime(),
    };
  }
}

function readRoot(mspId: string, pem: string): X509Certificate {
  const root = read(pem, `the root of ${mspId}`);
  if (!root.getExtension(BasicConstraintsExtension)?.ca)
    throw new WintersealError("ARGUMENT_INVALID", `the root of ${mspId} is no certificate authority`);
  return root;
}

function read(pem: string, what: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new WintersealError("ARGUMENT_INVALID", `${what} cannot be read`, {}, { cause });
  }
}
