/** What an administrator's key signs to list, make or withdraw enrolment codes of the own organisation: one text, once. */
import * as z from "zod";

/** A Fabric proposal begins with byte 0x0a and a sign-in with another first line: none can stand for another. */
export const INVITATIONS_DOMAIN = "winterseal/invitations/1";

export const INVITATION_DAYS = { least: 1, most: 14 } as const;

export const invitationActionSchema = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("list") }),
  z.strictObject({
    do: z.literal("invite"),
    login: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,31}$/, "1 to 32 of a to z, 0 to 9, dot, hyphen; a letter or digit first"),
    name: z.string().trim().min(1, "A name").max(64),
    /** `own`: what the organisation is. */
    role: z.enum(["own", "auditor"]),
    administrator: z.boolean(),
    days: z.int().min(INVITATION_DAYS.least).max(INVITATION_DAYS.most),
  }),
  z.strictObject({ do: z.literal("withdraw"), id: z.string().regex(/^[0-9a-f]{16}$/) }),
]);
export type InvitationAction = z.infer<typeof invitationActionSchema>;

const requestSchema = z.strictObject({
  organisation: z.string().max(32),
  nonce: z.string().regex(/^[0-9a-f]{32}$/),
  /** ms UTC */
  at: z.int(),
  action: invitationActionSchema,
});
export type InvitationRequest = z.infer<typeof requestSchema>;

export const formatInvitationRequest = (request: InvitationRequest): string => `${INVITATIONS_DOMAIN}\n${JSON.stringify(request)}`;

/** Reads what {@link formatInvitationRequest} wrote; the reason, with its field, when it is something else. */
export function parseInvitationRequest(text: string): InvitationRequest | { readonly wrong: string; readonly field: string } {
  const [domain, json, ...rest] = text.split("\n");
  if (domain !== INVITATIONS_DOMAIN || json === undefined || rest.length > 0) return { wrong: "it is no such request", field: "text" };
  const parsed = requestSchema.safeParse(tryJson(json));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return { wrong: issue?.message ?? "malformed", field: issue?.path.at(-1)?.toString() ?? "text" };
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
