import type { Pool } from "pg";
import * as z from "zod";
import type { ChartData, ChartPoint, ChartSeries } from "@/components/charts/model";
import { loadBatches, loadSensorReadings, type ReadingRow } from "@/lib/store/readings";
import { shipmentSensors } from "@/lib/store/shipment-detail";

/** The stretch that a chart asks for, and how many columns it has for it. */
export const chartQuery = z
  .object({
    from: z.coerce.number().int().min(0).max(4_102_444_800_000),
    to: z.coerce.number().int().min(0).max(4_102_444_800_000),
    columns: z.coerce.number().int().min(50).max(4_000),
  })
  .refine((it) => it.from < it.to, "from must lie before to");

const pointOf = (it: ReadingRow): ChartPoint => {
  const flags = (it.standing === "anchored" ? 0 : 1) + (it.calibration === "calibrated" ? 0 : 2);
  return [it.at, it.temperature, it.humidity, it.sequence, flags];
};

/** Readings of one stretch of a shipment. The caller has established that it may be shown. */
export async function chartData(pool: Pool, shipment: string, asked: z.output<typeof chartQuery>): Promise<ChartData> {
  const series = await Promise.all(
    (await shipmentSensors(pool, shipment)).map(async (sensor): Promise<ChartSeries> => {
      const { readings, reduced } = await loadSensorReadings(pool, shipment, sensor, asked);
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
  return { from: asked.from, to: asked.to, series };
}
