import { existsSync, rmSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { WintersealError } from "../lib/messages/errors";
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
  const { network, ledgerConfig, secrets } = layoutOf(data);
  if (![network, ledgerConfig, secrets].every((file) => existsSync(file)))
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
  const stack = await startStack({ root, data, ports, host, name, tls, face: "site", seed: demo, fleet: demo, say });
  const { origins, layout } = stack.context;
  const invitations = await invitePeople(layout, origins.signer);
  if (given.json) say(JSON.stringify({ started: { origin: origins.site, display: displayOf(ports, name), people: invitations } }));
  else say(welcome(origins.site, invitations, demo ? displayOf(ports, name) : undefined));
  stopOnSignal(stack);
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
  const people = invitations.map(
    ({ name, role, organisation, code }) => `  ${name.padEnd(14)} ${role.padEnd(10)} ${organisation.padEnd(28)} ${code}`,
  );
  return [
    "",
    `Winterseal is up: ${site}`,
    "",
    "People who may enrol, in the signer of their own organisation, with a one-time code (Sign in leads there):",
    ...people,
    "",
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
  if (error instanceof PortTaken || error instanceof AlreadyRunning) return `\n${error.message}`;
  if (error instanceof WintersealError) return `\n[${error.code}] ${error.message}`;
  return `\n${error instanceof Error ? error.stack : String(error)}`;
}

main().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
});
