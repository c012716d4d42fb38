import "reflect-metadata";
import { createHash, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

/** What a device's certificate request (PKCS #10, RFC 2986) says. A preview for people: the certificate authority reads it again itself. */
export interface CertificateRequest {
  /** Common name: the sensor's id. */
  readonly commonName: string;
  /** SHA-256 of the public key's SubjectPublicKeyInfo, hex. */
  readonly thumbprint: string;
  /** P-256, the only curve that Fabric's identities here use. */
  readonly isP256: boolean;
  /** The request is signed with the private key of the public key in it. */
  readonly isProven: boolean;
}

const LONGEST = 16_384;

/** @returns null when the text is no certificate request in PEM */
export async function readCertificateRequest(pem: string): Promise<CertificateRequest | null> {
  if (pem.length > LONGEST) return null;
  const request = parse(pem);
  if (request === null) return null;
  const algorithm = request.publicKey.algorithm as { readonly name: string; readonly namedCurve?: string };
  return {
    commonName: request.subjectName.getField("CN")[0] ?? "",
    thumbprint: createHash("sha256").update(new Uint8Array(request.publicKey.rawData)).digest("hex"),
    isP256: algorithm.name === "ECDSA" && algorithm.namedCurve === "P-256",
    isProven: await request.verify(webcrypto as Crypto).catch(isBroken),
  };
}

/** A key or signature that cannot even be read proves nothing. */
const isBroken = (): boolean => false;

function parse(pem: string): x509.Pkcs10CertificateRequest | null {
  try {
    return new x509.Pkcs10CertificateRequest(pem);
  } catch {
    // The library throws whatever its ASN.1 reader meets; all of it means the same here.
    return null;
  }
}
