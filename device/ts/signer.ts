/** A private key that stays where it is used: in a file, a token, a TPM or a browser's key store. */
export interface Signer {
  /** Membership service provider of the certificate's issuer. */
  readonly mspId: string;
  /** Identity certificate, PEM, exactly as it goes into the creator field. */
  readonly certificate: string;
  /**
   * ECDSA P-256 over SHA-256(message).
   * @param message what is signed, never a digest: a signer hashes itself what its owner formed
   * @returns raw 64 bytes r ‖ s with low S (s ≤ n/2): peers refuse the other half
   */
  sign(message: Uint8Array): Promise<Uint8Array>;
}
