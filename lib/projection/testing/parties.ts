/** Identities for tests: roots, peers, people and sensors with real certificates and keys. */
import "reflect-metadata";
import { createPrivateKey, type KeyObject, sign, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { lowS, rawToDer } from "../../../device/ts/der";
import { serializedIdentity } from "../../../device/ts/fabric";
import { ATTRIBUTE_EXTENSION_OID, DEMONSTRATION_EXTENSION_OID } from "../../messages/names";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const NOT_BEFORE = new Date("2025-01-01T00:00:00Z");
const NOT_AFTER = new Date("2035-01-01T00:00:00Z");

export interface Party {
  readonly mspId: string;
  readonly pem: string;
  /** `msp.SerializedIdentity` */
  readonly serialized: Uint8Array;
  readonly key: KeyObject;
}

/** DER, low S. */
export const signAs = (party: Party, message: Uint8Array): Uint8Array =>
  rawToDer(lowS(sign("sha256", message, { key: party.key, dsaEncoding: "ieee-p1363" })));

export class Organisation {
  readonly root: string;
  #serial = 0;

  private constructor(
    readonly mspId: string,
    private readonly keys: CryptoKeyPair,
    private readonly certificate: x509.X509Certificate,
  ) {
    this.root = certificate.toString("pem");
  }

  /** @param demonstration whether its root carries the demonstration mark */
  static async create(mspId: string, demonstration = false): Promise<Organisation> {
    x509.cryptoProvider.set(webcrypto as Crypto);
    const keys = await generate();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name: `CN=root.${mspId}`,
      serialNumber: "01",
      notBefore: NOT_BEFORE,
      notAfter: NOT_AFTER,
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        ...(demonstration ? [new x509.Extension(DEMONSTRATION_EXTENSION_OID, false, Uint8Array.of(0x05, 0x00))] : []),
      ],
    });
    return new Organisation(mspId, keys, certificate);
  }

  /** @param attributes Fabric's, for people and sensors. */
  async issue(commonName: string, unit: "peer" | "client", attributes: Readonly<Record<string, string>> = {}): Promise<Party> {
    const keys = await generate();
    const attributeJson = new TextEncoder().encode(JSON.stringify({ attrs: attributes }));
    this.#serial++;
    const certificate = await x509.X509CertificateGenerator.create({
      subject: `CN=${commonName}, OU=${unit}`,
      issuer: this.certificate.subject,
      serialNumber: (0x1000 + this.#serial).toString(16),
      notBefore: NOT_BEFORE,
      notAfter: NOT_AFTER,
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        ...(unit === "client" ? [new x509.Extension(ATTRIBUTE_EXTENSION_OID, false, attributeJson)] : []),
      ],
    });
    const pem = certificate.toString("pem");
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey as webcrypto.CryptoKey));
    const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
    return { mspId: this.mspId, pem, serialized: serializedIdentity(this.mspId, pem), key };
  }
}

const generate = async (): Promise<CryptoKeyPair> =>
  (await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"])) as CryptoKeyPair;
