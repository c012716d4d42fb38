import { runtime } from "../../../lib/messages/runtime";

export const dynamic = "force-dynamic";

/** Figures of the worker in this process, as Prometheus text. */
export async function GET(): Promise<Response> {
  const running = runtime();
  if (running === undefined) return new Response("no worker in this process\n", { status: 503 });
  const { text, contentType } = await running.metrics();
  return new Response(text, { headers: { "content-type": contentType, "cache-control": "no-store" } });
}
