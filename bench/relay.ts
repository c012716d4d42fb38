/**
 * Our relay against `fabric-gateway` used directly: the same transactions (`sensor:Register`, each of another sensor) by the same identities on the same
 * ledger, in interleaved runs. Both sides sign, have two organisations endorse, submit and wait for the commit; the light client checks the endorsers'
 * signatures besides, and the relay the sender's, which fabric-gateway does not do. The load generator is this process, and is counted.
 */

import type { Network } from "../lib/messages/network";
import { cpuSeconds } from "./cpu";
import { gatewayWay, type Identity, relayWay, type Way } from "./relay-sides";
import { percentile } from "./report";

export interface Level {
  readonly inFlight: number;
  /** Per run and side. */
  readonly transactions: number;
}

export interface RelayBenchOptions {
  readonly runs: number;
  readonly levels: readonly Level[];
}
export const RELAY_BENCH: RelayBenchOptions = {
  runs: 5,
  levels: [
    { inFlight: 1, transactions: 20 },
    { inFlight: 50, transactions: 500 },
    { inFlight: 200, transactions: 1_200 },
  ],
};

/** Medians over the runs. */
export interface Side {
  readonly perSecond: number;
  /** ms per transaction */
  readonly latencyP50: number;
  readonly latencyP95: number;
  /** CPU ms per transaction by process, `client` being this one. */
  readonly cpu: Readonly<Record<string, number>>;
  readonly cpuTotal: number;
}

export interface LevelResult extends Level {
  readonly relay: Side;
  readonly fabricGateway: Side;
  /** relay ÷ fabric-gateway */
  readonly ratio: { readonly perSecond: number; readonly latencyP50: number; readonly cpuClient: number; readonly cpuTotal: number };
}

export interface RelayBenchResult {
  readonly runs: number;
  readonly levels: readonly LevelResult[];
}

export interface RelayBenchTarget {
  readonly network: Network;
  readonly people: readonly Identity[];
  /** Process ids of the ledger by name. */
  readonly pids: Readonly<Record<string, number>>;
  readonly say: (text: string) => void;
}

/** @param target with as many people as the highest level has in flight */
export async function benchRelay(target: RelayBenchTarget, options: RelayBenchOptions = RELAY_BENCH): Promise<RelayBenchResult> {
  const ways = { relay: await relayWay(target.people, target.network), fabricGateway: await gatewayWay(target.people, target.network) };
  try {
    const levels: LevelResult[] = [];
    for (const level of options.levels) levels.push(await compare(target, ways, level, options.runs));
    return { runs: options.runs, levels };
  } finally {
    await ways.relay.close();
    await ways.fabricGateway.close();
  }
}

type Name = "relay" | "fabricGateway";

async function compare(target: RelayBenchTarget, ways: Record<Name, Way>, level: Level, runs: number): Promise<LevelResult> {
  for (const way of Object.values(ways)) await run(way, Math.min(level.transactions, 2 * level.inFlight), level.inFlight);
  const sides: Record<Name, Side[]> = { relay: [], fabricGateway: [] };
  for (let index = 0; index < runs; index++) {
    // Each goes first in every other run: what the first one warms up serves both.
    const order: Name[] = index % 2 === 0 ? ["relay", "fabricGateway"] : ["fabricGateway", "relay"];
    for (const name of order) sides[name].push(await measure(ways[name], target.pids, level));
  }
  const [relay, fabricGateway] = [medians(sides.relay), medians(sides.fabricGateway)];
  const ratio = {
    perSecond: round(relay.perSecond / fabricGateway.perSecond),
    latencyP50: round(relay.latencyP50 / fabricGateway.latencyP50),
    cpuClient: round((relay.cpu.client ?? 0) / (fabricGateway.cpu.client ?? 1)),
    cpuTotal: round(relay.cpuTotal / fabricGateway.cpuTotal),
  };
  target.say(
    `  ${level.inFlight} in flight: relay ${relay.perSecond}/s, fabric-gateway ${fabricGateway.perSecond}/s, ratio ${ratio.perSecond}`,
  );
  return { ...level, relay, fabricGateway, ratio };
}

async function measure(way: Way, pids: Readonly<Record<string, number>>, { transactions, inFlight }: Level): Promise<Side> {
  const before = cpuOf(pids);
  const begun = performance.now();
  const latencies = await run(way, transactions, inFlight);
  const seconds = (performance.now() - begun) / 1_000;
  const after = cpuOf(pids);
  const cpu = Object.fromEntries(
    Object.entries(after).map(([name, used]) => [name, round(((used - (before[name] ?? 0)) * 1_000) / transactions)]),
  );
  return {
    perSecond: transactions / seconds,
    latencyP50: percentile(latencies, 0.5),
    latencyP95: percentile(latencies, 0.95),
    cpu,
    cpuTotal: Object.values(cpu).reduce((sum, one) => sum + one, 0),
  };
}

/** CPU seconds used so far, this process included. */
function cpuOf(pids: Readonly<Record<string, number>>): Record<string, number> {
  const own = process.cpuUsage();
  const others = Object.entries(pids).map(([name, pid]) => [name, cpuSeconds(pid) ?? 0] as const);
  return { client: (own.user + own.system) / 1e6, ...Object.fromEntries(others) };
}

async function run(way: Way, count: number, inFlight: number): Promise<number[]> {
  const latencies: number[] = [];
  let left = count;
  const work = async (worker: number) => {
    while (left-- > 0) {
      const started = performance.now();
      await way.transact(worker);
      latencies.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, worker) => work(worker)));
  return latencies;
}

const round = (value: number) => Math.round(value * 100) / 100;
const median = (values: readonly number[]) => round(percentile(values, 0.5));

function medians(sides: readonly Side[]): Side {
  const names = Object.keys(sides[0]?.cpu ?? {});
  return {
    perSecond: median(sides.map((side) => side.perSecond)),
    latencyP50: median(sides.map((side) => side.latencyP50)),
    latencyP95: median(sides.map((side) => side.latencyP95)),
    cpu: Object.fromEntries(names.map((name) => [name, median(sides.map((side) => side.cpu[name] ?? 0))])),
    cpuTotal: median(sides.map((side) => side.cpuTotal)),
  };
}
