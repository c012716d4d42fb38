"use server";

import { refresh } from "next/cache";
import { currentSession } from "@/app/auth/session";
import { textIn } from "@/app/input";
import { database } from "@/lib/store/db";
import { endOtherSessions, endSession } from "@/lib/store/sessions";

/** Ends one of the viewer's sessions in another browser. What is not theirs stays as it is. */
export async function endOneSession(id: unknown): Promise<void> {
  const session = await currentSession();
  if (session !== null && id !== session.sessionId) await endSession(database().pool, session.viewer, textIn(id));
  refresh();
}

/** Ends every session of the viewer's but this one. */
export async function endEveryOtherSession(): Promise<void> {
  const session = await currentSession();
  if (session !== null) await endOtherSessions(database().pool, session.viewer, session.sessionId);
  refresh();
}
