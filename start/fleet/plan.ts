import * as z from "zod";
import { SENSOR_ID, SHIPMENT_ID } from "../../lib/messages/names";

const minutes = z.number().positive();

/** Something that happens to the air around a simulated sensor. Times are minutes before the plan's `madeAt`. */
const happening = z.strictObject({
  /** `warm`: a door left open, cooling that fails; `cold`: too close to the evaporator; `silent`: it takes no readings. */
  kind: z.enum(["warm", "cold", "silent"]),
  minutesAgo: minutes,
  lastsMinutes: minutes,
  /** Temperature towards which the air drifts, milli-°C; without meaning for `silent`. */
  towards: z.int().optional(),
});

const simulatedSensor = z.strictObject({
  id: z.string().regex(SENSOR_ID),
  /** Seed of its noise: the same plan gives the same readings. */
  seed: z.int(),
  /** Middle of its swing, milli-°C and tenths of %RH. */
  temperature: z.int(),
  humidity: z.int().nullable(),
  /** How long before `madeAt` it was switched on, without a link until now; its readings since then wait in its journal. */
  switchedOnMinutesAgo: minutes,
  /** Time between readings while it had no link, ms. */
  historyIntervalMs: z.int().min(1000),
  /** Time between readings from now on, ms. */
  liveIntervalMs: z.int().min(500),
  happenings: z.array(happening),
});

/** `fleet.json` in the devices folder: what the demo's sensors measure. Written by the seeder, read by the fleet. */
export const fleetPlanSchema = z.strictObject({
  /** ms UTC; fixed when the demo was seeded, so that a restart goes on with the same story. */
  madeAt: z.int(),
  sensors: z.array(simulatedSensor),
  /** Alarm lamps, each of one shipment. */
  lamps: z.array(z.strictObject({ id: z.string().regex(SENSOR_ID), shipment: z.string().regex(SHIPMENT_ID) })).default([]),
});
export type FleetPlan = z.infer<typeof fleetPlanSchema>;
export type SimulatedSensor = FleetPlan["sensors"][number];
