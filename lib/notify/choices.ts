/** What a person may choose, read from whatever a form sends. */
import * as z from "zod";
import { DEFAULT_RULE, isGrave, MAIL_PACES, NOTIFY_KINDS } from "../domain/notifications";
import { WintersealError } from "../messages/errors";
import type { Choices } from "../store/notification-settings";
import { isZone, MOST_QUIET, quietLength } from "./timing";

const clock = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "A time of day, for instance 07:30")
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)));

const rule = z.strictObject({ app: z.boolean(), email: z.enum(MAIL_PACES), webhook: z.boolean() });

const schema = z.strictObject({
  rules: z.strictObject(Object.fromEntries(NOTIFY_KINDS.map((kind) => [kind, rule])) as Record<(typeof NOTIFY_KINDS)[number], typeof rule>),
  zone: z.string().max(64).refine(isZone, "A time zone by its name, for instance Europe/Zurich"),
  quiet: z.nullable(z.strictObject({ from: clock, to: clock })),
  digest: clock,
});

/** As a form sends it: times of day as "07:30". */
export type ChoicesInput = z.input<typeof schema>;

/** @throws WintersealError ARGUMENT_INVALID with the field */
export function parseChoices(value: unknown): Choices {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new WintersealError("ARGUMENT_INVALID", issue?.message ?? "It cannot be read", { field: issue?.path.join(".") ?? "" });
  }
  const { rules, quiet, zone, digest } = parsed.data;
  if (quiet !== null && (quietLength(quiet) === 0 || quietLength(quiet) > MOST_QUIET))
    throw new WintersealError("ARGUMENT_INVALID", `Quiet hours last at most ${MOST_QUIET / 60} hours`, { field: "quiet.to" });
  for (const kind of NOTIFY_KINDS)
    if (isGrave(kind) && (rules[kind] ?? DEFAULT_RULE).email === "digest")
      throw new WintersealError("ARGUMENT_INVALID", "This is told at once or not at all", { field: `rules.${kind}.email` });
  return { rules, quiet, zone, digest };
}

/** "07:30" */
export const clockOf = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

const address = z.email("An e-mail address, for instance lena@example.com").max(254);

/** @throws WintersealError ARGUMENT_INVALID with the field */
export function parseAddress(value: unknown): string {
  const parsed = address.safeParse(typeof value === "string" ? value.trim() : value);
  if (parsed.success) return parsed.data;
  throw new WintersealError("ARGUMENT_INVALID", "An e-mail address, for instance lena@example.com", { field: "email" });
}
