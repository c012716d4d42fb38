/** What the light client needs of cryptography beside its own signer. */
export interface Crypto {
  /**
   * Verifies ECDSA P-256 over SHA-256(message).
   * @param spki the key, DER SubjectPublicKeyInfo
   * @param signature raw 64 bytes r ‖ s
   */
  verify(spki: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>;
  /** Random bytes that nobody can guess. */
  random(length: number): Uint8Array;
}
