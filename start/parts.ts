import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Layout, ORGANISATIONS } from "./layout";
import { contractPackageId, frontFolder, type Origins } from "./material";
import type { Ports } from "./ports";
import type { Part } from "./supervisor";

export interface PartsContext {
  /** Folder of the project: where dist/ and .next/ lie. */
  readonly root: string;
  readonly layout: Layout;
  readonly ports: Ports;
  /** Ports of the plain HTTP servers, where TLS stands in front of them. */
  readonly inner: Pick<Ports, "web" | "ca" | "signers">;
  readonly tls: boolean;
  readonly origins: Origins;
  readonly databaseUrl: string;
  readonly mqttUrl: string;
  readonly sessionSecret: string;
  readonly host: string;
  /** Whether the organisations' roots were made here, marked as a demonstration's: the website lets their people in. */
  readonly demonstration: boolean;
  readonly webUser?: { readonly uid: number; readonly gid: number };
}

/** Young objects of a transaction die before they are copied twice: less garbage collection for a few MiB (measured with `npm run bench`). */
const HEAP = "--max-semi-space-size=32";

const bundle = (context: PartsContext, name: string, file: string, env: Record<string, string>, args: readonly string[] = []): Part => ({
  name,
  command: process.execPath,
  args: [HEAP, join(context.root, "dist", file), ...args],
  env: { NODE_ENV: "production", WINTERSEAL_NETWORK: context.layout.network, ...env },
});

export const ledgerPart = (context: PartsContext): Part =>
  bundle(context, "ledger", "ledger.mjs", { WINTERSEAL_LEDGER: context.layout.ledgerConfig });

export const contractParts = (context: PartsContext): Part[] =>
  ORGANISATIONS.map(({ id }) =>
    bundle(context, `contract-${id}`, "chaincode.cjs", {
      CHAINCODE_SERVER_ADDRESS: `127.0.0.1:${context.ports.contracts[id]}`,
      CHAINCODE_ID: contractPackageId(id),
    }),
  );

/** Behind the TLS front, plain HTTP stays on this machine. */
const httpHost = ({ tls, host }: PartsContext): string => (tls ? "127.0.0.1" : host);

export const organisationParts = (context: PartsContext): Part[] =>
  ORGANISATIONS.map(({ id }) =>
    bundle(
      context,
      `organisation-${id}`,
      "organisation.mjs",
      {
        WINTERSEAL_HOST: httpHost(context),
        WINTERSEAL_CA_PORT: String(context.inner.ca[id]),
        WINTERSEAL_SIGNER_PORT: String(context.inner.signers[id]),
        WINTERSEAL_ORIGIN: context.origins.site,
        // The processes of this machine meet inside: the site may not run, and its public name may need a certificate.
        WINTERSEAL_RELAY: context.origins.inner.relay,
        WINTERSEAL_SIGNER_PAGE: join(context.root, "dist/signer"),
      },
      ["serve", "--dir", context.layout.organisation(id)],
    ),
  );

export const brokerPart = (context: PartsContext): Part =>
  bundle(context, "broker", "broker.mjs", {
    BROKER_HOST: context.host,
    BROKER_PORT: String(context.ports.broker),
    BROKER_CERT: join(context.layout.broker, "cert.pem"),
    BROKER_KEY: join(context.layout.broker, "key.pem"),
    BROKER_ROOTS: [join(context.layout.data, "network/authority/root.pem"), join(context.layout.data, "network/operator/root.pem")].join(
      ",",
    ),
  });

/** Settings of everything that reaches the broker as the operator. */
export const mqttEnvironment = (context: PartsContext): Record<string, string> => ({
  MQTT_URL: context.mqttUrl,
  MQTT_CA: join(context.layout.data, "network/operator/root.pem"),
  MQTT_CERT: process.env.MQTT_CERT ?? join(context.layout.operator, "cert.pem"),
  MQTT_KEY: process.env.MQTT_KEY ?? join(context.layout.operator, "key.pem"),
  ...(process.env.MQTT_SHARED ? { MQTT_SHARED: process.env.MQTT_SHARED } : {}),
});

/** What proxy and projection need, inside the website or alone. */
const proxyEnvironment = (context: PartsContext): Record<string, string> => ({
  WINTERSEAL_NETWORK: context.layout.network,
  WINTERSEAL_RELAY_PORT: String(context.ports.relay),
  DATABASE_URL: context.databaseUrl,
  ...mqttEnvironment(context),
});

/** Proxy and projection without the website, for tests of the path and for benchmarks. */
export const proxyPart = (context: PartsContext): Part =>
  bundle(context, "proxy", "proxy.mjs", { ...proxyEnvironment(context), WINTERSEAL_HEALTH_PORT: String(context.inner.web) });

const NOTIFY = ["WINTERSEAL_SMTP_URL", "WINTERSEAL_MAIL_FROM", "WINTERSEAL_WEBHOOK_HOSTS"];

/** Mail server and permitted private webhooks, as whoever starts the stack set them. */
const notifyEnvironment = (): Record<string, string> =>
  Object.fromEntries(NOTIFY.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));

export function webPart(context: PartsContext): Part {
  const { root, inner, origins } = context;
  return {
    name: "web",
    command: process.execPath,
    args: [HEAP, join(root, "node_modules/next/dist/bin/next"), "start", "--port", String(inner.web), "--hostname", httpHost(context)],
    cwd: root,
    env: {
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      // next would end the process on SIGTERM before the proxy has drained.
      NEXT_MANUAL_SIG_HANDLE: "1",
      WINTERSEAL_ORIGIN: origins.site,
      BETTER_AUTH_SECRET: context.sessionSecret,
      BETTER_AUTH_URL: origins.site,
      ...(context.demonstration ? { WINTERSEAL_DEMONSTRATION: "1" } : {}),
      ...proxyEnvironment(context),
      ...notifyEnvironment(),
    },
    ...(context.webUser ?? {}),
    ready: () => untilAnswering(`http://127.0.0.1:${inner.web}/api/health`),
    readyWithin: 90_000,
  };
}

export const fleetPart = (context: PartsContext): Part =>
  bundle(context, "fleet", "fleet.mjs", {
    MQTT_URL: context.mqttUrl,
    MQTT_CA: join(context.layout.data, "network/operator/root.pem"),
    WINTERSEAL_DEVICES: context.layout.devices,
    WINTERSEAL_DISPLAY_PORT: String(context.ports.display),
    WINTERSEAL_HOST: context.host,
  });

export function frontPart(context: PartsContext): Part {
  const { ports, inner, layout, origins, host } = context;
  const folder = frontFolder(layout, origins);
  const both = (outer: Readonly<Record<string, number>>, within: Readonly<Record<string, number>>) =>
    Object.entries(outer).map(([id, port]) => ({ port, target: within[id] }));
  return bundle(context, "front", "front.mjs", {
    FRONT_HOST: host,
    FRONT_CERT: join(folder, "cert.pem"),
    FRONT_KEY: join(folder, "key.pem"),
    FRONT_ROUTES: JSON.stringify([
      { port: ports.web, target: inner.web },
      ...both(ports.ca, inner.ca),
      ...both(ports.signers, inner.signers),
    ]),
  });
}

async function untilAnswering(address: string): Promise<void> {
  for (;;) {
    const answer = await fetch(address, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(200);
  }
}
