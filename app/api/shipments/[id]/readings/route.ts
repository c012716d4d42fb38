import * as z from "zod";
import { currentViewer } from "@/app/auth/session";
import type { ChartData, ChartPoint, ChartSeries } from "@/components/charts/model";
import { SHIPMENT_ID } from "@/lib/messages/names";
import { database } from "@/lib/store/db";
import { loadBatches, loadSensorReadings, type ReadingRow } from "@/lib/store/readings";
import { shipmentHead, shipmentSensors } from "@/lib/store/shipment-detail";

const query = z
  .object({
    from: z.coerce.number().int().min(0).max(4_102_444_800_000),
    to: z.coerce.number().int().min(0).max(4_102_444_800_000),
    columns: z.coerce.number().int().min(50).max(4_000),
  })
  .refine((it) => it.from < it.to, "from must lie before to");

const answer = (status: number, code: string) => Response.json({ code }, { status, headers: { "cache-control": "no-store" } });

const pointOf = (it: ReadingRow): ChartPoint => {
  const flags = (it.standing === "anchored" ? 0 : 1) + (it.calibration === "calibrated" ? 0 : 2);
  return [it.at, it.temperature, it.humidity, it.sequence, flags];
};

/** Readings of one stretch of a shipment for its chart: parse, permit, query, respond. Unseen and unknown shipments answer alike. */
export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const { id } = await params;
  const asked = query.safeParse(Object.fromEntries(new URL(request.url).searchParams));
  if (!SHIPMENT_ID.test(id) || !asked.success) return answer(400, "ARGUMENT_INVALID");
  const viewer = await currentViewer();
  if (viewer === null) return answer(401, "ACCESS_DENIED");
  const { pool } = database();
  if ((await shipmentHead(pool, viewer, id)) === null) return answer(404, "SHIPMENT_UNKNOWN");
  const series = await Promise.all(
    (await shipmentSensors(pool, id)).map(async (sensor): Promise<ChartSeries> => {
      const { readings, reduced } = await loadSensorReadings(pool, id, sensor, asked.data);
      const batches = await loadBatches(
        pool,
        sensor,
        readings.map((it) => it.sequence),
      );
      return {
        sensor,
        reduced,
        points: readings.map(pointOf),
        batches: Object.fromEntries(batches.map((it) => [it.sequence, [it.transaction, it.block, it.recordedAt] as const])),
      };
    }),
  );
  const data: ChartData = { from: asked.data.from, to: asked.data.to, series };
  return Response.json(data, { headers: { "cache-control": "no-store" } });
}
