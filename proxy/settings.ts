import { readFile } from "node:fs/promises";
import * as z from "zod";
import { PROXY_ID } from "../lib/messages/link";

const port = z.coerce.number().int().min(0).max(65_535);

const environment = z.object({
  WINTERSEAL_NETWORK: z.string().min(1),
  DATABASE_URL: z.string().min(1),
  MQTT_URL: z.string().regex(/^mqtts?:\/\//, "an address mqtts://host:port"),
  MQTT_CA: z.string().min(1).optional(),
  MQTT_CERT: z.string().min(1).optional(),
  MQTT_KEY: z.string().min(1).optional(),
  MQTT_SHARED: z.enum(["0", "1"]).default("0"),
  WINTERSEAL_PROXY_ID: z.string().regex(PROXY_ID, "small letters, digits and hyphens, 32 at most").optional(),
  WINTERSEAL_RELAY_HOST: z.string().default("127.0.0.1"),
  WINTERSEAL_RELAY_PORT: port.default(4170),
  LOG_LEVEL: z.string().default("info"),
});

export interface MqttSettings {
  readonly url: string;
  /** PEM */
  readonly ca?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  /** Subscribe as one of several proxies: only where the broker has shared subscriptions (Mosquitto has, the embedded one has not). */
  readonly shared: boolean;
}

export interface ProxySettings {
  /** How this proxy calls itself towards devices, which name it when it took a batch and never got it committed. One name for one proxy, over its starts. */
  readonly id?: string | undefined;
  readonly networkFile: string;
  readonly databaseUrl: string;
  readonly mqtt: MqttSettings;
  readonly relay: { readonly host: string; readonly port: number };
  readonly logLevel: string;
}

/** Reads settings from the environment. @throws Error naming the variable and what it is for */
export async function proxySettings(env: Readonly<Record<string, string | undefined>>): Promise<ProxySettings> {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(
      `${issue?.path.join(".")}: ${issue?.message}. docs/architecture.md lists what the proxy needs; npm start sets it by itself.`,
    );
  }
  const found = parsed.data;
  const read = async (file: string | undefined) => (file === undefined ? undefined : readFile(file, "utf8"));
  const [ca, certificate, key] = await Promise.all([read(found.MQTT_CA), read(found.MQTT_CERT), read(found.MQTT_KEY)]);
  return {
    id: found.WINTERSEAL_PROXY_ID,
    networkFile: found.WINTERSEAL_NETWORK,
    databaseUrl: found.DATABASE_URL,
    mqtt: { url: found.MQTT_URL, ca, certificate, key, shared: found.MQTT_SHARED === "1" },
    relay: { host: found.WINTERSEAL_RELAY_HOST, port: found.WINTERSEAL_RELAY_PORT },
    logLevel: found.LOG_LEVEL,
  };
}
