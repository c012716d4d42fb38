import type { Crypto } from "./crypto";

const ECDSA = { name: "ECDSA", hash: "SHA-256" } as const;
const P256 = { name: "ECDSA", namedCurve: "P-256" } as const;

/** {@link Crypto} by WebCrypto, in a browser or in Node. */
export function webCrypto(subtle: SubtleCrypto = crypto.subtle): Crypto {
  return {
    async verify(spki, message, signature) {
      const key = await subtle.importKey("spki", new Uint8Array(spki), P256, false, ["verify"]);
      return subtle.verify(ECDSA, key, new Uint8Array(signature), new Uint8Array(message));
    },
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  };
}
