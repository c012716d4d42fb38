import { randomInt } from "node:crypto";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { type Connection, connect } from "../lib/fabric/connection";
import { FabricError } from "../lib/fabric/errors";
import { readIdentity } from "../lib/fabric/identity-node";
import { readNetwork } from "../lib/fabric/network";
import { COMPACT_LEVEL, type Stage } from "../lib/messages/link";
import { type Runtime, setRuntime } from "../lib/messages/runtime";
import { type RunningProjection, startProjection } from "../lib/projection/start";
import { Hints } from "./events/hints";
import { HealthCheck } from "./health";
import { type HttpTransport, startHttp } from "./http/server";
import { Metrics } from "./metrics";
import { type MqttEvents, type MqttTransport, startMqtt } from "./mqtt/mqtt";
import { PeerReports } from "./peer-reports";
import { CompactProxy } from "./relay/compact";
import { Desk, type DeskEvents, type Queues } from "./relay/desk";
import { type OpenRelay, type OpenRelayOptions, openRelay } from "./relay/open";
import { FairQueue, type QueueLimits } from "./relay/queue";
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
const DEVICES: QueueLimits = { perLane: 4, total: 2_000, concurrency: 256 };
/** People are few, and whoever floods the open door keeps only people waiting. */
const PEOPLE: QueueLimits = { perLane: 4, total: 256, concurrency: 64 };
/** How long a stop waits for messages under way, ms, and then for the broker to take the last answers; a supervisor kills after 15 s. */
const DRAIN = 10_000;
const FAREWELL = 2_000;

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
  const queues: Queues = { mqtt: new FairQueue(DEVICES), https: new FairQueue(PEOPLE) };
  const busy = () => queues.mqtt.running + queues.https.running;
  const waiting = () => queues.mqtt.waiting + queues.https.waiting;
  let projection: RunningProjection | undefined;
  let mqtt: MqttTransport | undefined;
  let opened: OpenRelay | undefined;
  const projectionStatus = () => projection?.status() ?? { height: 0, lagBlocks: 0, halted: null };
  const mqttConnected = () => mqtt?.connected ?? false;

  const metrics = new Metrics({
    mqttConnected,
    waiting,
    running: busy,
    projection: () => ({ ...projectionStatus(), halted: projectionStatus().halted !== null }),
    peers: () => opened?.peers.standing() ?? [],
    noticing: () => opened?.notices.following !== undefined,
  });
  const hints = new Hints((device) => mqtt?.hint(device));
  const asked = (device: string, signedProposal: Uint8Array) => hints.asked(device, signedProposal);
  const timed = (stage: Stage, seconds: number) => metrics.timed(stage, seconds);
  opened = openRelay({ network, connection, operator, timed, asked, events: ledgerEvents(metrics, log) });
  const lane = laneOf(settings.mqtt);
  const desk = new Desk(opened.relay, queues, deskEvents(metrics, log), new CompactProxy(lane, settings.id ?? nameOf(lane)));
  const origins = network.organisations.flatMap(({ signer }) => (signer === undefined ? [] : [new URL(signer).origin]));
  // The port first: the one thing that fails often, before anything runs that would have to be stopped again.
  const http = await startHttp({ ...settings.relay, origins }, desk);
  try {
    projection = await project?.({ network, databaseUrl: settings.databaseUrl, log, heard: (news) => hints.tell(news) });
  } catch (error) {
    await http.close();
    await opened.close();
    connection.close();
    throw error;
  }
  mqtt = startMqtt(settings.mqtt, desk, lane, mqttEvents(settings, metrics, log));
  const running = { mqtt, http, queues, projection, opened, connection, log };
  const inFlight = () => busy() + waiting();
  const check = new HealthCheck({ network, peers: opened.peers, operator, mqttConnected, inFlight, projection: projectionStatus });
  const reports = new PeerReports(network, connection, operator);
  const runtime: Runtime = {
    health: () => check.health(),
    peers: () => reports.reports(),
    metrics: async () => ({ text: await metrics.registry.metrics(), contentType: metrics.registry.contentType }),
  };
  setRuntime(runtime);
  log.info({ channel: network.channel, relayPort: http.port }, "proxy serves");
  return { ...runtime, relayPort: http.port, stop: () => stop(running) };
}

interface Parts {
  readonly mqtt: MqttTransport;
  readonly http: HttpTransport;
  readonly queues: Queues;
  readonly projection: RunningProjection | undefined;
  readonly opened: OpenRelay;
  readonly connection: Connection;
  readonly log: pino.Logger;
}

async function stop({ mqtt, http, queues, projection, opened, connection, log }: Parts): Promise<void> {
  shared[PROXY] = undefined;
  setRuntime(undefined);
  const pausing = mqtt.pause().catch((error: unknown) => log.warn({ error: String(error) }, "unsubscribe failed"));
  await within(DRAIN, Promise.all([pausing, http.close(), queues.mqtt.idle(), queues.https.idle()]));
  // The last job is done; its answer is published in the same turn of the event loop.
  await setImmediate();
  await within(FAREWELL, mqtt.close());
  await projection?.stop();
  await opened.close();
  connection.close();
  log.info("proxy stopped");
}

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/**
 * Compact messages refer to what one proxy remembers. Where several share the load, each hears its own on a lane of its own; two with the same one would
 * both answer, one of them CONTEXT_UNKNOWN, which costs bytes and nothing else.
 */
const laneOf = ({ shared: isShared }: ProxySettings["mqtt"]): string =>
  isShared ? `${COMPACT_LEVEL}${LETTERS[randomInt(62)]}${LETTERS[randomInt(62)]}` : COMPACT_LEVEL;

/** Where nobody gave it a name: the only one, or by its lane, which is another one after a start. */
const nameOf = (lane: string): string => (lane === COMPACT_LEVEL ? "proxy" : `proxy-${Buffer.from(lane.slice(1)).toString("hex")}`);

const within = (ms: number, work: Promise<unknown>): Promise<unknown> => Promise.race([work, sleep(ms, undefined, { ref: false })]);

function deskEvents(metrics: Metrics, log: pino.Logger): DeskEvents {
  return {
    received: (type, who) => metrics.received(type, who),
    committed: (code) => metrics.committed(code),
    refused(code, stage, error) {
      metrics.refused(code, stage);
      logRefusal(log, code, stage, error);
    },
  };
}

/** What goes wrong towards the ledger, and is being made good: peers that fail, attempts made again, a stream of notices that broke. */
const ledgerEvents = (metrics: Metrics, log: pino.Logger): NonNullable<OpenRelayOptions["events"]> => ({
  failed(peer, stage, code) {
    metrics.peerFailed(peer.name, stage, code);
    log.info({ peer: peer.name, stage, code }, "peer failed");
  },
  retried: (stage, code) => metrics.retried(stage, code),
  noticed: (source) => metrics.noticed(source),
  broken: (peer, error) => log.warn({ peer: peer.name, code: error.code, reason: error.message.slice(0, 200) }, "notices interrupted"),
});

const mqttEvents = ({ mqtt: { url, shared: isShared } }: ProxySettings, metrics: Metrics, log: pino.Logger): MqttEvents => ({
  connected: () => log.info({ url, shared: isShared }, "broker connected"),
  lost: (reason) => log.warn({ reason }, "broker connection lost"),
  dropped: () => metrics.dropped(),
  foreign: (topic) => log.warn({ topic: topic.slice(0, 128) }, "foreign topic"),
});

/** Refusals are daily business; what nobody foresaw is not. */
function logRefusal(log: pino.Logger, code: string, stage: string, error: unknown): void {
  if (code === "INTERNAL") log.error({ code, stage, err: error }, "refused");
  else log.info({ code, stage, details: error instanceof FabricError ? error.details : undefined }, "refused");
}
