/**
 * `npm run kill`: the product on a ledger of your choice, under load, its processes killed, frozen and restarted one after another, and every invariant
 * checked after each round. Ends at the first round that breaks one, and then keeps the data folder.
 */
import { parseArgs } from "node:util";
import type { EngineChoice } from "../engine";
import { freePort } from "../ports";
import { startTestStack } from "../testing/stack";
import { toldToEnd } from "../told-to-end";
import { leaderOf } from "./leader";
import { startMosquitto } from "./mosquitto";
import { type Round, Rounds } from "./rounds";

const USAGE = `Usage: npm run kill -- [OPTIONS]

  --rounds N       how often every process is struck (default 1)
  --seed N         order and kind of the faults (default: drawn, and said)
  --devices N      sensors that measure meanwhile (default 8)
  --engine E       embedded, or fabric: real Fabric, whose binaries FABRIC_BIN names (default embedded)
  --release R      2.5 or 3.1, where FABRIC_BIN lists several
  --broker B       embedded or mosquitto (default embedded)
  --parts A,B      strike these only`;

const { values: given } = parseArgs({
  options: {
    rounds: { type: "string", default: "1" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    devices: { type: "string", default: "8" },
    engine: { type: "string", default: "embedded" },
    release: { type: "string" },
    broker: { type: "string", default: "embedded" },
    parts: { type: "string" },
    help: { type: "boolean" },
  },
});
const say = (text: string) => process.stderr.write(`${text}\n`);

function engine(): EngineChoice {
  if (given.engine !== "fabric") return { kind: "embedded" };
  return { kind: "fabric", ...(given.release === undefined ? {} : { release: given.release }) };
}

async function main(): Promise<void> {
  const ended = toldToEnd();
  const mosquittoPort = given.broker === "mosquitto" ? await freePort() : undefined;
  if (mosquittoPort !== undefined) process.env.MQTT_URL = `mqtts://127.0.0.1:${mosquittoPort}`;
  const stack = await startTestStack(say, false, engine());
  const { layout, ports, root } = stack.context;
  const mosquitto = mosquittoPort === undefined ? undefined : await startMosquitto(root, layout, mosquittoPort, say);
  const processes = { pids: () => ({ ...stack.pids(), ...mosquitto?.pids() }) };
  let rounds: Rounds | undefined;
  let isWhole = false;
  try {
    rounds = await Rounds.open(stack, processes, {
      devices: Number(given.devices),
      seed: Number(given.seed),
      say,
      ...(given.parts === undefined ? {} : { parts: given.parts.split(",") }),
      ...(given.engine === "fabric" ? { leader: () => leaderOf(ports.web) } : {}),
    });
    for (let number = 1; number <= Number(given.rounds); number++) {
      say(`  round ${number} of ${given.rounds}, seed ${given.seed}`);
      report(number, await Promise.race([rounds.round(), ended]));
    }
    isWhole = true;
  } finally {
    await rounds?.close();
    if (!isWhole) say(`  kept for whoever looks into it: ${stack.data}`);
    await (isWhole ? stack.end() : stack.stop());
    await mosquitto?.stop();
  }
}

function report(number: number, { struck, ...round }: Round): void {
  const slowest = struck.reduce((worst, one) => (one.resumedMs > worst.resumedMs ? one : worst));
  const line = { round: number, struck: struck.length, slowest: `${slowest.how} ${slowest.part} ${slowest.resumedMs} ms`, ...round };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

if (given.help) process.stdout.write(`${USAGE}\n`);
else {
  main().catch((error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exitCode = 1;
  });
}
