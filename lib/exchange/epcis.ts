/**
 * A shipment as EPCIS 2.0 (GS1), JSON-LD: handovers, inspections, the decision, and every raw reading as sensor reports with the transaction that
 * brought it. Readings inside a violation carry `exception: ALARM_CONDITION`.
 */
import { createHash } from "node:crypto";
import type { ReadingRow } from "./reading-row";

/** What is told of the shipment besides its readings. Times ms UTC. */
export interface EpcisShipment {
  readonly id: string;
  readonly sscc: string;
  readonly title: string;
  readonly profile: string;
  readonly shipper: string;
  readonly recipient: string;
  readonly violations: readonly {
    readonly sensor: string;
    readonly rule: string;
    readonly direction: "above" | "below";
    readonly from: number;
    readonly found: number;
    readonly to: number | null;
    readonly peak: number;
    readonly transaction: string;
  }[];
  readonly happenings: readonly EpcisHappening[];
}

export interface EpcisHappening {
  readonly kind: "departed" | "arrived" | "seal-intact" | "seal-broken" | "accepted" | "rejected";
  readonly at: number;
  /** Where, or which seal, or why. */
  readonly text: string;
  readonly transaction: string;
}

export interface EpcisSettings {
  /** The site's public origin: identifiers of sensors, transactions and profiles lie below it. */
  readonly origin: string;
  readonly now: number;
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type EpcisEvent = { readonly [name: string]: Json };

const CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";
const iso = (at: number): string => new Date(at).toISOString();

/** Ids that stay the same when the same shipment is written again. */
function eventId(...parts: readonly (string | number)[]): string {
  const hash = createHash("sha256").update(parts.join("\u0000")).digest("hex");
  // RFC 9562 version 8: an id of one's own making.
  return `urn:uuid:${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

const digitalLink = (sscc: string): string => `https://id.gs1.org/00/${sscc}`;

interface Common {
  readonly at: number;
  readonly recordedAt?: number;
  readonly id: string;
  readonly bizStep: string;
}

const objectEvent = (shipment: EpcisShipment, { at, recordedAt, id, bizStep }: Common, more: EpcisEvent): EpcisEvent => ({
  eventID: id,
  type: "ObjectEvent",
  action: "OBSERVE",
  bizStep,
  epcList: [digitalLink(shipment.sscc)],
  eventTime: iso(at),
  eventTimeZoneOffset: "+00:00",
  ...(recordedAt === undefined ? {} : { recordTime: iso(recordedAt) }),
  ...more,
});

const STEPS: Readonly<Record<EpcisHappening["kind"], readonly [bizStep: string, disposition: string]>> = {
  departed: ["departing", "in_transit"],
  arrived: ["arriving", "in_progress"],
  "seal-intact": ["inspecting", "conformant"],
  "seal-broken": ["inspecting", "non_conformant"],
  accepted: ["accepting", "conformant"],
  rejected: ["receiving", "non_conformant"],
};

/** Addresses below the site's origin that identify what the ledger holds. */
function addresses({ origin }: EpcisSettings) {
  return {
    transaction: (id: string) => `${origin}/ledger/${id}`,
    sensor: (id: string) => `${origin}/sensors/${id}`,
    certificate: (sensor: string, number: string) => `${origin}/sensors/${sensor}?certificate=${encodeURIComponent(number)}`,
    profile: (id: string) => `${origin}/profiles/${id}`,
  };
}

/** Handovers, inspections, the decision and the violations, oldest first. */
export function shipmentEvents(shipment: EpcisShipment, settings: EpcisSettings): EpcisEvent[] {
  const to = addresses(settings);
  const told = shipment.happenings.map((it): [number, EpcisEvent] => {
    const [bizStep, disposition] = STEPS[it.kind];
    const common = { at: it.at, id: eventId(shipment.id, it.kind, it.transaction, it.text), bizStep };
    return [
      it.at,
      objectEvent(shipment, common, { disposition, "winterseal:says": it.text, "winterseal:transaction": to.transaction(it.transaction) }),
    ];
  });
  const violated = shipment.violations.map((it): [number, EpcisEvent] => {
    const common = { at: it.found, id: eventId(shipment.id, "violation", it.sensor, it.rule, it.from), bizStep: "sensor_reporting" };
    const extreme = it.direction === "above" ? "maxValue" : "minValue";
    const metadata = {
      startTime: iso(it.from),
      ...(it.to === null ? {} : { endTime: iso(it.to) }),
      deviceID: to.sensor(it.sensor),
      rawData: to.transaction(it.transaction),
      bizRules: to.profile(shipment.profile),
    };
    const report = { type: "Temperature", [extreme]: it.peak / 1000, uom: "CEL", exception: "ALARM_CONDITION" };
    return [
      it.found,
      objectEvent(shipment, common, {
        sensorElementList: [{ sensorMetadata: metadata, sensorReport: [report], "winterseal:rule": it.rule }],
      }),
    ];
  });
  return [...told, ...violated].sort(([a], [b]) => a - b).map(([, event]) => event);
}

/** One event for readings of one sensor, one sensor element per batch: each names the transaction that brought it. */
export function readingEvent(shipment: EpcisShipment, rows: readonly ReadingRow[], settings: EpcisSettings): EpcisEvent | null {
  const first = rows[0];
  const last = rows.at(-1);
  if (!first || !last) return null;
  const batches = new Map<number, ReadingRow[]>();
  for (const row of rows) batches.set(row.sequence, [...(batches.get(row.sequence) ?? []), row]);
  const recordedAt = rows.reduce((latest, row) => Math.max(latest, row.recordedAt), 0);
  const common = {
    at: last.at,
    recordedAt,
    id: eventId(shipment.id, "readings", first.sensor, first.sequence, first.index, rows.length),
    bizStep: "sensor_reporting",
  };
  return objectEvent(shipment, common, {
    sensorElementList: [...batches.values()].map((batch) => sensorElement(shipment, batch, settings)),
  });
}

function sensorElement(shipment: EpcisShipment, batch: readonly ReadingRow[], settings: EpcisSettings): EpcisEvent {
  const to = addresses(settings);
  const [first] = batch as readonly [ReadingRow];
  return {
    sensorMetadata: {
      deviceID: to.sensor(first.sensor),
      ...(first.calibrationNumber === "" ? {} : { deviceMetadata: to.certificate(first.sensor, first.calibrationNumber) }),
      rawData: to.transaction(first.transaction),
      bizRules: to.profile(shipment.profile),
    },
    sensorReport: batch.flatMap((row) => reports(shipment, row)),
  };
}

function reports({ violations }: EpcisShipment, row: ReadingRow): EpcisEvent[] {
  const alarm = violations.some((it) => it.sensor === row.sensor && row.at >= it.from && (it.to === null || row.at < it.to));
  const marks = {
    ...(alarm ? { exception: "ALARM_CONDITION" } : {}),
    ...(row.standing === "anchored" ? {} : { "winterseal:time": row.standing }),
    ...(row.calibration === "calibrated" ? {} : { "winterseal:calibration": row.calibration }),
  };
  const temperature = { type: "Temperature", time: iso(row.at), value: row.temperature / 1000, uom: "CEL", ...marks };
  if (row.humidity === null) return [temperature];
  return [temperature, { type: "RelativeHumidity", time: iso(row.at), value: row.humidity / 10, uom: "P1" }];
}

/** What stands before and after the events of a document. */
export function documentFrame(shipment: EpcisShipment, { origin, now }: EpcisSettings): { readonly head: string; readonly tail: string } {
  const head = JSON.stringify({
    "@context": [CONTEXT, { winterseal: `${origin}/ns/epcis#` }],
    id: `${origin}/shipments/${shipment.id}`,
    type: "EPCISDocument",
    schemaVersion: "2.0",
    creationDate: iso(now),
    "winterseal:title": shipment.title,
    "winterseal:shipper": shipment.shipper,
    "winterseal:recipient": shipment.recipient,
  });
  return { head: `${head.slice(0, -1)},"epcisBody":{"eventList":[`, tail: "]}}" };
}

/** Readings that one event holds at most. */
export const READINGS_PER_EVENT = 500;

/** The document in pieces, so that a million readings need no memory. @param pages rows sensor by sensor, in order */
export async function* epcisDocument(
  shipment: EpcisShipment,
  pages: AsyncIterable<readonly ReadingRow[]>,
  settings: EpcisSettings,
): AsyncGenerator<string> {
  const { head, tail } = documentFrame(shipment, settings);
  yield head;
  let comma = "";
  const written = (event: EpcisEvent): string => {
    const text = `${comma}\n${JSON.stringify(event)}`;
    comma = ",";
    return text;
  };
  yield shipmentEvents(shipment, settings).map(written).join("");
  for await (const rows of pages) {
    for (const part of parts(rows)) {
      const event = readingEvent(shipment, part, settings);
      if (event) yield written(event);
    }
  }
  yield tail;
}

/** Runs of one sensor, {@link READINGS_PER_EVENT} at most. */
function* parts(rows: readonly ReadingRow[]): Generator<readonly ReadingRow[]> {
  let start = 0;
  for (let end = 1; end <= rows.length; end++) {
    if (end < rows.length && end - start < READINGS_PER_EVENT && rows[end]?.sensor === rows[start]?.sensor) continue;
    yield rows.slice(start, end);
    start = end;
  }
}
