/** The recipient's decision: about exactly what the decider had before the eyes. */
import { EVENTS } from "../messages/functions";
import type { Statement } from "../messages/statements";
import { refuse, stating } from "./call";
import type { GapFact } from "./facts";
import { appendLog } from "./log";
import { knownPrefix, openGap, type Prefix } from "./prefix";
import { assignmentOf, expectParty, isDecided, loadShipment } from "./records";
import { endRide } from "./shipment";
import { keys, type ShipmentRecord } from "./state";
import type { World } from "./world";

type Decide = Statement<"shipment:Decide">;

function expectDecidable(shipment: ShipmentRecord, { decision, reason }: Decide): void {
  const facts = { shipment: shipment.shipment, status: shipment.status };
  if (isDecided(shipment)) refuse("SHIPMENT_CLOSED", undefined, facts);
  if (decision === "rejected") {
    if (reason === "") refuse("ARGUMENT_INVALID", "a rejection needs a reason", { field: "reason" });
    return;
  }
  if (shipment.status !== "arrived" && shipment.status !== "reopened") refuse("SHIPMENT_NOT_ARRIVED", undefined, facts);
}

/** Every sensor that rode along is named once, so that none is overlooked. */
function expectEverySensor(shipment: ShipmentRecord, through: readonly Prefix[]): void {
  for (const { sensor } of through) assignmentOf(shipment, sensor);
  const named = new Set(through.map(({ sensor }) => sensor));
  if (named.size !== through.length || named.size !== shipment.assignments.length) {
    refuse("ARGUMENT_INVALID", "every assigned sensor is named exactly once", { field: "through" });
  }
}

async function lastReadingOf(world: World, prefix: Prefix): Promise<number | null> {
  if (prefix.sequence === 0 && prefix.hash === "") return null;
  const { standing, at } = await knownPrefix(world, prefix);
  if (standing !== "recorded") refuse("PREFIX_UNKNOWN", undefined, { sensor: prefix.sensor, sequence: prefix.sequence });
  return at;
}

async function judgeThrough(world: World, shipment: ShipmentRecord, through: readonly Prefix[], now: number): Promise<GapFact[]> {
  const gaps: GapFact[] = [];
  for (const prefix of through) {
    const found = shipment.found[prefix.sensor];
    const at = await lastReadingOf(world, prefix);
    if (found !== undefined && found.sequence > prefix.sequence) {
      refuse("DECISION_STALE", undefined, { sensor: prefix.sensor, sequence: found.sequence });
    }
    const gap = openGap(shipment, assignmentOf(shipment, prefix.sensor), at, now);
    if (gap !== null) gaps.push(gap);
  }
  return gaps;
}

export const decide = stating("shipment:Decide", async (statement, call, world) => {
  const shipment = await loadShipment(world, statement.shipment);
  expectParty(call, shipment, "recipient");
  expectDecidable(shipment, statement);
  expectEverySensor(shipment, statement.through);
  const gaps = await judgeThrough(world, shipment, statement.through, call.timestamp);
  const now = call.timestamp;
  for (const { sensor, start, end } of shipment.assignments) if (end === null) await endRide(world, shipment, sensor, Math.max(now, start));
  const changed: ShipmentRecord = {
    ...shipment,
    status: statement.decision,
    assignments: shipment.assignments.map((each) => (each.end === null ? { ...each, end: Math.max(now, each.start), ended: now } : each)),
    log: appendLog(shipment.log, call, { type: call.name, statement }),
  };
  world.put(keys.shipment(shipment.shipment), changed);
  return {
    event: { name: EVENTS.decided, payload: { shipment: shipment.shipment, decision: statement.decision, gaps } },
    facts: { type: EVENTS.decided, shipment: changed, decision: statement, gaps },
  };
});
