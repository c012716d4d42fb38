/** Identities for tests, made as the organisations' own CAs make them: ECDSA P-256, one root per organisation, Fabric attributes. */
import "reflect-metadata";
import { createPrivateKey, type KeyObject, randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { ATTRIBUTE_EXTENSION_OID } from "../../messages/names";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
x509.cryptoProvider.set(webcrypto as Crypto);

export interface TestIdentity {
  readonly certificate: string;
  /** PKCS #8 PEM */
  readonly key: string;
  readonly keyObject: KeyObject;
}

export interface TestRoot extends TestIdentity {
  issue(name: string, options?: IssueOptions): Promise<TestIdentity>;
}

interface IssueOptions {
  readonly attributes?: Readonly<Record<string, string>>;
  readonly unit?: string;
  readonly notAfter?: Date;
  /** For servers: DNS name and address of this host. */
  readonly server?: boolean;
}

const DAY = 86_400_000;
const serial = () => `00${randomBytes(8).toString("hex")}`;

export async function testRoot(name: string): Promise<TestRoot> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const subject = `CN=${name} root,O=${name}`;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: subject,
    serialNumber: serial(),
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + 365 * DAY),
    keys: keys as CryptoKeyPair,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey as CryptoKey),
    ],
  });
  const issue = (cn: string, options: IssueOptions = {}) => issueLeaf(certificate, keys.privateKey as CryptoKey, subject, cn, options);
  return { ...(await exported(certificate, keys.privateKey as CryptoKey)), issue };
}

async function issueLeaf(root: x509.X509Certificate, rootKey: CryptoKey, issuer: string, cn: string, options: IssueOptions) {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    await x509.AuthorityKeyIdentifierExtension.create(root.publicKey),
  ];
  if (options.server) {
    extensions.push(
      new x509.SubjectAlternativeNameExtension([
        { type: "dns", value: "localhost" },
        { type: "ip", value: "127.0.0.1" },
      ]),
    );
  }
  if (options.attributes) {
    extensions.push(new x509.Extension(ATTRIBUTE_EXTENSION_OID, false, Buffer.from(JSON.stringify({ attrs: options.attributes }))));
  }
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${cn},OU=${options.unit ?? "client"}`,
    issuer,
    serialNumber: serial(),
    notBefore: new Date(Date.now() - DAY),
    notAfter: options.notAfter ?? new Date(Date.now() + 30 * DAY),
    publicKey: keys.publicKey as CryptoKey,
    signingKey: rootKey,
    signingAlgorithm: ALGORITHM,
    extensions,
  });
  return exported(certificate, keys.privateKey as CryptoKey);
}

async function exported(certificate: x509.X509Certificate, privateKey: CryptoKey): Promise<TestIdentity> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", privateKey));
  const keyObject = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return { certificate: certificate.toString("pem"), key: keyObject.export({ type: "pkcs8", format: "pem" }) as string, keyObject };
}
