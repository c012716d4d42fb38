import { createPublicKey, type KeyObject, verify } from "node:crypto";
import type { TransactionRules } from "../evidence/verify-transaction";

/** ECDSA by OpenSSL. Parsing a key costs more than checking a signature, so it lives as long as the certificate's own key bytes do. */
export function nodeVerify(): TransactionRules["verify"] {
  const keys = new WeakMap<Uint8Array, KeyObject>();
  const keyOf = (spki: Uint8Array): KeyObject => {
    const known = keys.get(spki);
    if (known) return known;
    const key = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
    keys.set(spki, key);
    return key;
  };
  return (spki, message, signature) =>
    new Promise((resolve, reject) => {
      // With a callback the work is done by the thread pool: this process serves pages too.
      verify("sha256", message, { key: keyOf(spki), dsaEncoding: "ieee-p1363" }, signature, (error, result) =>
        error ? reject(error) : resolve(result),
      );
    });
}
