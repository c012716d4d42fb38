import { setTimeout as sleep } from "node:timers/promises";
import type { NextRequest } from "next/server";
import { currentSession, currentViewer } from "@/app/auth/session";
import { LIVE_EVENTS, LIVE_LENGTH, LIVE_PING, type LiveNotice } from "@/components/live/message";
import type { Viewer } from "@/lib/access/viewer";
import { type Database, database } from "@/lib/store/db";
import { checkpoint } from "@/lib/store/ledger";
import { liveHub } from "@/lib/store/live";
import type { Notice } from "@/lib/store/notice";
import { visibleSensors } from "@/lib/store/sensors";
import { sessionStands } from "@/lib/store/sessions";
import { visibleShipments } from "@/lib/store/shipments";

export const dynamic = "force-dynamic";

/** Blocks that come closer together than this reach a page as one notice, ms. */
const PACE = 200;

/**
 * Server-sent events: what is committed, as far as the viewer may see it. Ends when the browser goes, and after a while by itself, so that
 * a session that was signed out or whose key was revoked does not go on listening.
 */
export async function GET(request: NextRequest): Promise<Response> {
  const session = await currentSession();
  // A viewer without a session exists in development alone.
  const viewer = session?.viewer ?? (await currentViewer());
  if (viewer === null) return new Response("Sign in to follow what is committed", { status: 401 });
  const ended = new AbortController();
  const end = () => ended.abort();
  let gone = false;
  const leave = () => {
    gone = true;
    end();
  };
  request.signal.addEventListener("abort", leave, { once: true });
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async start(stream) {
      const send = (event: string, data: unknown) => {
        if (!ended.signal.aborted) stream.enqueue(encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
      };
      // A session that was ended, here or elsewhere, hears nothing more: asked when its person is named, and at each sign of life.
      const check = async () => {
        if (session === null || ended.signal.aborted || (await sessionStands(database().pool, session.sessionId))) return;
        send(LIVE_EVENTS.over, {});
        end();
      };
      const ping = setInterval(() => {
        send(LIVE_EVENTS.ping, {});
        check().catch(ignoreUnknown);
      }, LIVE_PING);
      const unsubscribe = liveHub().subscribe(({ people }) => {
        if (people?.includes(viewer.userId)) check().catch(ignoreUnknown);
      });
      const length = setTimeout(() => {
        send(LIVE_EVENTS.again, {});
        end();
      }, LIVE_LENGTH);
      try {
        await follow(database(), viewer, ended.signal, send);
      } finally {
        clearInterval(ping);
        unsubscribe();
        clearTimeout(length);
        if (!gone) stream.close();
      }
    },
    cancel: leave,
  });
  return new Response(body, {
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache, no-transform", "x-accel-buffering": "no" },
  });
}

async function follow(
  { pool }: Database,
  viewer: Viewer,
  signal: AbortSignal,
  send: (event: string, data: LiveNotice) => void,
): Promise<void> {
  const notices = liveHub().notices(signal);
  // Subscribed first, asked second: a block committed in between is told twice rather than never.
  const first = notices.next();
  send(LIVE_EVENTS.hello, { ...(await standing(pool)), shipments: [], sensors: [] });
  for (let step = await first; !step.done && !signal.aborted; step = await notices.next()) {
    if (!concernsOthersAlone(step.value, viewer)) send(LIVE_EVENTS.block, await visible(pool, viewer, step.value));
    await sleep(PACE, undefined, { signal }).catch(ignoreAbort);
  }
}

/** Nothing was committed, and it was other people who were told something. */
const concernsOthersAlone = ({ block, shipments, sensors, people }: Notice, { userId }: Viewer): boolean =>
  block === null && shipments?.length === 0 && sensors?.length === 0 && people?.includes(userId) !== true;

async function visible(pool: Database["pool"], viewer: Viewer, { block, shipments, sensors, people }: Notice): Promise<LiveNotice> {
  const [seenShipments, seenSensors] = await Promise.all([
    shipments && visibleShipments(pool, viewer, shipments),
    sensors && visibleSensors(pool, viewer, sensors),
  ]);
  // Nothing is applied after a halt: a notice that names a block comes from a record that goes on.
  const at = block === null ? await standing(pool) : { block, halted: false };
  // Notices that may have been missed may have been about the inbox too.
  const inbox = shipments === null || people?.includes(viewer.userId);
  return { ...at, shipments: seenShipments, sensors: seenSensors, ...(inbox ? { inbox } : {}) };
}

async function standing(pool: Database["pool"]): Promise<Pick<LiveNotice, "block" | "halted">> {
  const point = await checkpoint(pool);
  return { block: point?.block ?? 0, halted: (point?.halt ?? null) !== null };
}

/** The database is away: asked again at the next sign of life. */
const ignoreUnknown = (): void => undefined;

/** The loop's own condition ends it. */
const ignoreAbort = (): void => undefined;
