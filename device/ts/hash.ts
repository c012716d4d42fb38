import { sha256 as digest } from "@noble/hashes/sha2";

/** SHA-256, the same in Node and browsers and without waiting (a handful of small inputs per transaction). */
export const sha256 = (bytes: Uint8Array): Uint8Array => digest(bytes);
