import * as z from "zod";
import { OPERATIONS } from "@/lib/exchange/api/operations";
import { WintersealError } from "@/lib/messages/errors";
import { SENSOR_ID } from "@/lib/messages/names";
import { exportHead, exportPage } from "@/lib/store/export";
import { readCursor, serve, writeCursor } from "../../../serve";
import { readingShape } from "../../../shapes";

export const dynamic = "force-dynamic";

/** Where a page ended, and the block at which the list was begun: all its pages are of one moment. */
const cursor = z.strictObject({
  sensor: z.string().regex(SENSOR_ID),
  at: z.int().min(0),
  sequence: z.int().min(0),
  index: z.int().min(0).max(2_147_483_647),
  through: z.int().min(0),
});

const ms = (text: string | undefined): number | null => (text === undefined ? null : new Date(text).getTime());

export const GET = serve(OPERATIONS.listReadings, async ({ pool, viewer, params, query }) => {
  const found = await exportHead(pool, viewer, params.id);
  if (found === null) throw new WintersealError("SHIPMENT_UNKNOWN");
  const after = readCursor(cursor, query.cursor);
  const through = Math.min(found.block, after?.through ?? found.block);
  const { sensor = null, limit } = query;
  const rows = await exportPage(pool, params.id, { through, after, limit: limit + 1, sensor, from: ms(query.from), to: ms(query.to) });
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  const place = last && { sensor: last.sensor, at: last.at, sequence: last.sequence, index: last.index, through };
  return { data: data.map(readingShape), next: rows.length > limit && place ? writeCursor(place) : null, block: through };
});
