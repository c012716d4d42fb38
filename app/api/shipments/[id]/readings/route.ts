import { currentViewer } from "@/app/auth/session";
import { chartData, chartQuery } from "@/app/exchange/chart-data";
import { SHIPMENT_ID } from "@/lib/messages/names";
import { database } from "@/lib/store/db";
import { shipmentHead } from "@/lib/store/shipment-detail";

const answer = (status: number, code: string) => Response.json({ code }, { status, headers: { "cache-control": "no-store" } });

/** Readings of one stretch of a shipment for its chart: parse, permit, query, respond. Unseen and unknown shipments answer alike. */
export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const { id } = await params;
  const asked = chartQuery.safeParse(Object.fromEntries(new URL(request.url).searchParams));
  if (!SHIPMENT_ID.test(id) || !asked.success) return answer(400, "ARGUMENT_INVALID");
  const viewer = await currentViewer();
  if (viewer === null) return answer(401, "ACCESS_DENIED");
  const { pool } = database();
  if ((await shipmentHead(pool, viewer, id)) === null) return answer(404, "SHIPMENT_UNKNOWN");
  return Response.json(await chartData(pool, id, asked.data), { headers: { "cache-control": "no-store" } });
}
