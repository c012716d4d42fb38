import * as z from "zod";
import { judged } from "@/components/shipments/list";
import { OPERATIONS } from "@/lib/exchange/api/operations";
import { listShipments } from "@/lib/store/shipments";
import { readCursor, serve, writeCursor } from "../serve";
import { shipmentShape } from "../shapes";

export const dynamic = "force-dynamic";

const cursor = z
  .string()
  .max(200)
  .regex(/^[a-z0-9-]{1,48}~/);

export const GET = serve(OPERATIONS.listShipments, async ({ pool, viewer, query }) => {
  const after = readCursor(cursor, query.cursor);
  const { rows, next } = await listShipments(pool, viewer, { search: "", state: query.state, sort: "newest", after, limit: query.limit });
  const known = await judged(pool, rows, Date.now());
  return { data: known.map((it) => shipmentShape(it, it.lastAt, it.verdict)), next: next === null ? null : writeCursor(next) };
});
