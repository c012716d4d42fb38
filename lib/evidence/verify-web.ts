import type { Crypto } from "../../device/ts/crypto";

const ECDSA = { name: "ECDSA", hash: "SHA-256" } as const;
const P256 = { name: "ECDSA", namedCurve: "P-256" } as const;

/** ECDSA by WebCrypto, in browsers and in Node. A key is imported once for as long as its certificate's own bytes live. */
export function webVerify(subtle: SubtleCrypto = crypto.subtle): Crypto["verify"] {
  const keys = new WeakMap<Uint8Array, Promise<CryptoKey>>();
  return async (spki, message, signature) => {
    const known = keys.get(spki);
    const key = known ?? subtle.importKey("spki", new Uint8Array(spki), P256, false, ["verify"]);
    if (!known) keys.set(spki, key);
    return subtle.verify(ECDSA, await key, new Uint8Array(signature), new Uint8Array(message));
  };
}
