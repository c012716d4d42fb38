import * as z from "zod";

const environment = z.object({
  WINTERSEAL_NETWORK: z.string().min(1),
  WINTERSEAL_DEVICES: z.string().min(1),
  WINTERSEAL_DISPLAY_PORT: z.coerce.number().int().min(0).max(65_535).default(4180),
  WINTERSEAL_HOST: z.string().default("127.0.0.1"),
  MQTT_URL: z.string().startsWith("mqtts://"),
  MQTT_CA: z.string().min(1),
  /** Age of the oldest reading at which a demo sensor sends a batch, ms. */
  WINTERSEAL_BATCH_MS: z.coerce.number().int().min(100).default(15_000),
  LOG_LEVEL: z.string().default("info"),
});

export interface FleetSettings {
  readonly network: string;
  readonly devices: string;
  readonly display: { readonly host: string; readonly port: number };
  readonly mqtt: { readonly url: string; readonly caFile: string };
  readonly batchMs: number;
  readonly logLevel: string;
}

/** Reads settings from the environment. @throws Error naming the variable and the next step */
export function fleetSettings(env: Readonly<Record<string, string | undefined>>): FleetSettings {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`${issue?.path.join(".")}: ${issue?.message}. Set it for the fleet; npm start does so by itself.`);
  }
  const found = parsed.data;
  return {
    network: found.WINTERSEAL_NETWORK,
    devices: found.WINTERSEAL_DEVICES,
    display: { host: found.WINTERSEAL_HOST, port: found.WINTERSEAL_DISPLAY_PORT },
    mqtt: { url: found.MQTT_URL, caFile: found.MQTT_CA },
    batchMs: found.WINTERSEAL_BATCH_MS,
    logLevel: found.LOG_LEVEL,
  };
}
