/** One organisation's certificate authority: a root key in a folder and an append-only record of every certificate it ever issued. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { WintersealError } from "../../lib/messages/errors";
import { AppendLog } from "./append-log";
import { attributeExtension, demonstrationMark, identityExtensions, listExtensions, tlsExtensions } from "./extensions";
import { filesIn } from "./folder";
import { type Issued, type IssueRequest, type Issuer, issuedSchema } from "./issuer";
import { type OrganisationProfile, readProfile } from "./profile";
import { ECDSA_SHA256, isLowS, P256, sha256Hex, x509 } from "./x509";

const revokedSchema = z.strictObject({ serial: z.string(), at: z.int(), reason: z.string() });
export type Revoked = z.infer<typeof revokedSchema>;

/** Certificates begin a little before they are issued, so that a party whose clock runs behind accepts them. */
const BACKDATE_MS = 5 * 60_000;
const CRL_LIFE_MS = 7 * 24 * 3_600_000;

export class CertificateAuthority implements Issuer {
  readonly wantsName = false;
  readonly root: x509.X509Certificate;
  readonly #keys: readonly RootKey[];
  readonly #issued: AppendLog<Issued>;
  readonly #revoked: AppendLog<Revoked>;

  private constructor(
    readonly dir: string,
    readonly profile: OrganisationProfile,
    /** The one that issues, then a former one that is still in force. */
    keys: readonly [RootKey, ...RootKey[]],
  ) {
    this.#keys = keys;
    this.root = keys[0].root;
    this.#issued = new AppendLog(join(dir, "ca", "issued.jsonl"), issuedSchema);
    this.#revoked = new AppendLog(join(dir, "ca", "revoked.jsonl"), revokedSchema);
  }

  /** Opens a folder that `init` made. @throws when it is none. */
  static async open(dir: string): Promise<CertificateAuthority> {
    const profile = await readProfile(dir);
    const former = await filesIn(join(dir, "ca", "former"), ".pem");
    const keys = await Promise.all(former.map((file) => readRootKey(file)));
    return new CertificateAuthority(dir, profile, [await readRootKey(join(dir, "ca", "root.pem")), ...keys]);
  }

  /** PEM of every root in force, the one that issues first. */
  get rootPem(): string {
    return this.roots.map((root) => `${root.toString("pem")}\n`).join("");
  }

  get roots(): readonly x509.X509Certificate[] {
    return this.#keys.map(({ root }) => root);
  }

  /** The key of the root that issues, PKCS #8 in PEM: it moves when another takes over. */
  async exportKey(): Promise<string> {
    return `${x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", this.#keys[0]?.key as CryptoKey), "PRIVATE KEY")}\n`;
  }

  /** The root in force that issued a certificate. */
  async issuerOf(certificate: string | x509.X509Certificate): Promise<x509.X509Certificate | undefined> {
    const parsed = typeof certificate === "string" ? new x509.X509Certificate(certificate) : certificate;
    for (const root of this.roots) if (await parsed.verify({ publicKey: root, signatureOnly: true })) return root;
    return undefined;
  }

  /** Issues a certificate; it is recorded on disk before this resolves. @returns PEM */
  async issue(request: IssueRequest, now = Date.now()): Promise<string> {
    const notAfter = Math.min(request.notAfter, this.root.notAfter.getTime());
    if (notAfter <= now) throw new WintersealError("ARGUMENT_INVALID", "the certificate would have ended already");
    const certificate = await this.#sign(request, now, notAfter);
    const pem = `${certificate.toString("pem")}\n`;
    await this.#issued.append({
      serial: certificate.serialNumber,
      commonName: request.commonName,
      type: request.type,
      thumbprint: request.request.thumbprint,
      at: now,
      notAfter: certificate.notAfter.getTime(),
      ...(request.approval === undefined ? {} : { approval: request.approval }),
      certificate: pem,
    });
    return pem;
  }

  issued(): Promise<readonly Issued[]> {
    return this.#issued.entries();
  }

  /** The recorded certificate for a PEM that somebody presents; throws as {@link Issuer.recognise}. */
  async recognise(pem: string, now = Date.now()): Promise<x509.X509Certificate> {
    const certificate = parseCertificate(pem);
    const issued = (await this.issued()).find((entry) => entry.serial === certificate.serialNumber);
    const bytes = (text: string) => sha256Hex(new Uint8Array(x509.PemConverter.decodeFirst(text)));
    if (issued === undefined || bytes(issued.certificate) !== bytes(pem)) throw new WintersealError("CERTIFICATE_UNTRUSTED");
    if ((await this.issuerOf(certificate)) === undefined) throw new WintersealError("CERTIFICATE_UNTRUSTED");
    if ((await this.revoked()).some((entry) => entry.serial === certificate.serialNumber)) throw new WintersealError("CERTIFICATE_REVOKED");
    if (now > certificate.notAfter.getTime()) throw new WintersealError("IDENTITY_EXPIRED");
    if (now < certificate.notBefore.getTime()) throw new WintersealError("IDENTITY_NOT_YET_VALID");
    return certificate;
  }

  /** Revokes every certificate of a common name that is not revoked yet. @returns how many. */
  async revoke(commonName: string, reason: string, now = Date.now()): Promise<number> {
    const revoked = new Set((await this.revoked()).map((entry) => entry.serial));
    const open = (await this.issued()).filter((entry) => entry.commonName === commonName && !revoked.has(entry.serial));
    for (const { serial } of open) await this.#revoked.append({ serial, at: now, reason });
    return open.length;
  }

  /** Revokes one certificate. @returns false when it was revoked before */
  async revokeSerial(serial: string, reason: string, now = Date.now()): Promise<boolean> {
    if ((await this.revoked()).some((entry) => entry.serial === serial)) return false;
    await this.#revoked.append({ serial, at: now, reason });
    return true;
  }

  revoked(): Promise<readonly Revoked[]> {
    return this.#revoked.entries();
  }

  /**
   * Signed revocation list, PEM, as Fabric's MSP configuration and OpenSSL take it; one of each root in force, all with the same entries.
   * @param isListed leaves out what a caller does not want to see
   */
  async crl(now = Date.now(), isListed: (entry: Revoked) => boolean = () => true): Promise<string> {
    const entries = (await this.revoked())
      .filter(isListed)
      .map(({ serial, at }) => ({ serialNumber: serial, revocationDate: new Date(at) }));
    return (await Promise.all(this.#keys.map((key) => signList(key, entries, now)))).join("");
  }

  /** Signs until S is low: Fabric rewrites high-S certificates when it reads them, and their bytes would differ from what was sent. */
  async #sign(request: IssueRequest, now: number, notAfter: number): Promise<x509.X509Certificate> {
    const extensions = await identityExtensions(request.request.publicKey, this.root);
    if (request.attributes !== undefined) extensions.push(attributeExtension(request.attributes));
    if (request.tlsHosts !== undefined && request.tlsHosts.length > 0) extensions.push(...tlsExtensions(request.tlsHosts));
    if (this.profile.demonstration) extensions.push(demonstrationMark());
    for (;;) {
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: newSerial(),
        subject: new x509.Name([{ CN: [request.commonName] }, { OU: [request.type] }, { O: [this.profile.id] }]),
        issuer: this.root.subjectName,
        notBefore: new Date(now - BACKDATE_MS),
        notAfter: new Date(notAfter),
        signingAlgorithm: ECDSA_SHA256,
        publicKey: request.request.publicKey,
        signingKey: this.#keys[0]?.key as CryptoKey,
        extensions,
      });
      if (isLowS(new Uint8Array(certificate.signature))) return certificate;
    }
  }
}

/** 126 random bits, positive and without a leading zero byte (RFC 5280 4.1.2.2). */
export function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString("hex");
}

function parseCertificate(pem: string): x509.X509Certificate {
  try {
    return new x509.X509Certificate(pem);
  } catch (cause) {
    throw new WintersealError("CERTIFICATE_UNTRUSTED", "the certificate cannot be read", {}, { cause });
  }
}

interface RootKey {
  readonly root: x509.X509Certificate;
  readonly key: CryptoKey;
}

/** @param path of the certificate; the key lies beside it */
async function readRootKey(path: string): Promise<RootKey> {
  const root = new x509.X509Certificate(await readFile(path, "utf8"));
  const pkcs8 = x509.PemConverter.decodeFirst(await readFile(path.replace(/\.pem$/, ".key"), "utf8"));
  return { root, key: await crypto.subtle.importKey("pkcs8", pkcs8, P256, true, ["sign"]) };
}

type ListEntry = { readonly serialNumber: string; readonly revocationDate: Date };

async function signList({ root, key }: RootKey, entries: ListEntry[], now: number): Promise<string> {
  const extensions = await listExtensions(root, now);
  const make = () =>
    x509.X509CrlGenerator.create({
      extensions,
      issuer: root.subjectName.toJSON(),
      thisUpdate: new Date(now),
      nextUpdate: new Date(now + CRL_LIFE_MS),
      entries,
      signingAlgorithm: ECDSA_SHA256,
      signingKey: key,
    });
  let list = await make();
  while (!isLowS(new Uint8Array(list.signature))) list = await make();
  return `${x509.PemConverter.encode(list.rawData, "X509 CRL")}\n`;
}
