/** Identities for tests: a P-256 key and a certificate of its own, made by a library that is not under test. */
import "reflect-metadata";
import { createPrivateKey, type KeyObject, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { Signer } from "../signer";
import { keySigner } from "../signer-node";

x509.cryptoProvider.set(webcrypto as unknown as Crypto);

export interface Party {
  readonly mspId: string;
  readonly certificate: string;
  /** PEM, PKCS#8 */
  readonly privateKey: string;
  readonly key: KeyObject;
  readonly signer: Signer;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

export async function createParty(mspId: string, commonName: string): Promise<Party> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${commonName}, OU=client, O=${mspId}`,
    notBefore: new Date("2026-01-01T00:00:00Z"),
    notAfter: new Date("2027-01-01T00:00:00Z"),
    keys: keys as unknown as CryptoKeyPair,
    signingAlgorithm: ALGORITHM,
  });
  const key = createPrivateKey({
    key: Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)),
    format: "der",
    type: "pkcs8",
  });
  const pem = `${certificate.toString("pem")}\n`;
  const privateKey = key.export({ format: "pem", type: "pkcs8" }).toString();
  return { mspId, certificate: pem, privateKey, key, signer: keySigner(mspId, pem, privateKey) };
}

/** Another certificate for a party's key, as an authority gives before the old one ends. */
export async function renewedCertificate({ mspId, key, certificate }: Party): Promise<string> {
  const pkcs8 = key.export({ format: "der", type: "pkcs8" });
  const privateKey = await webcrypto.subtle.importKey("pkcs8", pkcs8, ALGORITHM, true, ["sign"]);
  const renewed = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=renewed, OU=client, O=${mspId}`,
    notBefore: new Date("2026-11-01T00:00:00Z"),
    notAfter: new Date("2028-01-01T00:00:00Z"),
    keys: { privateKey, publicKey: await new x509.X509Certificate(certificate).publicKey.export() } as unknown as CryptoKeyPair,
    signingAlgorithm: ALGORITHM,
  });
  return `${renewed.toString("pem")}\n`;
}
