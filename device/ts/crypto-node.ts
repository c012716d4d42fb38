import { createPublicKey, type KeyObject, randomBytes, verify } from "node:crypto";
import { toHex } from "./bytes";
import type { Crypto } from "./crypto";

/** Keys of endorsers are few and come from configuration; this bound only stops a mistake from growing. */
const MAX_KEYS = 64;

/** {@link Crypto} by OpenSSL. Key objects are kept: parsing a key costs more than checking a signature. */
export function nodeCrypto(): Crypto {
  const keys = new Map<string, KeyObject>();
  const keyOf = (spki: Uint8Array): KeyObject => {
    const name = toHex(spki);
    const known = keys.get(name);
    if (known !== undefined) return known;
    const key = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
    if (keys.size >= MAX_KEYS) keys.clear();
    keys.set(name, key);
    return key;
  };
  return {
    verify: async (spki, message, signature) => verify("sha256", message, { key: keyOf(spki), dsaEncoding: "ieee-p1363" }, signature),
    random: (length) => new Uint8Array(randomBytes(length)),
  };
}
