import { runtime } from "../../../lib/messages/runtime";
import { readCounts } from "../../../lib/store/counts";
import { database } from "../../../lib/store/db";

export const dynamic = "force-dynamic";

/**
 * `{status, ledger: {kind, height, peers: {well, known}}, projection: {height, lagBlocks}, proxy: {connected, inFlight}, counts: {readings, commits, violations, shipments, sensors}}`.
 * 200 while the product takes and shows records, also when the projection has halted (the body says so); 503 when broker, ledger or database is away.
 */
export async function GET(): Promise<Response> {
  const running = runtime();
  if (running === undefined) return answer(503, { status: "degraded", reason: "no worker in this process" });
  const health = await running.health();
  try {
    const counts = await readCounts(database());
    return answer(health.status === "degraded" ? 503 : 200, { ...health, counts });
  } catch {
    // Any failure here means one thing to whoever asks: the database cannot be read. The log of the query's owner has the rest.
    return answer(503, { ...health, status: "degraded", reason: "the database cannot be read" });
  }
}

const answer = (status: number, body: object) => Response.json(body, { status, headers: { "cache-control": "no-store" } });
