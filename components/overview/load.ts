import type { Pool } from "pg";
import { judged } from "@/components/shipments/list";
import type { Viewer } from "@/lib/access/viewer";
import { type Need, needsOf, type WaitingExcursion } from "@/lib/domain/needs";
import type { ShipmentFacts, Verdict } from "@/lib/domain/verdict";
import { openExcursions } from "@/lib/store/excursions";
import { listSensors } from "@/lib/store/sensors";
import { openShipments, type ShipmentRow } from "@/lib/store/shipments";

/** Open shipments that one overview judges; with more the page says so. */
const MOST_SHIPMENTS = 2_000;
const MOST_SENSORS = 2_000;

export interface Overview {
  readonly needs: readonly Need[];
  readonly open: readonly (ShipmentRow & { readonly facts: ShipmentFacts; readonly verdict: Verdict })[];
  /** Undecided excursions of shipments that are decided. */
  readonly left: readonly OpenExcursion[];
  readonly kept: number;
  readonly trusted: number;
  /** More than were judged. */
  readonly more: boolean;
  readonly sensors: number;
}

type OpenExcursion = Awaited<ReturnType<typeof openExcursions>>[number];

const waiting = ({ due, ...row }: OpenExcursion): WaitingExcursion[] => (due === null ? [] : [{ ...row, due }]);

/** Everything that is open for the viewer, judged at `now`. */
export async function loadOverview(pool: Pool, viewer: Viewer, now: number): Promise<Overview> {
  const [rows, excursions, sensors] = await Promise.all([
    openShipments(pool, viewer, MOST_SHIPMENTS + 1),
    openExcursions(pool, viewer, now),
    listSensors(pool, viewer, { search: "", limit: MOST_SENSORS }),
  ]);
  const open = await judged(pool, rows.slice(0, MOST_SHIPMENTS), now);
  const isDecided = ({ shipmentStatus }: OpenExcursion) => shipmentStatus === "accepted" || shipmentStatus === "rejected";
  const left = excursions.filter(isDecided);
  const of = new Map<string, WaitingExcursion[]>();
  for (const row of excursions) of.set(row.shipment, [...(of.get(row.shipment) ?? []), ...waiting(row)]);
  const needs = needsOf(
    viewer.kind,
    open.map(({ id, status, arrivedAt, verdict }) => ({ id, status, arrivedAt, ...verdict, excursions: of.get(id) ?? [] })),
    sensors.map(({ id, status, calibration, rides }) => ({ id, status, validTo: calibration?.validTo ?? null, rides: rides !== null })),
    now,
    left.flatMap(waiting),
  );
  return {
    needs,
    open,
    left,
    kept: open.filter(({ verdict }) => verdict.kept.answer === "yes" || verdict.kept.answer === "close").length,
    trusted: open.filter(({ verdict }) => verdict.trust.answer === "vouched" || verdict.trust.answer === "attested").length,
    more: rows.length > MOST_SHIPMENTS,
    sensors: sensors.length,
  };
}
