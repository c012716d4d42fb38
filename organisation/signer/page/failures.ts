/** Failures in words for people: what happened, its code, and what to do. */
import { type ErrorCode, WintersealError } from "../../../lib/messages/errors";

const ADVICE: Partial<Record<ErrorCode, string>> = {
  ENROLMENT_CODE_UNKNOWN: "This code is not known here. Check it letter by letter; it may be another organisation’s.",
  ENROLMENT_CODE_USED: "This code has been used. Ask your organisation for a new one; if it was not you who used it, say so.",
  ENROLMENT_CODE_EXPIRED: "This code has expired. Ask your organisation for a new one.",
  UNAVAILABLE: "The service cannot be reached. Nothing was sent; try again in a moment.",
  IDENTITY_EXPIRED: "Your identity has ended. Enrol this browser again with a new code.",
  CERTIFICATE_REVOKED: "Your identity was revoked by your organisation.",
};

export const asError = (cause: unknown): WintersealError =>
  cause instanceof WintersealError ? cause : new WintersealError("INTERNAL", undefined, {}, { cause });

/** One sentence about a failure. */
export function wordsOf(cause: unknown): string {
  const { code, message, facts } = asError(cause);
  if (code === "ATTEMPTS_EXCEEDED") return `Too many attempts. Try again in ${Math.ceil(Number(facts.retryAfter ?? 60) / 60)} min.`;
  return ADVICE[code] ?? `${message.endsWith(".") ? message.slice(0, -1) : message}.`;
}
