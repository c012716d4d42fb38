/** What readings do to excursions: a new violation opens one, late readings of a released one lead it back to open. */
import type { Arrival } from "./batch";
import { appendLog, EMPTY_LOG } from "./log";
import { type ExcursionRecord, keys, type ViolationRecord } from "./state";

/** Written without a read: the violation is new, so its excursion is. */
export function openExcursion({ call, world }: Arrival, violation: ViolationRecord): ExcursionRecord {
  const { shipment, sensor, rule, number, severity, from, found } = violation;
  const record: ExcursionRecord = {
    ...{ shipment, sensor, rule, number, severity },
    status: "open",
    opened: call.timestamp,
    since: call.timestamp,
    reopened: 0,
    assignee: null,
    log: appendLog(EMPTY_LOG, call, { type: "Violation", sensor, rule, number, severity, from, found }),
  };
  world.put(keys.excursion(shipment, sensor, rule, number), record);
  return record;
}

/** A release rests on what was known: more of the same violation asks people again. A rejection stands, whatever comes. Empty when nothing changes. */
export async function reopenExcursion({ call, world, batch }: Arrival, violation: ViolationRecord): Promise<ExcursionRecord[]> {
  const { shipment, sensor, rule, number, readings, peak } = violation;
  const key = keys.excursion(shipment, sensor, rule, number);
  const before = await world.get<ExcursionRecord>(key);
  if (before?.status !== "released") return [];
  const record: ExcursionRecord = {
    ...before,
    status: "open",
    since: call.timestamp,
    reopened: before.reopened + 1,
    log: appendLog(before.log, call, { type: "ExcursionReopened", sequence: batch.sequence, readings, peak }),
  };
  world.put(key, record);
  return [record];
}
