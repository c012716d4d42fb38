import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { enterable } from "../lib/store/embedded";
import { applyMigrations } from "../lib/store/migrate";
import { seedDemo } from "./demo/seed";
import { type Engine, type EngineChoice, openEngine, type Starter } from "./engine";
import { markOf } from "./fabric/network";
import { type Endpoints, layoutOf, secretsOf, writeWhole } from "./layout";
import { commonMaterial, originsOf, shareOperator } from "./material";
import { brokerPart, fleetPart, frontPart, organisationParts, type PartsContext, proxyPart, webPart } from "./parts";
import { foundAgreement, pinGenesis } from "./pins";
import { innerPorts, isTaken, listPorts, type Ports } from "./ports";
import { ensureDatabase, postgresPart, postgresUrl } from "./postgres";
import { claim, record, release } from "./running";
import { type Part, Supervisor } from "./supervisor";

export interface StackOptions {
  /** Folder of the project. */
  readonly root: string;
  readonly data: string;
  readonly ports: Ports;
  /** Address to listen on. */
  readonly host: string;
  /** Host name that browsers use. */
  readonly name: string;
  /** Serve website, CAs and signers over HTTPS. */
  readonly tls: boolean;
  /** The ledger below; embedded unless said otherwise. */
  readonly engine?: EngineChoice;
  /** Run proxy and projection inside the website, or without it: tests of the path need no pages. */
  readonly face: "site" | "proxy";
  readonly say: (text: string) => void;
  /** Put the demo's shipments on the ledger, once. */
  readonly seed: boolean;
  readonly fleet: boolean;
}

export interface Stack {
  readonly context: PartsContext;
  pids(): Record<string, number>;
  stop(): Promise<void>;
}

export class PortTaken extends Error {
  override readonly name = "PortTaken";
}

/**
 * Brings up the whole product on this machine, in the order in which parts need each other, and keeps it up.
 * A second call on the same data folder goes on with the same ledger, database and identities.
 * @throws PortTaken, AlreadyRunning, PartFailed
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const layout = layoutOf(options.data);
  mkdirSync(layout.data, { recursive: true });
  // Passable but not listable: the database's and the website's users go through it to what is theirs.
  chmodSync(layout.data, 0o711);
  await claim(layout.running);
  await refuseTakenPorts(options.ports, options.host);
  const supervisor = new Supervisor(layout.logs, options.say);
  const track = () => record(layout.running, marks(supervisor.pids()));
  const timed = async (title: string, work: () => Promise<void>) => {
    const begun = Date.now();
    await work();
    options.say(`  ${title.padEnd(44)} ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  };
  const start = (title: string, parts: readonly Part[]) =>
    timed(title, async () => {
      await Promise.all(parts.map((part) => supervisor.start(part))).finally(track);
    });
  const drop = (title: string, names: readonly string[]) =>
    timed(title, async () => {
      await Promise.all(names.map((name) => supervisor.drop(name))).finally(track);
    });
  let engine: Engine | undefined;
  try {
    const inner = innerPorts(options.ports, options.tls);
    const origins = originsOf(options.name, options.tls, options.ports, inner, options.face);
    engine = await openEngine(options.engine ?? { kind: "embedded" }, options.root, layout, options.ports, origins, options.say);
    const secrets = secretsOf(layout);
    // Keys of an existing network lie where that network's owner put them; there are no organisations here to be kept apart from.
    const webUser = engine.ownsOrganisations ? await webUserWhereRoot(options.root, layout.data) : undefined;
    await commonMaterial(layout, origins, engine.ownsOrganisations);
    await engine.prepare();
    if (webUser) shareOperator(layout, webUser);
    const database = { port: options.ports.postgres, password: secrets.databasePassword };
    const databaseUrl = process.env.DATABASE_URL ?? postgresUrl(database);
    const context: PartsContext = {
      root: options.root,
      layout,
      ports: options.ports,
      inner,
      tls: options.tls,
      origins,
      host: options.host,
      demonstration: engine.ownsOrganisations || process.env.WINTERSEAL_DEMONSTRATION === "1",
      databaseUrl,
      mqttUrl: process.env.MQTT_URL ?? `mqtts://127.0.0.1:${options.ports.broker}`,
      sessionSecret: secrets.sessionSecret,
      ...(webUser ? { webUser } : {}),
    };
    if (!process.env.DATABASE_URL) {
      await start("database (embedded Postgres)", [await postgresPart({ ...database, directory: layout.postgres })]);
      await ensureDatabase(database);
    }
    await applyMigrations(databaseUrl);
    await engine.start({ start, timed, stop: drop }, context);
    if (engine.ownsOrganisations) {
      await pinGenesis(layout);
      await start("organisations: CA and signer", organisationParts(context));
    }
    if (!process.env.MQTT_URL) await start("broker, mutual TLS", [brokerPart(context)]);
    if (options.face === "site") await start("website with proxy and projection", [webPart(context)]);
    else await start("proxy and projection", [proxyPart(context)]);
    if (options.tls) await start("HTTPS for phones", [frontPart(context)]);
    writeWhole(layout.endpoints, JSON.stringify(endpointsOf(context), null, 2), 0o600);
    if (engine.ownsOrganisations) {
      await timed("agreement of the organisations", () => foundAgreement(layout, origins.inner.relay));
      await startDemo(options, context, { start, timed });
    }
    const pidsTimer = setInterval(track, 5_000).unref();
    return {
      context,
      pids: () => supervisor.pids(),
      stop: async () => {
        clearInterval(pidsTimer);
        await supervisor.stop((name) => options.say(`  stopping ${name}`));
        release(layout.running);
      },
    };
  } catch (error) {
    await supervisor.stop();
    engine?.abandon();
    release(layout.running);
    throw error;
  }
}

/** Shipments and sensors of the demonstration: its identities come from the organisations on this machine. */
async function startDemo(
  { seed, fleet }: StackOptions,
  context: PartsContext,
  { start, timed }: Pick<Starter, "start" | "timed">,
): Promise<void> {
  if (seed) await timed("demonstration shipments", () => seedDemo(context));
  if (fleet) await start("demo sensors", [fleetPart(context)]);
}

const endpointsOf = ({ origins, databaseUrl, mqttUrl }: PartsContext): Endpoints => ({
  site: origins.inner.site,
  relay: origins.inner.relay,
  ca: origins.inner.ca("authority"),
  databaseUrl,
  mqttUrl,
});

async function refuseTakenPorts(ports: Ports, host: string): Promise<void> {
  const taken: string[] = [];
  for (const [name, port] of listPorts(ports)) {
    if (process.env.DATABASE_URL && name === "postgres") continue;
    if (process.env.MQTT_URL && name === "broker") continue;
    if ((await isTaken(port, "127.0.0.1")) || (host !== "127.0.0.1" && (await isTaken(port, host)))) taken.push(`${port} (${name})`);
  }
  if (taken.length > 0) throw new PortTaken(`Taken already: port ${taken.join(", ")}. Choose others with --port N: every port follows it.`);
}

/** Marks by which a leftover process is recognised as ours. */
const marks = (pids: Record<string, number>): Record<number, string> =>
  Object.fromEntries(Object.entries(pids).map(([name, pid]) => [pid, MARKS[name.split("-")[0] ?? ""] ?? markOf(name)]));
const MARKS: Readonly<Record<string, string>> = {
  postgres: "postgres",
  web: "next",
  ledger: "ledger.mjs",
  contract: "chaincode.cjs",
  organisation: "organisation.mjs",
  broker: "broker.mjs",
  fleet: "fleet.mjs",
  front: "front.mjs",
};

/**
 * Started by root, the website runs as `nobody`, so that the organisations' folders (closed to others) are out of its reach. Where nobody
 * cannot reach clone or data (a closed root home), and for any other user, all parts share one user and only the folders' modes speak.
 */
async function webUserWhereRoot(root: string, data: string): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const reachable = await Promise.all([join(root, "package.json"), join(data, "secrets.json")].map(enterable));
  if (reachable.includes(false)) return undefined;
  const [uid, gid] = ["-u", "-g"].map((flag) => spawnSync("id", [flag, "nobody"], { encoding: "utf8" }));
  if (uid?.status !== 0 || gid?.status !== 0) return undefined;
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}
