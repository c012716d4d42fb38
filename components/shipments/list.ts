import type { Pool } from "pg";
import { judge, type ShipmentFacts, type Verdict } from "@/lib/domain/verdict";
import { shipmentFacts } from "@/lib/store/shipment-facts";
import type { ShipmentRow } from "@/lib/store/shipments";
import { type Sparklines, sparklines } from "@/lib/store/sparklines";

/** A shipment as a list shows it. */
export interface ListedShipment extends ShipmentRow {
  readonly verdict: Verdict;
  readonly upper: number | null;
  readonly lower: number | null;
  readonly spark: Sparklines;
}

/** Judges rows that a scoped query gave. */
export async function judged(
  pool: Pool,
  rows: readonly ShipmentRow[],
  now: number,
): Promise<readonly (ShipmentRow & { readonly facts: ShipmentFacts; readonly verdict: Verdict })[]> {
  const facts = await shipmentFacts(
    pool,
    rows.map(({ id }) => id),
  );
  return rows.flatMap((row) => {
    const its = facts.get(row.id);
    return its ? [{ ...row, facts: its, verdict: judge(its, now) }] : [];
  });
}

/** Rows with their verdicts and sparklines. */
export async function listed(pool: Pool, rows: readonly ShipmentRow[], now: number): Promise<readonly ListedShipment[]> {
  const [known, sparks] = await Promise.all([
    judged(pool, rows, now),
    sparklines(
      pool,
      rows.map(({ id }) => id),
    ),
  ]);
  return known.map(({ facts, ...row }) => ({ ...row, upper: facts.upper, lower: facts.lower, spark: sparks.get(row.id) ?? [] }));
}
