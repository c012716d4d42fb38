import { existsSync, rmSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { WintersealError } from "../lib/messages/errors";
import { NetworkError } from "../network/errors";
import { type EngineChoice, NetworkRefused } from "./engine";
import { layoutOf, ORGANISATIONS } from "./layout";
import { type Invitation, invitePeople } from "./people";
import { type Ports, portsFrom } from "./ports";
import { AlreadyRunning, claim } from "./running";
import { PortTaken, type Stack, startStack } from "./stack";
import { PartFailed } from "./supervisor";

const root = fileURLToPath(new URL("..", import.meta.url));
const say = (text: string) => process.stdout.write(`${text}\n`);
const DEFAULT_PORT = 4100;

const { values: given } = parseArgs({
  options: {
    port: { type: "string" },
    data: { type: "string" },
    host: { type: "string" },
    "no-demo": { type: "boolean" },
    tls: { type: "boolean" },
    fabric: { type: "boolean" },
    release: { type: "string" },
    consensus: { type: "string" },
    peers: { type: "string" },
    reset: { type: "boolean" },
    json: { type: "boolean" },
  },
});
const data = resolve(root, given.data ?? process.env.WINTERSEAL_DATA ?? ".winterseal");

/** Deletes all state, and only where it is state of ours. */
async function reset(): Promise<void> {
  if (!existsSync(data)) {
    say(`Nothing to delete: ${data} does not exist.`);
    return;
  }
  const { network, secrets } = layoutOf(data);
  if (![network, secrets].every((file) => existsSync(file)))
    throw new Error(`${data} is no data folder of Winterseal; nothing was deleted.`);
  await claim(layoutOf(data).running);
  rmSync(data, { recursive: true });
  say(`Deleted ${data}. The next npm start begins afresh.`);
}

async function main(): Promise<void> {
  if (given.reset) return reset();
  const ports = portsFrom(
    Number(given.port ?? DEFAULT_PORT),
    ORGANISATIONS.map(({ id }) => id),
  );
  const tls = given.tls ?? false;
  const host = given.host ?? (tls ? "0.0.0.0" : "127.0.0.1");
  const name = nameOf(host);
  say("Starting …");
  const demo = !given["no-demo"];
  const engine = engineOf();
  const isOwn = engine.kind !== "existing";
  const stack = await startStack({ root, data, ports, host, name, tls, engine, face: "site", seed: demo, fleet: demo, say });
  const { origins, layout } = stack.context;
  const invitations = isOwn ? await invitePeople(layout, origins.signer) : [];
  if (given.json) say(JSON.stringify({ started: { origin: origins.site, display: displayOf(ports, name), people: invitations } }));
  else say(welcome(origins.site, invitations, demo && isOwn ? displayOf(ports, name) : undefined));
  stopOnSignal(stack);
}

/** The ledger that was asked for: `--fabric`, an existing network named by `WINTERSEAL_NETWORK`, else the embedded one. */
function engineOf(): EngineChoice {
  const existing = process.env.WINTERSEAL_NETWORK;
  const { fabric = false, release, consensus, peers } = given;
  if (fabric && existing) {
    throw new WintersealError("ARGUMENT_INVALID", "--fabric starts a network and WINTERSEAL_NETWORK names one that exists: leave one away");
  }
  if (existing) return { kind: "existing", network: existing };
  if (!fabric) return { kind: "embedded" };
  if (consensus !== undefined && consensus !== "etcdraft" && consensus !== "bft") {
    throw new WintersealError("ARGUMENT_INVALID", `--consensus is etcdraft or bft, not ${consensus}`);
  }
  return {
    kind: "fabric",
    ...(release === undefined ? {} : { release }),
    ...(consensus === undefined ? {} : { consensus }),
    ...(peers === undefined ? {} : { peers: Number(peers) }),
  };
}

/** Host name for addresses: what phones can reach where the stack listens on every address. */
function nameOf(host: string): string {
  if (host === "127.0.0.1") return "localhost";
  if (host !== "0.0.0.0") return host;
  const addresses = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return addresses.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "localhost";
}

const displayOf = (ports: Ports, name: string): string => `http://${name}:${ports.display}`;

function welcome(site: string, invitations: readonly Invitation[], display: string | undefined): string {
  const rows = invitations.map(
    ({ name, role, organisation, code }) => `  ${name.padEnd(14)} ${role.padEnd(10)} ${organisation.padEnd(28)} ${code}`,
  );
  return [
    "",
    `Winterseal is up: ${site}`,
    "",
    ...(rows.length > 0
      ? ["People who may enrol, in the signer of their own organisation, with a one-time code (Sign in leads there):", ...rows, ""]
      : []),
    ...(display ? [`The demo sensors' own displays, as an inspector would read them: ${display}`] : []),
    "Ctrl-C stops everything in order; npm start goes on from there; npm run reset starts afresh.",
  ].join("\n");
}

function stopOnSignal(stack: Stack): void {
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    say("\nStopping …");
    await stack.stop();
    say("Stopped. Everything is kept; npm start goes on from here.");
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void stop());
}

function explain(error: unknown): string {
  if (error instanceof PartFailed) return [`\n${error.message}. Its last lines:`, ...error.logTail.map((line) => `  ${line}`)].join("\n");
  if (error instanceof NetworkError) return `\n[${error.code}] ${error.message}\n→ ${error.next}`;
  if (error instanceof NetworkRefused || error instanceof PortTaken || error instanceof AlreadyRunning) return `\n${error.message}`;
  if (error instanceof WintersealError) return `\n[${error.code}] ${error.message}`;
  return `\n${error instanceof Error ? error.stack : String(error)}`;
}

main().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
});
