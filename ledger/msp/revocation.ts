/** Certificate revocation lists. */
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { readFile } from "node:fs/promises";
import { X509Certificate, X509Crl } from "@peculiar/x509";
import { type Certificate, normalSerial } from "./certificate";

/** Writers disagree on the label: openssl says `X509 CRL`, @peculiar/x509 says `CRL`. */
const CRL_BLOCK = /-----BEGIN (?:X509 )?CRL-----([\s\S]*?)-----END (?:X509 )?CRL-----/g;

/**
 * Serial numbers that the lists in a PEM file revoke.
 * @throws Error naming the file, if it holds no list or `issuer` did not sign one of them.
 */
export async function readRevokedSerials(file: string, issuer: Certificate): Promise<string[]> {
  const text = await readFile(file, "utf8");
  const lists = [...text.matchAll(CRL_BLOCK)].map((match) => new X509Crl(Buffer.from(match[1] ?? "", "base64")));
  if (lists.length === 0) throw new Error(`${file}: no certificate revocation list in it`);
  const publicKey = new X509Certificate(issuer.pem);
  for (const list of lists) {
    if (!(await list.verify({ publicKey }, webcrypto as Crypto)))
      throw new Error(`${file}: the revocation list was not signed by the organisation's root`);
  }
  return lists.flatMap((list) => list.entries.map((entry) => normalSerial(entry.serialNumber)));
}
