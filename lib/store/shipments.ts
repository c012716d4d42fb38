import type { Pool } from "pg";
import type { Viewer } from "../access/viewer";
import type { ShipmentRecord } from "../contract/state";
import { shipmentScope } from "./scope";
import { SHIPMENT_STATES, type ShipmentQuery, type ShipmentSort, type ShipmentState } from "./shipment-query";

export interface ShipmentRow {
  readonly id: string;
  readonly sscc: string;
  readonly title: string;
  readonly origin: string;
  readonly destination: string;
  readonly profile: string;
  readonly shipper: string;
  readonly recipient: string;
  readonly status: ShipmentRecord["status"];
  readonly createdAt: number;
  readonly arrivedAt: number | null;
  readonly decidedAt: number | null;
  /** Latest committed reading of any of its sensors. */
  readonly lastAt: number | null;
  readonly lastTemperature: number | null;
  readonly sensors: number;
}

export interface ShipmentPage {
  readonly rows: readonly ShipmentRow[];
  /** Cursor of the next page, or null at the end. */
  readonly next: string | null;
}

/** Not decided: still the business of somebody. */
const OPEN = "s.status NOT IN ('accepted', 'rejected')";

const STATES: Readonly<Record<ShipmentState, string>> = {
  all: "true",
  open: "s.status IN ('planned', 'under-way')",
  arrived: "s.status IN ('arrived', 'reopened')",
  decided: "s.status IN ('accepted', 'rejected')",
  violated: "EXISTS (SELECT 1 FROM violation v WHERE v.shipment = s.id)",
};

/** Key as text that sorts as the reader expects; the id after it makes it unique, so that a page can begin where another ended. */
const SORTS: Readonly<Record<ShipmentSort, { readonly key: string; readonly descending: boolean }>> = {
  newest: { key: "lpad(s.created_at::text, 16, '0')", descending: true },
  latest: { key: "lpad(coalesce(c.last_at, 0)::text, 16, '0')", descending: true },
  title: { key: "lower(s.title)", descending: false },
  place: { key: "lower(s.origin || ' ' || s.destination)", descending: false },
};

const COLUMNS = `s.id, s.sscc, s.title, s.origin, s.destination, s.profile, s.shipper, s.recipient, s.status, s.created_at AS "createdAt",
  s.arrived_at AS "arrivedAt", s.decided_at AS "decidedAt", c.last_at AS "lastAt", c.last_temperature AS "lastTemperature", c.sensors`;

/** Newest reading per shipment and how many sensors ride. */
const LATEST = `
  LEFT JOIN LATERAL (
    SELECT max(v.last_at) AS last_at, (array_agg(v.last_temperature ORDER BY v.last_at DESC))[1] AS last_temperature,
           (SELECT count(DISTINCT a.sensor)::int FROM assignment a WHERE a.shipment = s.id) AS sensors
      FROM coverage v WHERE v.shipment = s.id) c ON true`;

const MATCHES = `($2 = '' OR s.title ILIKE $2 OR s.origin ILIKE $2 OR s.destination ILIKE $2 OR s.id ILIKE $2 OR s.sscc LIKE $2
  OR EXISTS (SELECT 1 FROM assignment m WHERE m.shipment = s.id AND m.sensor ILIKE $2))`;

/** Any part of the words; what LIKE would read as a pattern is taken literally. */
export function likePattern(search: string): string {
  const words = search.trim();
  return words === "" ? "" : `%${words.replace(/[\\%_]/g, "\\$&")}%`;
}

/** One page of shipments, by cursor: the hundredth page costs what the first does. */
export async function listShipments(pool: Pool, viewer: Viewer, query: ShipmentQuery): Promise<ShipmentPage> {
  const { key, descending } = SORTS[query.sort];
  const [order, comparison] = descending ? ["DESC", "<"] : ["ASC", ">"];
  const cursor = parseCursor(query.after);
  const { rows } = await pool.query<ShipmentRow & { key: string }>(
    `SELECT ${COLUMNS}, ${key} AS key FROM shipment s ${LATEST}
      WHERE ${shipmentScope(viewer)} AND ${STATES[query.state]} AND ${MATCHES}
        AND ($3::text IS NULL OR (${key}, s.id) ${comparison} ($3, $4))
      ORDER BY key ${order}, s.id ${order} LIMIT $5`,
    [viewer.mspId, likePattern(query.search), cursor?.key ?? null, cursor?.id ?? null, query.limit + 1],
  );
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  const next = rows.length > query.limit && last ? `${last.id}~${last.key}` : null;
  return { rows: page.map(({ key: _, ...row }) => row), next };
}

function parseCursor(after: string | null): { id: string; key: string } | null {
  const cut = after?.indexOf("~") ?? -1;
  return after === null || cut < 0 ? null : { id: after.slice(0, cut), key: after.slice(cut + 1) };
}

/** How many shipments the viewer has in each state, for the filter's counts. */
export async function countShipments(pool: Pool, viewer: Viewer): Promise<Readonly<Record<ShipmentState, number>>> {
  const counts = SHIPMENT_STATES.map((state) => `count(*) FILTER (WHERE ${STATES[state]})::int AS "${state}"`).join(", ");
  const { rows } = await pool.query<Record<ShipmentState, number>>(`SELECT ${counts} FROM shipment s WHERE ${shipmentScope(viewer)}`, [
    viewer.mspId,
  ]);
  return rows[0] ?? { all: 0, open: 0, arrived: 0, decided: 0, violated: 0 };
}

/** Shipments that are not decided, latest first. @param limit more than this is said, not shown */
export async function openShipments(pool: Pool, viewer: Viewer, limit: number): Promise<readonly ShipmentRow[]> {
  const { rows } = await pool.query<ShipmentRow>(
    `SELECT ${COLUMNS} FROM shipment s ${LATEST} WHERE ${shipmentScope(viewer)} AND ${OPEN} ORDER BY s.created_at DESC, s.id LIMIT $2`,
    [viewer.mspId, limit],
  );
  return rows;
}

/** Which of these shipments the viewer may see: live notices name ids of everyone. */
export async function visibleShipments(pool: Pool, viewer: Viewer, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const { rows } = await pool.query<{ id: string }>(`SELECT s.id FROM shipment s WHERE ${shipmentScope(viewer)} AND s.id = ANY($2)`, [
    viewer.mspId,
    ids,
  ]);
  return rows.map(({ id }) => id);
}
