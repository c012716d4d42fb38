/** `npm run network:up|down|status|check`: a Fabric network on this machine without the product. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as z from "zod";
import { readNetwork } from "../../lib/fabric/network";
import { chooseBinaries } from "../../network/binaries";
import { clockNote, clockProblems } from "../../network/clock";
import { diagnose } from "../../network/diagnose";
import { untilEndorsing } from "../../network/endorsing";
import { NetworkError } from "../../network/errors";
import { healthAddresses } from "../../network/parts";
import { readState } from "../../network/state";
import { layoutOf, writeWhole } from "../layout";
import { supervisorOf } from "../running";
import { PartFailed } from "../supervisor";
import { checkFabric } from "./check";
import { Containers } from "./containers-cli";
import { askControl, serveControl } from "./control";
import { fabricMaterial } from "./material";
import { type FabricNetworkOptions, startFabricNetwork } from "./network";

const root = fileURLToPath(new URL("..", import.meta.url));
const say = (text: string) => process.stdout.write(`${text}\n`);
const DEFAULT_PORT = 4400;
const DEFAULT_FOLDER = ".winterseal-network";
const UP_WITHIN_MS = 180_000;

const USAGE = `Usage: npm run network:up|down|status|check|upgrade|rollback|compose [-- OPTIONS]

  --data DIR       folder that holds everything of the network (default ${DEFAULT_FOLDER})
  --port N         first of the ports it takes (default ${DEFAULT_PORT}; the next 79 follow it)
  --release R      2.5 or 3.1, where FABRIC_BIN lists several folders (default: the newest)
  --consensus C    etcdraft (three ordering nodes) or bft (four; Fabric 3.1 only)
  --peers N        peers of each organisation, 1 to 4 (default 1)
  --compose        up only: in containers, by docker compose and the official images (version 2 of it, and an engine); later commands remember it.
                   network:compose writes the Compose file of such a network and starts nothing
  --code FILE      upgrade only: the contract's bundle (default: the one that is built now)
  --policy RULE    upgrade only: a new signature policy, e.g. "OutOf(3, 'AuthorityMSP.peer', …)"
  --network FILE   check only: a network.json of a network that runs already, anywhere

Environment: FABRIC_BIN, the folder of Fabric's official binaries (several: separated by ':').`;

/** What \`up\` was told, kept with the network: \`status\` and a later \`up\` need not be told again. */
const choiceSchema = z.strictObject({
  port: z.int().min(1024).max(65_000),
  release: z.string().optional(),
  consensus: z.enum(["etcdraft", "bft"]),
  peers: z.int().min(1).max(4),
  /** Whether its processes are containers. */
  compose: z.boolean().optional(),
});
type Choice = z.infer<typeof choiceSchema>;

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: "string" },
    port: { type: "string" },
    release: { type: "string" },
    consensus: { type: "string" },
    peers: { type: "string" },
    network: { type: "string" },
    code: { type: "string" },
    policy: { type: "string" },
    compose: { type: "boolean" },
    help: { type: "boolean" },
  },
});
const layout = layoutOf(resolve(root, given.data ?? DEFAULT_FOLDER));
const choiceFile = join(layout.data, "choice.json");
const runLog = join(layout.logs, "network.log");

function choice(): Choice {
  const before = existsSync(choiceFile) ? choiceSchema.parse(JSON.parse(readFileSync(choiceFile, "utf8"))) : undefined;
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  return choiceSchema.parse({
    port: number(given.port) ?? before?.port ?? DEFAULT_PORT,
    ...((given.release ?? before?.release) ? { release: given.release ?? before?.release } : {}),
    consensus: given.consensus ?? before?.consensus ?? "etcdraft",
    peers: number(given.peers) ?? before?.peers ?? 1,
    compose: given.compose ?? before?.compose ?? false,
  });
}

function options({ port, release, consensus, peers }: Choice): FabricNetworkOptions {
  return {
    root,
    data: layout.data,
    basePort: port,
    consensus,
    peers,
    revive: true,
    say,
    ...(release === undefined ? {} : { bin: release }),
  };
}

async function check(): Promise<void> {
  if (given.network !== undefined) return checkExisting(resolve(given.network));
  const findings = await checkFabric(options(choice()));
  if (findings.length > 0) throw findings;
  const { version, folder } = chooseBinaries(choice().release);
  say(`Ready: Fabric ${version} in ${folder}, ports free, enough disk.`);
  const note = clockNote();
  if (note !== undefined) say(`Note: ${note}.`);
}

async function checkExisting(file: string): Promise<void> {
  const network = await readNetwork(file);
  const findings = await diagnose(network);
  if (findings.length > 0) throw findings;
  say(`${file}: every peer and ordering node of channel "${network.channel}" answers, and knows the operator as a reader.`);
}

/** The supervisor itself: runs until it is told to stop. */
async function run(): Promise<void> {
  const network = await startFabricNetwork(options(choice()));
  say(JSON.stringify({ ready: true, network: network.networkFile, release: network.release }));
  const control = serveControl(layout, async (request) => {
    const { definition } =
      request.command === "rollback"
        ? await network.rollBackContract()
        : await network.changeContract({
            ...(request.bundle === undefined ? {} : { bundle: request.bundle }),
            ...(request.policy === undefined ? {} : { policy: request.policy }),
          });
    return `The contract's version ${definition.version} is in force (sequence ${definition.sequence}).`;
  });
  const stop = async () => {
    control.close();
    await network.stop();
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop());
}

const remember = (chosen: Choice): void => {
  mkdirSync(layout.logs, { recursive: true });
  writeWhole(choiceFile, JSON.stringify(chosen, null, 2));
};

/** The network of this folder where its processes are containers. */
function containers(): Containers | undefined {
  const chosen = choice();
  if (!chosen.compose) return undefined;
  const { port, release, consensus, peers } = chosen;
  return new Containers({ root, layout, shape: { basePort: port, consensus, peers }, say }, release);
}

/** Writes and starts nothing; what a later `up` is told it need not be told again. */
async function compose(): Promise<void> {
  const chosen = { ...choice(), compose: true };
  const { port, release, consensus, peers } = chosen;
  await new Containers({ root, layout, shape: { basePort: port, consensus, peers }, say }, release).write();
  remember(chosen);
}

async function up(): Promise<void> {
  const contained = containers();
  if (contained !== undefined) {
    if (readState({ folder: layout.fabric }) === undefined) await check();
    remember(choice());
    return contained.up();
  }
  if (supervisorOf(layout.running) !== undefined) {
    say(`The network in ${layout.data} is up already.`);
    return;
  }
  await check();
  const begun = Date.now();
  const chosen = choice();
  remember(chosen);
  rmSync(runLog, { force: true });
  const log = openSync(runLog, "a");
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), "run", "--data", layout.data], {
    detached: true,
    stdio: ["ignore", log, log],
  });
  let ended: number | null | undefined;
  child.once("exit", (code) => {
    ended = code;
  });
  while (!readFileSync(runLog, "utf8").includes('{"ready":true')) {
    if (ended !== undefined || Date.now() - begun > UP_WITHIN_MS) {
      if (ended === undefined) child.kill("SIGTERM");
      throw new Error(`The network did not come up:\n${readFileSync(runLog, "utf8")}`);
    }
    await sleep(100);
  }
  child.unref();
  say(readFileSync(runLog, "utf8").split("\n").slice(0, -2).join("\n"));
  say(
    `Up after ${((Date.now() - begun) / 1000).toFixed(1)} s: ${layout.network}\nnpm run network:down stops it; the next network:up goes on with it.`,
  );
}

async function down(): Promise<void> {
  const contained = containers();
  if (contained !== undefined) return contained.down();
  const pid = supervisorOf(layout.running);
  if (pid === undefined) {
    say(`No network runs in ${layout.data}.`);
    return;
  }
  process.kill(pid, "SIGTERM");
  while (supervisorOf(layout.running) === pid) await sleep(100);
  say("Stopped. Everything is kept; network:up goes on from here.");
}

async function status(): Promise<void> {
  const state = readState({ folder: layout.fabric });
  if (state === undefined)
    throw new NetworkError("NETWORK_DIFFERS", `there is no network in ${layout.data}`, "npm run network:up makes one");
  const { version, consensus, definition } = state;
  say(`Fabric ${version}, ${consensus}, contract version ${definition.version}, sequence ${definition.sequence}`);
  const { port, peers, compose: containers = false } = choice();
  const pid = supervisorOf(layout.running);
  if (pid === undefined && !containers) {
    say("It is down: npm run network:up starts it.");
    process.exitCode = 3;
    return;
  }
  const topology = await fabricMaterial(layout, { basePort: port, consensus, peers, containers });
  const clocks = await clockProblems(healthAddresses(topology));
  if (clocks.length > 0) throw clocks;
  await untilEndorsing(topology, 10_000);
  for (const { id, peers: nodes } of topology.organisations) {
    say(`  ${id.padEnd(12)} ${nodes.map(({ name, ports }) => `${name} 127.0.0.1:${ports.grpc}`).join(", ")}`);
  }
  say(`Up (${pid === undefined ? "in containers" : `process ${pid}`}); every gateway gets endorsements.`);
}

const upgrade = async (): Promise<void> => {
  const { code, policy } = given;
  const request = { ...(code === undefined ? {} : { bundle: resolve(code) }), ...(policy === undefined ? {} : { policy }) };
  say(await (containers()?.upgrade(request) ?? askControl(layout, { command: "upgrade", ...request })));
};
const rollback = async (): Promise<void> => {
  say(await (containers()?.rollBack() ?? askControl(layout, { command: "rollback" })));
};

function explain(error: unknown): string {
  if (Array.isArray(error)) return error.map(explain).join("\n");
  if (error instanceof NetworkError) return `[${error.code}] ${error.message}\n→ ${error.next}`;
  if (error instanceof PartFailed) return [`${error.message}. Its last lines:`, ...error.logTail.map((line) => `  ${line}`)].join("\n");
  if (error instanceof z.ZodError) return `${z.prettifyError(error)}\n\n${USAGE}`;
  return error instanceof Error ? error.message : String(error);
}

const COMMANDS: Readonly<Record<string, () => Promise<void>>> = { compose, up, down, status, check, upgrade, rollback, run };

async function main(): Promise<void> {
  const command = COMMANDS[positionals[0] ?? ""];
  if (given.help || command === undefined) {
    say(USAGE);
    process.exitCode = given.help ? 0 : 2;
    return;
  }
  await command();
}

main().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
});
