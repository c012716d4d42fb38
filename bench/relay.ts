/**
 * The relay in process, without broker, against `fabric-gateway` used directly: the same transactions (`sensor:Register`, each of another sensor) by the
 * same identity on the same embedded ledger, in interleaved runs. Both sides sign, have two organisations endorse, submit and wait for the commit; the
 * light client checks the endorsers' signatures besides, which fabric-gateway does not do. Beside it a lone reading end to end over MQTT.
 */
import { createHash, createPrivateKey, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Client, credentials } from "@grpc/grpc-js";
import { connect as connectGateway, hash, signers } from "@hyperledger/fabric-gateway";
import { parseResult } from "../device/ts/client";
import type { Link } from "../device/ts/link";
import { encodeFrom } from "../device/ts/link-messages";
import { canonicalBytes } from "../lib/domain/canonical-json";
import { connect } from "../lib/fabric/connection";
import { readIdentity } from "../lib/fabric/identity-node";
import { readNetwork } from "../lib/fabric/network";
import type { Network } from "../lib/messages/network";
import { CertificateAuthority, issueIdentity } from "../organisation/ca";
import { Desk } from "../proxy/relay/desk";
import { openRelay } from "../proxy/relay/open";
import { FairQueue } from "../proxy/relay/queue";
import { openClient } from "../start/importer/client";
import type { Stack } from "../start/stack";
import { startSensor } from "../start/testing/sensor";
import { percentile } from "./report";

export interface RelayBenchOptions {
  readonly runs: number;
  readonly transactionsPerRun: number;
  readonly inFlight: number;
  readonly loneReadings: number;
}
export const RELAY_BENCH: RelayBenchOptions = { runs: 5, transactionsPerRun: 200, inFlight: 8, loneReadings: 100 };

/** Medians over the runs. */
export interface Side {
  /** ms per transaction of this process: client and relay, or client and SDK */
  readonly cpu: number;
  /** ms, one in flight */
  readonly latency: number;
  /** ms, `inFlight` in flight */
  readonly latencyLoaded: number;
}

export interface RelayBenchResult {
  readonly options: RelayBenchOptions;
  readonly relay: Side;
  readonly fabricGateway: Side;
  /** relay ÷ fabric-gateway: 1.05 is 5 % more */
  readonly ratio: { readonly cpu: number; readonly latency: number; readonly latencyLoaded: number };
  /** From measured to noticed by the sensor: MQTT, TLS, two organisations; ms */
  readonly mqtt: { readonly p50: number; readonly p95: number };
}

type Transact = (worker: number) => Promise<unknown> | undefined;

export async function benchRelay(stack: Stack, options: RelayBenchOptions = RELAY_BENCH): Promise<RelayBenchResult> {
  const network = await readNetwork(stack.context.layout.network);
  const people = await identities(stack, options.inFlight);
  const relay = await relaySide(people, network);
  const direct = await gatewaySide(people, network);
  try {
    const sides = await compare(relay.transact, direct.transact, options);
    return { options, ...sides, mqtt: await loneReadings(stack, options.loneReadings) };
  } finally {
    await relay.close();
    direct.close();
  }
}

function registration(): Uint8Array {
  const sensor = `bench-${randomBytes(8).toString("hex")}`;
  const now = Date.now();
  const calibration = {
    number: sensor,
    hash: createHash("sha256").update(sensor).digest("hex"),
    laboratory: "bench",
    from: now - 1_000,
    to: now + 86_400_000,
    min: -40_000,
    max: 60_000,
    uncertainty: 200,
  };
  return canonicalBytes({ sensor, thumbprint: randomBytes(32).toString("hex"), model: "bench", owner: "ShipperMSP", calibration });
}

interface Identity {
  readonly mspId: string;
  readonly folder: string;
}

/** As many identities as are in flight: the relay has one transaction of a sender in flight, so one identity alone would only measure that. */
async function identities(stack: Stack, count: number): Promise<Identity[]> {
  const { layout } = stack.context;
  const ca = await CertificateAuthority.open(layout.organisation("authority"));
  const one = async (index: number) => {
    const folder = join(layout.people, `bench-${index}`);
    await issueIdentity(ca, { commonName: `bench-${index}@authority`, type: "client", role: "importer", name: "Benchmark", out: folder });
    return { mspId: "AuthorityMSP", folder };
  };
  const made: Identity[] = [];
  for (let index = 0; index < count; index++) made.push(await one(index));
  return made;
}

async function relaySide(people: readonly Identity[], network: Network) {
  const connection = await connect(network);
  const operator = await readIdentity(network.operator.mspId, network.operator.certificate, network.operator.privateKey);
  const opened = openRelay({ network, connection, operator });
  const desk = new Desk(opened.relay, {
    mqtt: new FairQueue({ perLane: 64, total: 1_000, concurrency: 64 }),
    https: new FairQueue({ perLane: 64, total: 1_000, concurrency: 64 }),
  });
  let request = 0;
  const link: Link = {
    request: (body) => desk.take({ transport: "https" }, body.type, encodeFrom({ ...body, request: ++request })).answer,
  };
  const clients = await Promise.all(people.map((person) => openClient(person, network, link)));
  const transact = (worker: number) => clients[worker]?.transact("sensor:Register", [registration()], parseResult);
  return { transact, close: () => opened.close().then(() => connection.close()) };
}

async function gatewaySide(people: readonly Identity[], network: Network) {
  const address = network.organisations[0]?.peers[0]?.address;
  if (address === undefined) throw new Error("the test stack has no peer");
  const client = new Client(address, credentials.createInsecure());
  const contracts = await Promise.all(
    people.map(async ({ mspId, folder }) => {
      const [certificate, key] = await Promise.all([readFile(join(folder, "cert.pem")), readFile(join(folder, "key.pem"))]);
      const signer = signers.newPrivateKeySigner(createPrivateKey(key));
      const gateway = connectGateway({ client, identity: { mspId, credentials: certificate }, signer, hash: hash.sha256 });
      return gateway.getNetwork(network.channel).getContract(network.chaincode);
    }),
  );
  const transact = (worker: number) => contracts[worker]?.submit("sensor:Register", { arguments: [registration()] });
  return { transact, close: () => client.close() };
}

async function compare(relay: Transact, direct: Transact, options: RelayBenchOptions) {
  for (const transact of [relay, direct]) await run(transact, 50, options.inFlight);
  const sides = { relay: [] as Side[], fabricGateway: [] as Side[] };
  for (let index = 0; index < options.runs; index++) {
    // Each goes first in every other run: what the first one warms up serves both.
    const order = [
      { name: "relay", transact: relay },
      { name: "fabricGateway", transact: direct },
    ] as const;
    for (const { name, transact } of index % 2 === 0 ? order : [...order].reverse()) sides[name].push(await measure(transact, options));
  }
  const [ours, theirs] = [median(sides.relay), median(sides.fabricGateway)];
  const ratio = {
    cpu: round(ours.cpu / theirs.cpu),
    latency: round(ours.latency / theirs.latency),
    latencyLoaded: round(ours.latencyLoaded / theirs.latencyLoaded),
  };
  return { relay: ours, fabricGateway: theirs, ratio };
}

async function measure(transact: Transact, { transactionsPerRun, inFlight }: RelayBenchOptions): Promise<Side> {
  const lone = await run(transact, Math.ceil(transactionsPerRun / 4), 1);
  const before = process.cpuUsage();
  const loaded = await run(transact, transactionsPerRun, inFlight);
  const used = process.cpuUsage(before);
  return {
    cpu: (used.user + used.system) / 1_000 / transactionsPerRun,
    latency: percentile(lone, 0.5),
    latencyLoaded: percentile(loaded, 0.5),
  };
}

async function run(transact: Transact, count: number, inFlight: number): Promise<number[]> {
  const latencies: number[] = [];
  let left = count;
  const work = async (worker: number) => {
    while (left-- > 0) {
      const started = performance.now();
      await transact(worker);
      latencies.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, worker) => work(worker)));
  return latencies;
}

const round = (value: number) => Math.round(value * 1_000) / 1_000;
function median(sides: readonly Side[]): Side {
  const of = (key: keyof Side) =>
    round(
      percentile(
        sides.map((side) => side[key]),
        0.5,
      ),
    );
  return { cpu: of("cpu"), latency: of("latency"), latencyLoaded: of("latencyLoaded") };
}

async function loneReadings(stack: Stack, count: number): Promise<{ p50: number; p95: number }> {
  const sensor = await startSensor(stack, "bench-relay");
  try {
    const latencies: number[] = [];
    for (let index = 0; index < count + 5; index++) {
      const started = performance.now();
      await sensor.measure(5_000 + index);
      while (sensor.journal.waiting > 0 || !sensor.events.some((event) => event.type === "noticed" && event.sequence === index + 1)) {
        await sensor.step();
      }
      // The first ones meet a cold connection and a clock that is not set.
      if (index >= 5) latencies.push(performance.now() - started);
    }
    return { p50: round(percentile(latencies, 0.5)), p95: round(percentile(latencies, 0.95)) };
  } finally {
    await sensor.close();
  }
}
