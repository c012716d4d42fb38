/** X.509 certificates as identities: parsed once, the key kept as a `KeyObject`. */
import { type KeyObject, X509Certificate } from "node:crypto";

export interface Certificate {
  readonly pem: string;
  readonly x509: X509Certificate;
  readonly publicKey: KeyObject;
  /** Upper-case hex without leading zeros. */
  readonly serial: string;
  /** ms UTC. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Organisational units of the subject, in order. */
  readonly units: readonly string[];
}

const PEM_START = "-----BEGIN CERTIFICATE-----";

function organisationalUnits(subject: string): string[] {
  return subject
    .split("\n")
    .flatMap((line) => line.split(" + "))
    .filter((part) => part.startsWith("OU="))
    .map((part) => part.slice(3));
}

/** End of the certificate, ms UTC; undefined if the bytes are no certificate at all. Who issued it and with which key is not asked. */
export function certificateEnd(pem: string): number | undefined {
  try {
    return Date.parse(new X509Certificate(pem).validTo);
  } catch {
    return undefined; // Not a certificate: it has no end, and others will refuse it.
  }
}

/** Serial numbers in one form, whatever wrote them: upper-case hex without leading zeros. */
export function normalSerial(hex: string): string {
  const digits = hex.toUpperCase().replace(/^0+/, "");
  return digits === "" ? "0" : digits;
}

/**
 * Parses one PEM certificate with a P-256 key.
 * @throws Error saying what is wrong with it.
 */
export function parseCertificate(pem: string): Certificate {
  if (!pem.startsWith(PEM_START)) throw new Error("not a PEM certificate");
  const x509 = new X509Certificate(pem);
  const publicKey = x509.publicKey;
  if (publicKey.asymmetricKeyType !== "ec" || publicKey.asymmetricKeyDetails?.namedCurve !== "prime256v1") {
    throw new Error("the certificate's key is not ECDSA P-256");
  }
  return {
    pem,
    x509,
    publicKey,
    serial: normalSerial(x509.serialNumber),
    notBefore: Date.parse(x509.validFrom),
    notAfter: Date.parse(x509.validTo),
    units: organisationalUnits(x509.subject),
  };
}
