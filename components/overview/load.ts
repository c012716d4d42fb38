import type { Pool } from "pg";
import { judged } from "@/components/shipments/list";
import type { Viewer } from "@/lib/access/viewer";
import { type Need, needsOf } from "@/lib/domain/needs";
import type { ShipmentFacts, Verdict } from "@/lib/domain/verdict";
import { listSensors } from "@/lib/store/sensors";
import { openShipments, type ShipmentRow } from "@/lib/store/shipments";

/** Open shipments that one overview judges; with more the page says so. */
const MOST_SHIPMENTS = 2_000;
const MOST_SENSORS = 2_000;

export interface Overview {
  readonly needs: readonly Need[];
  readonly open: readonly (ShipmentRow & { readonly facts: ShipmentFacts; readonly verdict: Verdict })[];
  readonly kept: number;
  readonly trusted: number;
  /** More than were judged. */
  readonly more: boolean;
  readonly sensors: number;
}

/** Everything that is open for the viewer, judged at `now`. */
export async function loadOverview(pool: Pool, viewer: Viewer, now: number): Promise<Overview> {
  const [rows, sensors] = await Promise.all([
    openShipments(pool, viewer, MOST_SHIPMENTS + 1),
    listSensors(pool, viewer, { search: "", limit: MOST_SENSORS }),
  ]);
  const open = await judged(pool, rows.slice(0, MOST_SHIPMENTS), now);
  const needs = needsOf(
    viewer.kind,
    open.map(({ id, status, arrivedAt, verdict }) => ({ id, status, arrivedAt, ...verdict })),
    sensors.map(({ id, status, calibration, rides }) => ({ id, status, validTo: calibration?.validTo ?? null, rides: rides !== null })),
    now,
  );
  return {
    needs,
    open,
    kept: open.filter(({ verdict }) => verdict.kept.answer === "yes" || verdict.kept.answer === "close").length,
    trusted: open.filter(({ verdict }) => verdict.trust.answer === "vouched" || verdict.trust.answer === "attested").length,
    more: rows.length > MOST_SHIPMENTS,
    sensors: sensors.length,
  };
}
