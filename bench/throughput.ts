import { createPrivateKey, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Client, credentials } from "@grpc/grpc-js";
import { connect, type Gateway, hash } from "@hyperledger/fabric-gateway";
import { signData } from "../ledger/msp/signature";
import { batchHash, encodeBatch, encodeMoment, FIRST_PREVIOUS } from "../lib/domain/batch";
import { readNetwork } from "../lib/fabric/network";
import { openClient } from "../start/importer/client";
import { enrolSensor } from "../start/importer/sensors";
import type { Stack } from "../start/stack";
import { cpuSeconds } from "./cpu";
import { percentile } from "./report";

export interface ThroughputResult {
  readonly transactions: number;
  readonly inFlight: number;
  readonly perSecond: number;
  /** Endorsed → committed, ms. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Until the projection held the last of them, s after the last commit. */
  readonly projectionBehindS: number;
  /** CPU ms per transaction by process; `client` is the load generator, on the same cores. */
  readonly cpuMsPerTransaction: Readonly<Record<string, number>>;
}

const DAY = 86_400_000;

/**
 * One fabric-gateway client drives the embedded ledger through its Gateway: `sensors` identities, each with one `batch:Record` in flight (one
 * reading), endorsed by two organisations by the real contract and committed, projection running.
 */
export async function benchThroughput(stack: Stack, sensors: number, perSensor: number): Promise<ThroughputResult> {
  const { layout, origins } = stack.context;
  const network = await readNetwork(layout.network);
  const identity = { mspId: "AuthorityMSP", folder: join(layout.people, "importer-authority") };
  const authority = await openClient(identity, network, { relay: origins.inner.relay });
  const ids = Array.from({ length: sensors }, (_, index) => `bench-${index}`);
  for (const sensor of ids) {
    const calibration = {
      number: sensor,
      hash: "0".repeat(64),
      laboratory: "bench",
      from: Date.now() - DAY,
      to: Date.now() + DAY,
      min: -40_000,
      max: 60_000,
      uncertainty: 200,
    };
    const registration = { sensor, model: "bench", owner: "ShipperMSP", calibration };
    await enrolSensor({ folder: join(layout.devices, sensor), ca: origins.inner.ca("authority"), authority }, registration);
  }
  const address = network.organisations[0]?.peers[0]?.address ?? "";
  const grpc = new Client(address, credentials.createInsecure(), { "grpc.max_receive_message_length": 16 * 2 ** 20 });
  const loads = await Promise.all(ids.map(async (id) => sensorLoad(await gatewayOf(grpc, join(layout.devices, id)), network, id)));
  const latencies: number[] = [];
  for (const load of loads) await load();
  const before = cpu(stack);
  const begun = performance.now();
  await Promise.all(
    loads.map(async (load) => {
      for (let index = 1; index < perSensor; index++) latencies.push(await load());
    }),
  );
  const seconds = (performance.now() - begun) / 1000;
  const behind = await projectionCatchesUp(origins.inner.site);
  const after = cpu(stack);
  grpc.close();
  const transactions = latencies.length;
  return {
    transactions,
    inFlight: sensors,
    perSecond: Math.round(transactions / seconds),
    p50Ms: Math.round(percentile(latencies, 0.5)),
    p95Ms: Math.round(percentile(latencies, 0.95)),
    projectionBehindS: Math.round(behind) / 1000,
    cpuMsPerTransaction: Object.fromEntries(
      Object.entries(after).map(([name, seconds]) => [name, Math.round(((seconds - (before[name] ?? 0)) * 1e6) / transactions) / 1000]),
    ),
  };
}

async function gatewayOf(client: Client, folder: string): Promise<Gateway> {
  const [credentials, key] = await Promise.all(["cert.pem", "key.pem"].map((file) => readFile(join(folder, file))));
  const privateKey = createPrivateKey(key as Buffer);
  // Without hashing of its own the client hands whole messages over, so that the platform's crypto signs: the library's own signer
  // (JavaScript) would take 1 ms per transaction of the cores that are measured.
  const signer = async (message: Uint8Array) => signData(privateKey, message);
  return connect({ client, identity: { mspId: "AuthorityMSP", credentials: credentials as Buffer }, signer, hash: hash.none });
}

/** One batch after the other on one chain; answers how long the last one took, ms. */
function sensorLoad(gateway: Gateway, { channel, chaincode }: { channel: string; chaincode: string }, id: string): () => Promise<number> {
  const contract = gateway.getNetwork(channel).getContract(chaincode);
  const boot = new Uint8Array(randomBytes(8));
  let sequence = 0;
  let previous: Uint8Array = FIRST_PREVIOUS;
  return async () => {
    sequence++;
    const tick = Math.round(performance.now());
    const readings = [{ tick, temperature: 5_000 + (sequence % 10), humidity: 550 }];
    const bytes = encodeBatch({ kind: "readings", sequence, previous, boot, readings, clock: null });
    const begun = performance.now();
    await contract.submit("batch:Record", { arguments: [bytes, encodeMoment({ boot, tick })] });
    previous = batchHash(id, bytes);
    return performance.now() - begun;
  };
}

function cpu(stack: Stack): Record<string, number> {
  const pids = { client: process.pid, ...stack.pids() };
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, cpuSeconds(pid) ?? Number.NaN]));
}

async function projectionCatchesUp(site: string): Promise<number> {
  const begun = performance.now();
  for (;;) {
    const health = (await (await fetch(`${site}/api/health`)).json()) as { ledger: { height: number }; projection: { height: number } };
    if (health.projection.height >= health.ledger.height) return performance.now() - begun;
  }
}
