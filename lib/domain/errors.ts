/** Codes of the domain's own refusals; each is also a code of lib/messages/errors, so that they cross boundaries unchanged. */
export type DomainCode =
  | "BATCH_MALFORMED"
  | "BATCH_VERSION"
  | "BATCH_TOO_LARGE"
  | "VALUE_RANGE"
  | "TICKS_BACKWARDS"
  | "ARGUMENT_INVALID"
  | "PROFILE_UNKNOWN";

/** A refusal by a pure rule: a code for machines and words for people. */
export class DomainError extends Error {
  override readonly name = "DomainError";
  constructor(
    readonly code: DomainCode,
    message: string,
  ) {
    super(message);
  }
}
