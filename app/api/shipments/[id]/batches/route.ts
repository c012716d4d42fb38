import * as z from "zod";
import { currentViewer } from "@/app/auth/session";
import { SENSOR_ID, SHIPMENT_ID } from "@/lib/messages/names";
import { database } from "@/lib/store/db";
import { batchHash } from "@/lib/store/readings";
import { shipmentHead, shipmentSensors } from "@/lib/store/shipment-detail";

const query = z.object({ sensor: z.string().regex(SENSOR_ID), sequence: z.coerce.number().int().min(1).max(4_294_967_295) });

const answer = (status: number, body: object) => Response.json(body, { status, headers: { "cache-control": "no-store" } });

/** The hash that the ledger recorded under a sensor's sequence number, or null: what an inspector's reading is compared with. */
export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const { id } = await params;
  const asked = query.safeParse(Object.fromEntries(new URL(request.url).searchParams));
  if (!SHIPMENT_ID.test(id) || !asked.success) return answer(400, { code: "ARGUMENT_INVALID" });
  const viewer = await currentViewer();
  if (viewer === null) return answer(401, { code: "ACCESS_DENIED" });
  const { pool } = database();
  const seen = await shipmentHead(pool, viewer, id);
  if (seen === null || !(await shipmentSensors(pool, id)).includes(asked.data.sensor)) return answer(404, { code: "SHIPMENT_UNKNOWN" });
  return answer(200, { hash: await batchHash(pool, asked.data.sensor, asked.data.sequence) });
}
