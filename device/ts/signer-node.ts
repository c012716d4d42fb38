import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { WintersealError } from "../../lib/messages/errors";
import { equal } from "./bytes";
import { readCertificate } from "./certificate";
import { lowS } from "./der";
import type { Signer } from "./signer";

/**
 * A signer over a private key in a file (PEM, PKCS#8 or SEC 1).
 * @throws WintersealError KEY_MISMATCH when the certificate is for another key
 */
export function keySigner(mspId: string, certificate: string, privateKey: string): Signer {
  const key = createPrivateKey(privateKey);
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  if (!equal(spki, readCertificate(certificate).spki)) throw new WintersealError("KEY_MISMATCH");
  return {
    mspId,
    certificate,
    sign: async (message) => lowS(new Uint8Array(sign("sha256", message, { key, dsaEncoding: "ieee-p1363" }))),
  };
}

/** Reads `cert.pem` and `key.pem` of a device's or person's folder. @throws WintersealError KEY_MISMATCH */
export async function loadSigner(mspId: string, folder: string): Promise<Signer> {
  const [certificate, key] = await Promise.all(["cert.pem", "key.pem"].map((file) => readFile(path.join(folder, file), "utf8")));
  return keySigner(mspId, certificate ?? "", key ?? "");
}
