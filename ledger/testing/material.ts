/** Identity material for tests: roots, certificates with node units, revocation lists. Made anew per test, nothing is kept. */
import "reflect-metadata";
import { createPrivateKey, type KeyObject, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const YEAR = 365 * 24 * 3_600_000;

x509.cryptoProvider.set(webcrypto as Crypto);

export interface Issued {
  readonly mspId: string;
  readonly certificate: string;
  readonly privateKey: string;
  readonly key: KeyObject;
  readonly serial: string;
}

export interface Issue {
  readonly commonName: string;
  readonly units: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly ca?: boolean;
  /** Fabric attributes. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Names that a TLS certificate is for; loopback's address is added. */
  readonly hosts?: readonly string[];
}

/** The extension in which Fabric's certificate authority puts attributes. */
const ATTRIBUTES_OID = "1.2.3.4.5.6.7.8.1";

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const bytes = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key)).toString("base64");
  return `-----BEGIN PRIVATE KEY-----\n${bytes.replace(/(.{64})/g, "$1\n").trimEnd()}\n-----END PRIVATE KEY-----\n`;
}

function generate(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]) as Promise<webcrypto.CryptoKeyPair>;
}

/** One organisation's certificate authority. */
export class TestAuthority {
  readonly mspId: string;
  readonly root: string;
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly #certificate: x509.X509Certificate;
  #serial = 1000;

  private constructor(mspId: string, keys: webcrypto.CryptoKeyPair, certificate: x509.X509Certificate) {
    this.mspId = mspId;
    this.#keys = keys;
    this.#certificate = certificate;
    this.root = `${certificate.toString("pem")}\n`;
  }

  static async create(mspId: string): Promise<TestAuthority> {
    const keys = await generate();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name: `CN=root.${mspId}, O=${mspId}`,
      serialNumber: "01",
      notBefore: new Date(Date.now() - YEAR),
      notAfter: new Date(Date.now() + 10 * YEAR),
      keys: keys as CryptoKeyPair,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey as CryptoKey),
      ],
    });
    return new TestAuthority(mspId, keys, certificate);
  }

  async issue(issue: Issue): Promise<Issued> {
    const keys = await generate();
    const serial = (++this.#serial).toString(16).padStart(6, "0");
    const units = issue.units.map((unit) => `, OU=${unit}`).join("");
    const certificate = await x509.X509CertificateGenerator.create({
      subject: `CN=${issue.commonName}, O=${this.mspId}${units}`,
      issuer: this.#certificate.subject,
      serialNumber: serial,
      notBefore: issue.notBefore ?? new Date(Date.now() - 60_000),
      notAfter: issue.notAfter ?? new Date(Date.now() + YEAR),
      publicKey: keys.publicKey as CryptoKey,
      signingKey: this.#keys.privateKey as CryptoKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(issue.ca ?? false, undefined, true),
        ...(issue.attributes === undefined
          ? []
          : [new x509.Extension(ATTRIBUTES_OID, false, Buffer.from(JSON.stringify({ attrs: issue.attributes })))]),
        ...(issue.hosts === undefined
          ? []
          : [
              new x509.SubjectAlternativeNameExtension([
                ...issue.hosts.map((value) => ({ type: "dns" as const, value })),
                { type: "ip", value: "127.0.0.1" },
              ]),
            ]),
      ],
    });
    const privateKey = await pemOf(keys.privateKey);
    return { mspId: this.mspId, certificate: `${certificate.toString("pem")}\n`, privateKey, key: createPrivateKey(privateKey), serial };
  }

  /** A signed list, PEM. */
  async revoke(...serials: readonly string[]): Promise<string> {
    const list = await x509.X509CrlGenerator.create({
      issuer: this.#certificate.subject,
      thisUpdate: new Date(),
      nextUpdate: new Date(Date.now() + YEAR),
      entries: serials.map((serialNumber) => ({ serialNumber, revocationDate: new Date() })),
      signingAlgorithm: ALGORITHM,
      signingKey: this.#keys.privateKey as CryptoKey,
    });
    return `${list.toString("pem")}\n`;
  }
}
