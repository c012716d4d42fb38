/** Prefixes of a sensor's chain that a person names, and the gap from there. Batch keys never change, so a live sensor does not get in the way. */
import { profileById } from "../domain/profiles";
import { gapUntil } from "../domain/rules";
import type { GapFact } from "./facts";
import { loadBatch } from "./records";
import type { AssignmentRecord, ShipmentRecord } from "./state";
import type { World } from "./world";

export interface Prefix {
  readonly sensor: string;
  readonly sequence: number;
  readonly hash: string;
}

export interface KnownPrefix {
  readonly standing: "recorded" | "other" | "absent";
  /** Time of the sensor's last reading in it, ms UTC. */
  readonly at: number | null;
}

/** Whether the ledger recorded exactly this prefix, something else under its number, or nothing there (yet). */
export async function knownPrefix(world: World, { sensor, sequence, hash }: Prefix): Promise<KnownPrefix> {
  const batch = await loadBatch(world, sensor, sequence);
  if (batch === undefined) return { standing: "absent", at: null };
  return { standing: batch.hash === hash ? "recorded" : "other", at: batch.at };
}

/** The open gap from a prefix's last reading until now, or until the assignment's end. */
export function openGap(
  shipment: ShipmentRecord,
  { sensor, start, end }: AssignmentRecord,
  at: number | null,
  now: number,
): GapFact | null {
  const last = at !== null && at >= start ? at : null;
  const gap = gapUntil(profileById(shipment.profile), start, last, Math.min(now, end ?? now));
  return gap === null ? null : { shipment: shipment.shipment, sensor, ...gap, open: true };
}
