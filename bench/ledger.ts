/**
 * Throughput of the embedded ledger: one fabric-gateway client, two organisations endorse, every transaction waited for until it is
 * committed. The contract is the tests' key-value contract, so that the ledger is measured and not the cold chain's rules.
 */
import { performance } from "node:perf_hooks";
import { connectClient, type TestClient } from "../ledger/testing/client";
import { CHAINCODE, createNetwork, ORGANISATIONS } from "../ledger/testing/network";
import type { TestProcess } from "../ledger/testing/processes";
import { cpuSeconds } from "./cpu";

export interface LedgerBenchOptions {
  readonly transactions: number;
  readonly inFlight: number;
}

export interface LedgerBenchResult extends LedgerBenchOptions {
  readonly perSecond: number;
  readonly invalid: number;
  /** Submission to commit, ms. */
  readonly latency: { readonly p50: number; readonly p95: number };
  /** A transaction alone, ms. */
  readonly lone: { readonly p50: number; readonly p95: number };
  /** Opening the ledger again with all blocks checked. */
  readonly reopen: { readonly transactions: number; readonly ms: number };
  /** CPU ms per transaction by process. */
  readonly cpu: Readonly<Record<string, number>>;
}

const WARM_UP = 500;
const ALONE = 50;

function percentile(values: readonly number[], share: number): number {
  const ordered = [...values].sort((left, right) => left - right);
  return Math.round((ordered[Math.min(ordered.length - 1, Math.floor(share * ordered.length))] ?? 0) * 10) / 10;
}

async function transact(client: TestClient, name: string): Promise<{ ms: number; valid: boolean }> {
  const started = performance.now();
  const proposal = client.network.getContract(CHAINCODE).newProposal("append", { arguments: [name, "8.170"] });
  const commit = await (await proposal.endorse()).submit();
  const status = await commit.getStatus();
  return { ms: performance.now() - started, valid: status.successful };
}

async function load(client: TestClient, prefix: string, options: LedgerBenchOptions): Promise<{ ms: number; valid: boolean }[]> {
  let next = 0;
  const results: { ms: number; valid: boolean }[] = [];
  const worker = async () => {
    while (next < options.transactions) results.push(await transact(client, `${prefix}${next++}`));
  };
  await Promise.all(Array.from({ length: options.inFlight }, worker));
  return results;
}

function cpuOf(processes: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(processes).map(([name, pid]) => [name, cpuSeconds(pid) ?? Number.NaN]));
}

export async function benchLedger(options: LedgerBenchOptions): Promise<LedgerBenchResult> {
  const network = await createNetwork();
  const processes: TestProcess[] = [];
  try {
    processes.push(...(await network.startContracts()), await network.startLedger());
    const client = connectClient(network.address(0), network.client);
    try {
      await load(client, "warm-up-", { transactions: WARM_UP, inFlight: 50 });
      const names = [...ORGANISATIONS.map((mspId) => `contract ${mspId}`), "ledger"];
      const pids: Record<string, number> = { client: process.pid };
      for (const [index, name] of names.entries()) pids[name] = processes[index]?.child.pid ?? 0;
      const alone = await load(client, "alone-", { transactions: ALONE, inFlight: 1 });
      const before = cpuOf(pids);
      const started = performance.now();
      const results = await load(client, "load-", options);
      const seconds = (performance.now() - started) / 1000;
      const after = cpuOf(pids);
      const latencies = results.map((result) => result.ms);
      const lone = alone.map((result) => result.ms);
      await processes.pop()?.end();
      const reopening = performance.now();
      processes.push(await network.startLedger());
      const reopen = { transactions: WARM_UP + ALONE + options.transactions, ms: Math.round(performance.now() - reopening) };
      return {
        ...options,
        perSecond: Math.round(options.transactions / seconds),
        invalid: results.filter((result) => !result.valid).length,
        latency: { p50: percentile(latencies, 0.5), p95: percentile(latencies, 0.95) },
        reopen,
        lone: { p50: percentile(lone, 0.5), p95: percentile(lone, 0.95) },
        cpu: Object.fromEntries(
          Object.keys(pids).map((name) => [
            name,
            Math.round((((after[name] ?? 0) - (before[name] ?? 0)) * 1e6) / options.transactions) / 1000,
          ]),
        ),
      };
    } finally {
      client.close();
    }
  } finally {
    await Promise.all(processes.map((running) => running.end()));
    await network.remove();
  }
}

if (process.argv[1]?.includes("ledger-bench")) {
  const [transactions = 3000, inFlight = 100] = process.argv.slice(2).map(Number);
  benchLedger({ transactions, inFlight }).then(
    (result) => process.stdout.write(`${JSON.stringify(result, null, 2)}\n`),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exitCode = 1;
    },
  );
}
