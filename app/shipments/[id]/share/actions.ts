"use server";

import { refresh } from "next/cache";
import { environment } from "@/app/auth/environment";
import { currentViewer } from "@/app/auth/session";
import { numberIn, textIn } from "@/app/input";
import type { Made } from "@/components/share/secret";
import { WintersealError } from "@/lib/messages/errors";
import { database } from "@/lib/store/db";
import { createShare, revokeShare } from "@/lib/store/shares";

/** Makes a guest link; its address is told this once. */
export async function makeShare(shipment: string, name: string, days: number): Promise<Made> {
  const viewer = await currentViewer();
  if (viewer === null) return { code: "ACCESS_DENIED", message: "Sign in first" };
  try {
    const secret = await createShare(
      database().pool,
      viewer,
      { shipment: textIn(shipment), name: textIn(name), days: numberIn(days) },
      Date.now(),
    );
    refresh();
    return { secret: `${environment().origins[0]}/share/${secret}` };
  } catch (error) {
    if (!(error instanceof WintersealError)) throw error;
    return { code: error.code, message: error.message, field: String(error.facts.field ?? "") };
  }
}

/** Ends a guest link at once. */
export async function endShare(id: string): Promise<void> {
  const viewer = await currentViewer();
  if (viewer !== null) await revokeShare(database().pool, viewer, textIn(id), Date.now());
  refresh();
}
