/** What was found in a certificate request, and about it on the ledger. */
export interface RequestFindings {
  readonly sensor: string;
  readonly thumbprint: string;
  readonly isProven: boolean;
  readonly isP256: boolean;
  readonly isIdValid: boolean;
  /** The sensor stands on the ledger already: its identity would be renewed. */
  readonly known: { readonly model: string; readonly owner: string; readonly ownerName: string; readonly sameKey: boolean } | null;
  /** Registered by another authority, or revoked: nothing can be issued. */
  readonly barred: "foreign" | "revoked" | null;
  /** Another sensor that uses this key. */
  readonly keyOf: string | null;
  /** Nothing speaks against it. */
  readonly usable: boolean;
}
