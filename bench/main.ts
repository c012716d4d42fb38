/**
 * `npm run bench`: the figures of the product on this machine, load generators included, printed with commit and machine.
 * With `--json` the last line is one line of JSON. Sections can be named: `npm run bench -- start lone throughput batches hostile relay mqtt ledger`.
 * `npm run bench:relay` measures the relay on real Fabric (`--release 2.5`, `--block-timeout MS`, `--runs N`, `--levels 50,200`).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ORGANISATIONS } from "../start/layout";
import { freePort, portsFrom } from "../start/ports";
import { type Stack, startStack } from "../start/stack";
import { benchBatches } from "./batches";
import { benchHostile } from "./hostile";
import { benchLedger } from "./ledger";
import { benchLone } from "./lone";
import { benchMqtt } from "./mqtt";
import { benchProjection } from "./projection";
import { RELAY_BENCH, type RelayBenchOptions } from "./relay";
import { benchRelayOnFabric, benchRelayOnStack } from "./relay-targets";

import { memoryOf, provenance } from "./report";
import { benchStart } from "./start";
import { benchThroughput } from "./throughput";
import { signIn } from "./viewer";

const say = (text: string) => process.stderr.write(`${text}\n`);
const { values: options, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean" },
    release: { type: "string" },
    "block-timeout": { type: "string" },
    runs: { type: "string" },
    levels: { type: "string" },
  },
});
const wanted = (section: string) => asked.length === 0 || asked.includes(section);

async function withStack<T>(work: (stack: Stack) => Promise<T>, face: "site" | "proxy" = "site"): Promise<T> {
  const data = mkdtempSync(join(tmpdir(), "winterseal-bench-"));
  const ports = portsFrom(
    await freePort(),
    ORGANISATIONS.map(({ id }) => id),
  );
  const settings = {
    root: process.cwd(),
    data,
    ports,
    host: "127.0.0.1",
    name: "localhost",
    tls: false,
    face,
    seed: false,
    fleet: false,
    say,
  } as const;
  const stack = await startStack(settings);
  try {
    return await work(stack);
  } finally {
    await stack.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

/** `--release 2.5`, `--block-timeout 250` (ms) */
function fabricChoice(): Parameters<typeof benchRelayOnFabric>[1] {
  const { release, "block-timeout": timeout } = options;
  const given = { ...(release === undefined ? {} : { release }), ...(timeout === undefined ? {} : { blockTimeoutMs: Number(timeout) }) };
  return { ...given, options: relayOptions() };
}

/** `--runs 3`, `--levels 50,200` (in flight) */
function relayOptions(): RelayBenchOptions {
  const wanted = options.levels?.split(",").map(Number);
  return {
    runs: options.runs === undefined ? RELAY_BENCH.runs : Number(options.runs),
    levels: RELAY_BENCH.levels.filter(({ inFlight }) => wanted === undefined || wanted.includes(inFlight)),
  };
}

async function main(): Promise<void> {
  const figures: Record<string, unknown> = { ...provenance() };
  if (wanted("start")) figures.start = await benchStart();
  if (wanted("lone") || wanted("throughput")) {
    await withStack(async (stack) => {
      if (wanted("lone")) figures.lone = await benchLone(stack, await signIn(stack), 200);
      if (wanted("throughput")) figures.throughput = await benchThroughput(stack, 100, 61);
      figures.memoryAfterLoadMiB = Math.round(memoryOf(process.pid) / 2 ** 20);
    });
  }
  if (wanted("batches")) {
    await withStack(async (stack) => {
      figures.batches = await benchBatches(stack, { sensors: 100, batches: 20, readings: 100 });
    }, "proxy");
  }
  if (wanted("hostile")) figures.hostile = await withStack((stack) => benchHostile(stack), "proxy");
  if (wanted("projection")) figures.projection = await benchProjection({ transactions: 3_000, readings: 1 });
  if (wanted("relay") || wanted("mqtt")) {
    await withStack(async (stack) => {
      if (wanted("relay")) figures.relay = await benchRelayOnStack(stack, say, relayOptions());
      if (wanted("mqtt")) figures.mqtt = await benchMqtt(stack);
    }, "proxy");
  }
  // Asked for by name only: it needs Fabric's binaries.
  if (asked.includes("fabric")) figures.relayOnFabric = await benchRelayOnFabric(say, fabricChoice());
  if (wanted("ledger")) figures.ledger = await benchLedger({ transactions: 3_000, inFlight: 100 });
  process.stdout.write(`${options.json ? JSON.stringify(figures) : JSON.stringify(figures, null, 2)}\n`);
}

main().catch((error: unknown) => {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
});
