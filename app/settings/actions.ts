"use server";

import { refresh } from "next/cache";
import { currentViewer } from "@/app/auth/session";
import { fieldsIn, numberIn, textIn } from "@/app/input";
import type { Made } from "@/components/share/secret";
import { WintersealError } from "@/lib/messages/errors";
import { database } from "@/lib/store/db";
import { createToken, type NewToken, revokeToken } from "@/lib/store/tokens";

/** Makes a token of the read API; it is told this once. */
export async function makeToken(token: NewToken): Promise<Made> {
  const viewer = await currentViewer();
  if (viewer === null) return { code: "ACCESS_DENIED", message: "Sign in first" };
  try {
    const { name, scopes, days } = fieldsIn(token);
    const asked = { name: textIn(name), scopes: Array.isArray(scopes) ? scopes : [], days: numberIn(days) };
    const secret = await createToken(database().pool, viewer, asked, Date.now());
    refresh();
    return { secret };
  } catch (error) {
    if (!(error instanceof WintersealError)) throw error;
    return { code: error.code, message: error.message, field: String(error.facts.field ?? "") };
  }
}

/** Ends a token at once. */
export async function endToken(id: string): Promise<void> {
  const viewer = await currentViewer();
  if (viewer !== null) await revokeToken(database().pool, viewer, textIn(id), Date.now());
  refresh();
}
