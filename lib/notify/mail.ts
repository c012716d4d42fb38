/** E-mail: plain text that says the facts and where to look. */
import { createHash } from "node:crypto";
import { createTransport } from "nodemailer";
import { WintersealError } from "../messages/errors";
import type { MailServer } from "./settings";
import type { Said } from "./words";

const DEADLINE_MS = 15_000;

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** What makes a message the same one when it has to be sent again. */
  readonly about: readonly string[];
}

/** Hands one message to the mail server. @throws WintersealError UNAVAILABLE with what the server said */
export async function sendMail({ url, from }: MailServer, { to, subject, text, about }: Mail): Promise<void> {
  const transport = createTransport({
    url,
    connectionTimeout: DEADLINE_MS,
    greetingTimeout: DEADLINE_MS,
    socketTimeout: DEADLINE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const digest = createHash("sha256")
    .update([...about].sort().join("\n"))
    .digest("hex")
    .slice(0, 40);
  const messageId = `<${digest}@${/@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? "winterseal.invalid"}>`;
  try {
    const headers = { "auto-submitted": "auto-generated" };
    await transport.sendMail({ from, to: { name: "", address: to }, subject: oneLine(subject), text, messageId, headers });
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new WintersealError("UNAVAILABLE", `The mail server did not take it: ${oneLine(said).slice(0, 160)}`, {}, { cause });
  } finally {
    transport.close();
  }
}

const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();

/** One message about one event or several. */
export function noticeMail(to: string, origin: string, said: readonly (Said & { readonly id: string })[]): Mail {
  const [first] = said;
  const subject = said.length === 1 && first ? first.title : `${said.length} notices: ${first?.title ?? ""}`;
  const parts = said.map(({ title, text, path }) => `${oneLine(title)}\n${oneLine(text)}\n${origin}${path}`);
  const end = `What you are told and how is yours to choose: ${origin}/settings\nThe ledger decides, not this message: look at the page, or check the evidence.`;
  return { to, subject: subject.slice(0, 200), text: `${parts.join("\n\n")}\n\n--\n${end}\n`, about: said.map(({ id }) => id) };
}
