/** What a form sent is whatever somebody sent: server actions take it apart here before anything else sees it. */

/** Text; what is none, or holds a character that no database keeps, counts as empty. */
export const textIn = (value: unknown): string => (typeof value === "string" && !value.includes("\u0000") ? value : "");

export const numberIn = (value: unknown): number => (typeof value === "number" ? value : Number.NaN);

/** Fields of an object; none for anything else. */
export const fieldsIn = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
