import { redirect } from "next/navigation";
import { cache } from "react";
import { currentViewer } from "@/app/auth/session";
import type { Viewer } from "@/lib/access/viewer";
import { database } from "@/lib/store/db";
import { checkpoint } from "@/lib/store/ledger";

/** The viewer of a page that needs one; everyone else is sent to sign in and comes back to `path`. */
export async function pageViewer(path: string): Promise<Viewer> {
  // Every page asks here before it reads anything, so what it reads is as of that block or later.
  const [viewer] = await Promise.all([currentViewer(), renderedBlock()]);
  if (viewer === null) redirect(path === "/" ? "/sign-in" : `/sign-in?to=${encodeURIComponent(path)}`);
  return viewer;
}

/** How far the record had come when this page began to be rendered; null before the first block. Asked once per request. */
export const renderedAt = cache(() => checkpoint(database().pool));

/** The newest block that the database held when this page began to be rendered; -1 before the first. */
export const renderedBlock = async (): Promise<number> => (await renderedAt())?.block ?? -1;
