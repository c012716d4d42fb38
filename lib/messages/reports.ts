/** The single JSON argument of `sensor:Report`: what a sensor says of itself, signed by it alone. Canonical JSON, integers only. */
import * as z from "zod";
import { COMMAND_OUTCOMES, INTERVAL_MS } from "./commands";
import { PROXY_ID } from "./link";
import { SENSOR_ID } from "./names";

/** A report that waited longer than this says "unknown" instead. */
const LONGEST_AGO = 366 * 86_400_000;

export const reportSchema = z.strictObject({
  sensor: z.string().regex(SENSOR_ID),
  report: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("command"),
      counter: z.int().min(1).max(4_294_967_295),
      outcome: z.enum(COMMAND_OUTCOMES),
      ago: z.int().min(0).max(LONGEST_AGO).nullable(),
      interval: z.int().min(1).max(INTERVAL_MS.max),
      profile: z
        .string()
        .regex(/^[a-z0-9./-]{1,64}$/)
        .nullable(),
      measuring: z.boolean(),
    }),
    z.strictObject({
      kind: z.literal("withheld"),
      sequence: z.int().min(1).max(4_294_967_295),
      transaction: z.string().regex(/^[0-9a-f]{64}$/),
      proxy: z.string().regex(PROXY_ID),
      said: z.boolean(),
      ago: z.int().min(0).max(LONGEST_AGO).nullable(),
    }),
  ]),
});
export type ReportStatement = z.infer<typeof reportSchema>;
