import type { Viewer } from "@/lib/access/viewer";

/** The person who is signed in. Placeholder of the frame until sign-in lands: nobody is, except a viewer named for development. */
export async function currentViewer(): Promise<Viewer | null> {
  if (process.env.NODE_ENV !== "development") return null;
  const named = process.env.WINTERSEAL_DEV_VIEWER;
  return named ? (JSON.parse(named) as Viewer) : null;
}
