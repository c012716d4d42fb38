import { redirect } from "next/navigation";
import { currentViewer } from "@/app/auth/session";
import type { Viewer } from "@/lib/access/viewer";

/** The viewer of a page that needs one; everyone else is sent to sign in and comes back to `path`. */
export async function pageViewer(path: string): Promise<Viewer> {
  const viewer = await currentViewer();
  if (viewer === null) redirect(path === "/" ? "/sign-in" : `/sign-in?to=${encodeURIComponent(path)}`);
  return viewer;
}
