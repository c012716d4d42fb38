import { lowS } from "./der";
import type { Signer } from "./signer";

/**
 * A signer over a WebCrypto key, which should be made non-extractable.
 * About half of WebCrypto's signatures have high S; they are turned low here.
 */
export function webSigner(identity: { mspId: string; certificate: string }, key: CryptoKey, subtle: SubtleCrypto = crypto.subtle): Signer {
  return {
    ...identity,
    async sign(message) {
      const raw = await subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, new Uint8Array(message));
      return lowS(new Uint8Array(raw));
    },
  };
}
