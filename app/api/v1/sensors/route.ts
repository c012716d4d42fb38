import * as z from "zod";
import { OPERATIONS } from "@/lib/exchange/api/operations";
import { SENSOR_ID } from "@/lib/messages/names";
import { sensorPage } from "@/lib/store/sensors";
import { readCursor, serve, writeCursor } from "../serve";
import { sensorShape } from "../shapes";

export const dynamic = "force-dynamic";

export const GET = serve(OPERATIONS.listSensors, async ({ pool, viewer, query: { cursor, limit } }) => {
  const rows = await sensorPage(pool, viewer, readCursor(z.string().regex(SENSOR_ID), cursor) ?? "", limit + 1);
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data: data.map(sensorShape), next: rows.length > limit && last ? writeCursor(last.id) : null };
});
