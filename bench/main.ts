/**
 * `npm run bench`: the figures of the product on this machine, load generators included, printed with commit and machine.
 * With `--json` the last line is one line of JSON. Sections can be named: `npm run bench -- start lone throughput relay ledger`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ORGANISATIONS } from "../start/layout";
import { freePort, portsFrom } from "../start/ports";
import { type Stack, startStack } from "../start/stack";
import { benchLedger } from "./ledger";
import { benchLone } from "./lone";

import { benchProjection } from "./projection";

import { benchRelay } from "./relay";

import { memoryOf, provenance } from "./report";
import { benchStart } from "./start";
import { benchThroughput } from "./throughput";
import { signIn } from "./viewer";

const say = (text: string) => process.stderr.write(`${text}\n`);
const asked = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const wanted = (section: string) => asked.length === 0 || asked.includes(section);

async function withStack<T>(work: (stack: Stack) => Promise<T>, face: "site" | "proxy" = "site"): Promise<T> {
  const data = mkdtempSync(join(tmpdir(), "winterseal-bench-"));
  const ports = portsFrom(
    await freePort(),
    ORGANISATIONS.map(({ id }) => id),
  );
  const options = {
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
  const stack = await startStack(options);
  try {
    return await work(stack);
  } finally {
    await stack.stop();
    rmSync(data, { recursive: true, force: true });
  }
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
  if (wanted("projection")) figures.projection = await benchProjection({ transactions: 3_000, readings: 1 });
  if (wanted("relay")) figures.relay = await withStack((stack) => benchRelay(stack), "proxy");
  if (wanted("ledger")) figures.ledger = await benchLedger({ transactions: 3_000, inFlight: 100 });
  process.stdout.write(`${process.argv.includes("--json") ? JSON.stringify(figures) : JSON.stringify(figures, null, 2)}\n`);
}

main().catch((error: unknown) => {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
});
