/** Batches lost with a journal: declared by the sensor itself, so that the sequence jumps and the shipment is incomplete, never good. */
import type { LostBatch } from "../domain/batch";
import { bytesToHex } from "../domain/bytes";
import { EVENTS } from "../messages/functions";
import { type Arrival, writeBatch } from "./batch";
import type { Handled } from "./call";
import { appendLog } from "./log";
import { loadShipment } from "./records";
import { keys, type ShipmentRecord } from "./state";

/** Shipments that the sensor rode with between its last reading and now. */
function touched({ sensor, head, call }: Arrival): string[] {
  const since = head.at ?? Number.NEGATIVE_INFINITY;
  return sensor.assignments
    .filter(({ start, end }) => start <= call.timestamp && (end ?? call.timestamp) >= since)
    .map(({ shipment }) => shipment);
}

export async function recordLost(arrival: Arrival<LostBatch>): Promise<Omit<Handled, "result">> {
  const { call, world, sensor, head, batch, hash, previous } = arrival;
  const { from, to, reason } = batch;
  writeBatch(arrival, 0, { ...head, sequence: to, hash, lostBatches: head.lostBatches + to - from + 1 });
  const shipments: ShipmentRecord[] = [];
  for (const id of touched(arrival)) {
    const shipment = await loadShipment(world, id);
    const changed: ShipmentRecord = {
      ...shipment,
      incomplete: [...new Set([...shipment.incomplete, sensor.sensor])].sort(),
      log: appendLog(shipment.log, call, { type: EVENTS.batchesLost, sensor: sensor.sensor, from, to, hash }),
    };
    world.put(keys.shipment(id), changed);
    shipments.push(changed);
  }
  const names = shipments.map(({ shipment }) => shipment);
  return {
    event: { name: EVENTS.batchesLost, payload: { sensor: sensor.sensor, from, to, reason, hash, shipments: names } },
    facts: {
      type: EVENTS.batchesLost,
      sensor: sensor.sensor,
      from,
      to,
      reason,
      hash,
      previous,
      boot: bytesToHex(batch.boot),
      thumbprint: call.creator.thumbprint,
      shipments,
    },
  };
}
