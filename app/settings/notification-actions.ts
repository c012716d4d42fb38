"use server";

import { randomInt } from "node:crypto";
import { refresh } from "next/cache";
import { currentViewer } from "@/app/auth/session";
import { textIn } from "@/app/input";
import type { Made } from "@/components/share/secret";
import type { Viewer } from "@/lib/access/viewer";
import { type ErrorCode, WintersealError } from "@/lib/messages/errors";
import { parseAddress, parseChoices } from "@/lib/notify/choices";
import { sendMail } from "@/lib/notify/mail";
import { seal } from "@/lib/notify/sealed";
import { notifySettings } from "@/lib/notify/settings";
import { webhookUrl } from "@/lib/notify/webhook";
import { database } from "@/lib/store/db";
import { askEmail, confirmEmail, removeEmail, saveChoices, setWebhook } from "@/lib/store/notification-settings";
import { markRead, sendAgain } from "@/lib/store/notifications";
import { newSecret } from "@/lib/store/secret";

/** Null: it was done. Otherwise why not, with the field where it is about one. */
export type Refused = { readonly code: ErrorCode; readonly message: string; readonly field?: string } | null;

const STRANGER = { code: "ACCESS_DENIED", message: "Sign in first" } as const;

async function asViewer(work: (viewer: Viewer) => Promise<void>): Promise<Refused> {
  const viewer = await currentViewer();
  if (viewer === null) return STRANGER;
  try {
    await work(viewer);
  } catch (error) {
    if (!(error instanceof WintersealError)) throw error;
    return { code: error.code, message: error.message, field: String(error.facts.field ?? "") };
  }
  refresh();
  return null;
}

/** Keeps what the viewer wants to be told, where and when. */
export async function chooseNotifications(choices: unknown): Promise<Refused> {
  return asViewer((viewer) => saveChoices(database().pool, viewer, parseChoices(choices)));
}

/** Sends a code to an address, so that nobody is written to who did not ask for it. */
export async function askForEmail(address: unknown): Promise<Refused> {
  return asViewer(async (viewer) => {
    const { mail, origin } = notifySettings(process.env);
    if (mail === null) throw new WintersealError("UNAVAILABLE", "This site has no mail server (WINTERSEAL_SMTP_URL)", { field: "email" });
    const to = parseAddress(address);
    const code = String(randomInt(1_000_000)).padStart(6, "0");
    const now = Date.now();
    await askEmail(database().pool, viewer, to, code, now);
    const text = `${code}\n\nType this code on ${origin}/settings to have notifications sent here. It works for 15 minutes.\nIf you did not ask for it, do nothing.\n`;
    await sendMail(mail, { to, subject: "Code for your notifications", text, about: [viewer.userId, String(now)] });
  });
}

export async function confirmEmailCode(code: unknown): Promise<Refused> {
  const text = typeof code === "string" ? code.replace(/\s/g, "").slice(0, 20) : "";
  return asViewer((viewer) => confirmEmail(database().pool, viewer, text, Date.now()));
}

export async function takeEmailAway(): Promise<Refused> {
  return asViewer((viewer) => removeEmail(database().pool, viewer));
}

/** Sets where the viewer's webhook goes. Its secret is made here and told this once. */
export async function makeWebhook(url: unknown): Promise<Made> {
  const secret = `whsec_${newSecret()}`;
  const refused = await asViewer(async (viewer) => {
    const { webhookHosts, sealing } = notifySettings(process.env);
    const address = webhookUrl(typeof url === "string" ? url.trim() : "", webhookHosts).href;
    await setWebhook(database().pool, viewer, { url: address, sealed: seal(secret, viewer.userId, sealing) });
  });
  return refused ?? { secret };
}

export async function takeWebhookAway(): Promise<Refused> {
  return asViewer((viewer) => setWebhook(database().pool, viewer, null));
}

/** Sends a delivery again that was given up. */
export async function sendOnceMore(id: unknown): Promise<Refused> {
  return asViewer(async (viewer) => {
    if (!(await sendAgain(database().pool, viewer, textIn(id), Date.now())))
      throw new WintersealError("ARGUMENT_INVALID", "It is not given up any more");
  });
}

/** Marks one notification as read, or all that were told until now. */
export async function readNotifications(id: unknown): Promise<Refused> {
  return asViewer((viewer) => markRead(database().pool, viewer, id === null ? null : textIn(id), Date.now()));
}
