import type { ErrorCode } from "@/lib/messages/errors";

/** Why something was not done, with the field where it is about one; null when it was. */
export type Refusal = { readonly code: ErrorCode; readonly message: string; readonly field?: string } | null;
