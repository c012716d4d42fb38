/** What the read API takes and answers: the routes parse with these, and the OpenAPI description is made from these. */
import * as z from "zod";
import { SENSOR_ID, SHIPMENT_ID } from "../../messages/names";

const time = z.iso.datetime({ precision: 3 }).describe("UTC");
const celsius = z.number().describe("°C, exact to the thousandth");

const page = {
  cursor: z.string().max(400).optional().describe("Where the page before ended: its `next`"),
  limit: z.coerce.number().int().min(1).max(500).default(100).describe("Rows of a page at most"),
};

export const shipmentParams = z.object({ id: z.string().regex(SHIPMENT_ID) });
export const sensorParams = z.object({ id: z.string().regex(SENSOR_ID) });

export const shipmentsQuery = z.strictObject({
  ...page,
  state: z.enum(["all", "open", "arrived", "decided", "violated"]).default("all"),
});
export const sensorsQuery = z.strictObject(page);
export const readingsQuery = z.strictObject({
  cursor: page.cursor,
  limit: z.coerce.number().int().min(1).max(5_000).default(1_000).describe("Rows of a page at most"),
  sensor: z.string().regex(SENSOR_ID).optional(),
  from: z.iso.datetime().optional().describe("Earliest time of measurement"),
  to: z.iso.datetime().optional().describe("Latest time of measurement"),
});

export const shipment = z.object({
  id: z.string(),
  sscc: z.string(),
  title: z.string(),
  origin: z.string(),
  destination: z.string(),
  profile: z.string(),
  shipper: z.string().describe("MSP id"),
  recipient: z.string().describe("MSP id"),
  status: z.enum(["planned", "under-way", "arrived", "accepted", "rejected", "reopened"]),
  createdAt: time,
  arrivedAt: time.nullable(),
  decidedAt: time.nullable(),
  lastReadingAt: time.nullable(),
  keptCold: z.object({
    answer: z.enum(["yes", "close", "no", "unknown"]),
    reason: z.string().nullable(),
    through: time.nullable().describe("Through when every sensor that measured at all is known"),
    outOfRangeMs: z.int(),
    notMeasuredMs: z.int(),
  }),
  trustworthy: z.object({
    answer: z.enum(["vouched", "attested", "contested", "no", "unknown"]),
    reasons: z.array(z.object({ code: z.string(), sensor: z.string(), since: time.nullable(), count: z.int() })),
  }),
});

export const violation = z.object({
  sensor: z.string(),
  rule: z.string(),
  severity: z.enum(["minor", "major", "critical"]),
  from: time.describe("Where it began"),
  found: time.describe("The reading that fulfilled the rule"),
  to: time.nullable().describe("null while it lasts"),
  peakCelsius: celsius,
  readings: z.int(),
  transaction: z.string(),
});

export const shipmentDetail = shipment.extend({
  block: z.int().describe("The answer is complete through this block"),
  sensors: z.array(z.object({ sensor: z.string(), place: z.string(), readings: z.int(), from: time.nullable(), to: time.nullable() })),
  violations: z.array(violation),
  gaps: z.array(z.object({ sensor: z.string(), from: time, to: time })),
  seals: z.array(
    z.object({ seal: z.string(), class: z.enum(["I", "S", "H"]), standing: z.enum(["applied", "intact", "broken"]), appliedAt: time }),
  ),
});

export const reading = z.object({
  sensor: z.string(),
  at: time.describe("Time of measurement"),
  temperatureCelsius: celsius,
  relativeHumidityPercent: z.number().nullable(),
  timeStanding: z.enum(["anchored", "claimed", "unknown", "imported"]),
  calibrationStanding: z.enum(["calibrated", "before", "after", "outside-range"]),
  calibrationCertificate: z.string(),
  batch: z.int(),
  placeInBatch: z.int(),
  committedAt: time,
  block: z.int(),
  transaction: z.string(),
});

export const sensor = z.object({
  id: z.string(),
  model: z.string(),
  owner: z.string().describe("MSP id"),
  authority: z.string().describe("MSP id"),
  status: z.enum(["active", "suspended", "revoked"]),
  lastReadingAt: time.nullable(),
  lastTemperatureCelsius: celsius.nullable(),
  calibration: z
    .object({
      certificate: z.string(),
      laboratory: z.string(),
      validFrom: time,
      validTo: time,
      lowestCelsius: celsius,
      highestCelsius: celsius,
      uncertaintyKelvin: z.number().describe("Expanded, k = 2"),
    })
    .nullable(),
});

const listOf = <S extends z.ZodType>(item: S) =>
  z.object({ data: z.array(item), next: z.string().nullable().describe("Cursor of the next page; null at the end") });

export const shipmentPage = listOf(shipment);
export const readingPage = listOf(reading).extend({ block: z.int().describe("No reading of a later block is on any page of this list") });
export const sensorPage = listOf(sensor);

export const refusal = z.object({
  code: z.string().describe("Told apart by this, never by the message"),
  message: z.string(),
  field: z.string().optional().describe("Which parameter it is about"),
});
