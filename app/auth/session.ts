/** The person who is signed in. Every page and route asks here; every query asks lib/access again. */
import { headers } from "next/headers";
import { cache } from "react";
import type { RevocationLists } from "@/lib/access/revocation";
import type { Viewer } from "@/lib/access/viewer";
import { WintersealError } from "@/lib/messages/errors";
import { organisationKind, ROLES } from "@/lib/messages/names";
import { database } from "@/lib/store/db";
import { noteSeen } from "@/lib/store/sessions";
import { type AuthParts, authentication, type createAuth } from "./auth";
import { siteNetwork } from "./network";

/** The viewer of this request, or null; looked up once per request. */
export const currentViewer = cache(async (): Promise<Viewer | null> => {
  const named = developmentViewer();
  if (named !== null) return named;
  return (await currentSession())?.viewer ?? null;
});

/** The session of this request with its viewer, or null; looked up once per request, and noted as used. */
export const currentSession = cache(async (): Promise<SignedIn | null> => {
  const { auth, revocation } = authentication();
  const found = await signedIn(auth, await headers(), siteNetwork, revocation);
  if (found !== null) await noteSeen(database().pool, found.sessionId);
  return found;
});

/**
 * Somebody named by `WINTERSEAL_DEV_VIEWER`, for looking at pages without a stack behind them: under `next dev` only, a production build
 * does not contain it.
 */
function developmentViewer(): Viewer | null {
  if (process.env.NODE_ENV !== "development") return null;
  const named = process.env.WINTERSEAL_DEV_VIEWER;
  return named === undefined || named === "" ? null : (JSON.parse(named) as Viewer);
}

/**
 * The viewer that a request's cookie stands for: null without a session, with one whose certificate is revoked, or when the
 * organisation's revocation list cannot be had at all.
 */
export const viewerOf = async (...asked: Parameters<typeof signedIn>): Promise<Viewer | null> => (await signedIn(...asked))?.viewer ?? null;

/** Somebody who is signed in, and the session by which. */
export interface SignedIn {
  readonly viewer: Viewer;
  readonly sessionId: string;
}

/** As {@link viewerOf}, with the session. */
export async function signedIn(
  auth: ReturnType<typeof createAuth>,
  requestHeaders: Headers,
  network: AuthParts["network"],
  revocation: RevocationLists,
): Promise<SignedIn | null> {
  const found = await auth.api.getSession({ headers: requestHeaders });
  if (found === null) return null;
  const { user, session } = found;
  const kind = organisationKind(user.mspId);
  const role = ROLES.find((known) => known === user.role);
  const organisation = (await network()).organisations.find(({ mspId }) => mspId === user.mspId);
  if (kind === undefined || role === undefined || organisation === undefined) return null;
  if (await isRevoked(revocation, organisation, session.serial ?? "")) return null;
  return { viewer: { userId: user.id, mspId: user.mspId, kind, role, name: user.name }, sessionId: session.id };
}

/** Whether the certificate that somebody made a token or a guest link with still stands. */
export async function stillStands(mspId: string, serial: string): Promise<boolean> {
  const organisation = (await siteNetwork()).organisations.find((it) => it.mspId === mspId);
  return organisation !== undefined && !(await isRevoked(authentication().revocation, organisation, serial));
}

async function isRevoked(
  lists: RevocationLists,
  organisation: Parameters<RevocationLists["isRevoked"]>[0],
  serial: string,
): Promise<boolean> {
  if (serial === "") return true;
  try {
    return await lists.isRevoked(organisation, serial);
  } catch (error) {
    if (error instanceof WintersealError) return true;
    throw error;
  }
}
