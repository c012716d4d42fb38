import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { connect } from "../lib/fabric/connection";
import { DEADLINES } from "../lib/fabric/deadlines";
import { FabricError } from "../lib/fabric/errors";
import { readIdentity } from "../lib/fabric/identity-node";
import { readNetwork } from "../lib/fabric/network";
import { type Runtime, setRuntime } from "../lib/messages/runtime";
import { startProjection } from "../lib/projection/start";
import { HealthCheck } from "./health";
import { startHttp } from "./http/server";
import { Metrics } from "./metrics";
import { startMqtt } from "./mqtt/mqtt";
import { Desk } from "./relay/desk";
import { FairQueue, type QueueLimits } from "./relay/queue";
import { Relay } from "./relay/relay";
import type { ProxySettings } from "./settings";

export interface Running extends Runtime {
  /** Port of the HTTP listener for signers. */
  readonly relayPort: number;
  /** Drains: takes no more messages, answers those under way, then closes. */
  stop(): Promise<void>;
}

/** How the projection is started: by itself here, by nothing where a test or a benchmark looks at the relay alone. */
export type StartProjection = typeof startProjection;

/**
 * A sensor has one transaction in flight and may ask for a status beside it; a handful more are resends. 256 at once keep a Gateway peer (500 calls)
 * busy; 2,000 waiting messages of 20 KB are 40 MB.
 */
const QUEUE: QueueLimits = { perLane: 4, total: 2_000, concurrency: 256 };
/** How long a stop waits for messages under way, ms: a commit may take its whole deadline. */
const DRAIN = 15_000;

const PROXY = Symbol.for("winterseal.proxy");
const shared = globalThis as { [key: symbol]: Promise<Running> | undefined };

/** Starts the proxy of this process; a second call gives the one that runs. */
export function startProxy(settings: ProxySettings, project: StartProjection | null = startProjection): Promise<Running> {
  const running = shared[PROXY] ?? start(settings, project);
  shared[PROXY] = running;
  running.catch(() => {
    shared[PROXY] = undefined;
  });
  return running;
}

async function start(settings: ProxySettings, project: StartProjection | null): Promise<Running> {
  const log = pino({ name: "proxy", level: settings.logLevel });
  const network = await readNetwork(settings.networkFile);
  const { mspId, certificate, privateKey } = network.operator;
  const operator = await readIdentity(mspId, certificate, privateKey);
  const connection = await connect(network);
  const projection = await project?.({ network, databaseUrl: settings.databaseUrl, log });
  const projectionStatus = () => projection?.status() ?? { height: 0, lagBlocks: 0, halted: null };

  const queue = new FairQueue(QUEUE);
  const metrics = new Metrics({
    mqttConnected: () => mqtt.connected,
    waiting: () => queue.waiting,
    running: () => queue.running,
    projection: () => ({ ...projectionStatus(), halted: projectionStatus().halted !== null }),
  });
  const relay = new Relay({ network, connection, operator, deadlines: DEADLINES, timed: (stage, s) => metrics.timed(stage, s) });
  const desk = new Desk(relay, queue, {
    received: (type, who) => metrics.received(type, who),
    committed: (code) => metrics.committed(code),
    refused: (code, stage, error) => {
      metrics.refused(code, stage);
      logRefusal(log, code, stage, error);
    },
  });
  const mqtt = startMqtt(settings.mqtt, desk, {
    connected: () => log.info({ url: settings.mqtt.url, shared: settings.mqtt.shared }, "broker connected"),
    lost: (reason) => log.warn({ reason }, "broker connection lost"),
    dropped: () => metrics.dropped(),
    foreign: (topic) => log.warn({ topic: topic.slice(0, 128) }, "foreign topic"),
  });
  const origins = network.organisations.flatMap(({ signer }) => (signer === undefined ? [] : [new URL(signer).origin]));
  const http = await startHttp({ ...settings.relay, origins }, desk);
  const check = new HealthCheck({
    network,
    connection,
    operator,
    mqttConnected: () => mqtt.connected,
    inFlight: () => queue.running + queue.waiting,
    projection: projectionStatus,
  });
  const runtime: Runtime = {
    health: () => check.health(),
    metrics: async () => ({ text: await metrics.registry.metrics(), contentType: metrics.registry.contentType }),
  };
  setRuntime(runtime);
  log.info({ channel: network.channel, relayPort: http.port }, "proxy serves");

  return {
    ...runtime,
    relayPort: http.port,
    async stop() {
      shared[PROXY] = undefined;
      setRuntime(undefined);
      const pausing = mqtt.pause().catch((error: unknown) => log.warn({ error: String(error) }, "unsubscribe failed"));
      const closing = http.close();
      await Promise.race([Promise.all([pausing, closing, queue.idle()]), sleep(DRAIN, undefined, { ref: false })]);
      await mqtt.close();
      await projection?.stop();
      connection.close();
      log.info("proxy stopped");
    },
  };
}

/** Refusals are daily business; what nobody foresaw is not. */
function logRefusal(log: pino.Logger, code: string, stage: string, error: unknown): void {
  if (code === "INTERNAL") log.error({ code, stage, err: error }, "refused");
  else log.info({ code, stage, details: error instanceof FabricError ? error.details : undefined }, "refused");
}
