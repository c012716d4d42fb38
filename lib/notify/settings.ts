/** What notifications read from the environment. Without a mail server everything else works, and /settings says what to set. */
import * as z from "zod";

const HOST_PORT = /^[A-Za-z0-9.:[\]-]+:\d{1,5}$/;

const schema = z.object({
  /** `smtp://user:password@host:587`, or `smtps://…:465`. */
  WINTERSEAL_SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/\S+$/, "must begin with smtp:// or smtps://")
    .optional(),
  WINTERSEAL_MAIL_FROM: z.string().min(3).max(200).optional(),
  WINTERSEAL_WEBHOOK_HOSTS: z
    .string()
    .default("")
    .transform((text) =>
      text
        .split(",")
        .map((part) => part.trim().toLowerCase())
        .filter(Boolean),
    )
    .refine((hosts) => hosts.every((host) => HOST_PORT.test(host)), "must be host:port, comma-separated"),
  WINTERSEAL_ORIGIN: z.string().default("http://localhost:4100"),
  BETTER_AUTH_SECRET: z.string().min(32).optional(),
});

export interface MailServer {
  readonly url: string;
  readonly from: string;
}

export interface NotifySettings {
  /** Null: no mail server is configured. */
  readonly mail: MailServer | null;
  /** `host:port` that webhooks may name although they are private, or plain HTTP. */
  readonly webhookHosts: readonly string[];
  /** The site's public origin, which links begin with. */
  readonly origin: string;
  /** What the webhooks' secrets are sealed with, so that a copy of the database does not hold them. */
  readonly sealing: string;
}

/** @throws TypeError that names the variable and what it must be */
export function notifySettings(env: NodeJS.ProcessEnv): NotifySettings {
  const result = schema.safeParse(env);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new TypeError(`${issue?.path.join(".") ?? "environment"} ${issue?.message ?? "is malformed"}`);
  }
  const { WINTERSEAL_SMTP_URL: url, WINTERSEAL_MAIL_FROM, WINTERSEAL_WEBHOOK_HOSTS, WINTERSEAL_ORIGIN, BETTER_AUTH_SECRET } = result.data;
  const origin = new URL(WINTERSEAL_ORIGIN.split(",")[0]?.trim() ?? "").origin;
  const from = WINTERSEAL_MAIL_FROM ?? `Winterseal <winterseal@${new URL(origin).hostname}>`;
  return {
    mail: url === undefined ? null : { url, from },
    webhookHosts: WINTERSEAL_WEBHOOK_HOSTS,
    origin,
    sealing: BETTER_AUTH_SECRET ?? "",
  };
}
