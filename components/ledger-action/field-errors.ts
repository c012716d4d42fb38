import { type StatementName, statements } from "@/lib/messages/statements";

/** Reasons beside fields, by path: `title`, `calibration.number`. */
export type FieldErrors = Readonly<Record<string, string>>;

/** What a field takes, in words, where the schema's own limits do not say it. */
export type FieldWords = Readonly<Record<string, string>>;

interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly maximum?: number | bigint;
  readonly minimum?: number | bigint;
  readonly origin?: string;
}

/**
 * Checks a statement by the schema that the contract itself uses.
 * @param words for fields whose rule is a pattern, what they take
 * @returns no entry for a field that can stay as it is
 */
export function fieldErrors(name: StatementName, statement: unknown, words: FieldWords = {}): FieldErrors {
  const parsed = statements[name].safeParse(statement);
  if (parsed.success) return {};
  const errors: Record<string, string> = {};
  for (const issue of parsed.error.issues as readonly Issue[]) {
    const path = issue.path.join(".");
    errors[path] ??= reasonOf(issue, words[path]);
  }
  return errors;
}

function reasonOf(issue: Issue, words: string | undefined): string {
  if (issue.code === "too_small" && issue.origin === "string") return "This is needed";
  if (issue.code === "too_big" && issue.origin === "string") return `At most ${issue.maximum} characters`;
  if (issue.code === "custom" && issue.origin === undefined && words === undefined) return "It holds a character that cannot be recorded";
  if (words) return words;
  if (issue.code === "too_small") return `At least ${issue.minimum}`;
  if (issue.code === "too_big") return `At most ${issue.maximum}`;
  return "This is needed";
}
