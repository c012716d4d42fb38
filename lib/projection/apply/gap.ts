import type { GapFact } from "../../contract/facts";
import type { Context } from "./context";

/** Kind of the audit entry that a gap makes. */
export const GAP_AUDIT = "GapFound";

/** A gap that is still open when an inspection or a decision judges it is written too; the sensor's next batch settles it. */
export function writeGaps(context: Context, gaps: readonly GapFact[]): void {
  for (const { shipment, sensor, from, to, open } of gaps) {
    context.rows.gap({ shipment, sensor, from, to, open, transaction: context.id });
    context.audit(GAP_AUDIT, { shipment, sensor }, { from, to, open });
  }
}
