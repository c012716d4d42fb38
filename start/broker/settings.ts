import { readFile } from "node:fs/promises";
import * as z from "zod";

const port = z.coerce.number().int().min(0).max(65_535);
const count = (fallback: number) => z.coerce.number().int().min(1).default(fallback);

/** `<authority's root.pem>,<operator's root.pem>`, in this order: who issues sensors, and who issues the proxy. */
const roots = z.string().transform((text, context) => {
  const [authority, operator, ...more] = text.split(",").map((path) => path.trim());
  if (!authority || !operator || more.length > 0) {
    context.addIssue({ code: "custom", message: "expected <authority root.pem>,<operator root.pem>" });
    return z.NEVER;
  }
  return { authority, operator };
});

const environment = z.object({
  BROKER_HOST: z.string().default("127.0.0.1"),
  BROKER_PORT: port,
  BROKER_CERT: z.string().min(1),
  BROKER_KEY: z.string().min(1),
  BROKER_ROOTS: roots,
  BROKER_MAX_CONNECTIONS: count(2_000),
  BROKER_MAX_CONNECTIONS_PER_ADDRESS: count(500),
  LOG_LEVEL: z.string().default("info"),
});

export interface BrokerSettings {
  readonly host: string;
  /** 0 = any free one */
  readonly port: number;
  /** PEM */
  readonly certificate: string;
  readonly key: string;
  /** PEM: who issues sensors, and who issues the proxy. */
  readonly roots: { readonly authority: string; readonly operator: string };
  readonly limits: {
    readonly connections: number;
    readonly connectionsPerAddress: number;
    /** ms from the TCP connection to a complete MQTT CONNECT, TLS handshake included */
    readonly connectMs: number;
    /** Bytes of the first packet: a CONNECT of ours has no will and no password. */
    readonly connectBytes: number;
    /** Bytes of any later packet. */
    readonly packetBytes: number;
    /** Per sensor, see {@link PaceLimits}: a journal of weeks is delivered at some 80 packets a second at most. */
    readonly packetsPerSecond: number;
    readonly burst: number;
  };
}

/** Reads settings from the environment. @throws Error naming the variable and what to set it to. */
export async function brokerSettings(env: Readonly<Record<string, string | undefined>>): Promise<BrokerSettings & { logLevel: string }> {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`${issue?.path.join(".")}: ${issue?.message}. Set it for the broker; npm start does so by itself.`);
  }
  const found = parsed.data;
  const [certificate, key, authority, operator] = await Promise.all(
    [found.BROKER_CERT, found.BROKER_KEY, found.BROKER_ROOTS.authority, found.BROKER_ROOTS.operator].map((file) => readFile(file, "utf8")),
  );
  return {
    host: found.BROKER_HOST,
    port: found.BROKER_PORT,
    certificate: certificate ?? "",
    key: key ?? "",
    roots: { authority: authority ?? "", operator: operator ?? "" },
    limits: { ...LIMITS, connections: found.BROKER_MAX_CONNECTIONS, connectionsPerAddress: found.BROKER_MAX_CONNECTIONS_PER_ADDRESS },
    logLevel: found.LOG_LEVEL,
  };
}

/** Largest message of the link plus room for the topic. */
const PACKET_BYTES = 256 * 1024 + 512;

export const LIMITS: BrokerSettings["limits"] = {
  connections: 2_000,
  connectionsPerAddress: 500,
  connectMs: 10_000,
  connectBytes: 1_024,
  packetBytes: PACKET_BYTES,
  packetsPerSecond: 200,
  burst: 400,
};
