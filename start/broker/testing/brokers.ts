/** Both brokers, as one test sees them. */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type TestIdentity, type TestRoot, testRoot } from "../../../lib/fabric/testing/pki";
import { freePort } from "../../ports";
import { type Broker, startBroker, type TurnedAway } from "../broker";
import { type BrokerSettings, LIMITS } from "../settings";

export interface Parties {
  readonly authority: TestRoot;
  readonly operator: TestRoot;
  readonly server: TestIdentity;
}

export async function makeParties(): Promise<Parties> {
  const authority = await testRoot("authority");
  const operator = await testRoot("operator");
  return { authority, operator, server: await operator.issue("localhost", { server: true }) };
}

export interface RunningBroker {
  readonly port: number;
  stop(): Promise<void>;
}

export async function startEmbedded(
  parties: Parties,
  limits: Partial<BrokerSettings["limits"]> = {},
  turnedAway: (reason: TurnedAway, who: string) => void = () => undefined,
  port = 0,
): Promise<RunningBroker> {
  const settings: BrokerSettings = {
    host: "127.0.0.1",
    port,
    certificate: parties.server.certificate,
    key: parties.server.key,
    roots: { authority: parties.authority.certificate, operator: parties.operator.certificate },
    limits: { ...LIMITS, ...limits },
  };
  const broker: Broker = await startBroker(settings, turnedAway);
  return { port: broker.port, stop: () => broker.close() };
}

export const MOSQUITTO = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/opt/homebrew/sbin/mosquitto", "mosquitto"].find(
  (path) => spawnSync(path, ["-h"]).error === undefined,
);

/** Runs Mosquitto on the very configuration that docs/mosquitto gives, with the paths, port and persistence of a test. */
export async function startMosquitto(parties: Parties, onPort?: number): Promise<RunningBroker> {
  const folder = await mkdtemp(join(tmpdir(), "winterseal-mosquitto-"));
  const port = onPort ?? (await freePort());
  const docs = new URL("../../../docs/mosquitto/", import.meta.url);
  const shipped = await readFile(new URL("winterseal.conf", docs), "utf8");
  const configuration = shipped
    .replaceAll("/etc/mosquitto/winterseal", folder)
    .replace("/var/lib/mosquitto/", `${folder}/`)
    .replace("listener 8883", `listener ${port} 127.0.0.1`)
    .concat("\nuser root\n");
  await Promise.all([
    writeFile(join(folder, "mosquitto.conf"), configuration),
    writeFile(join(folder, "acl"), await readFile(new URL("acl", docs), "utf8"), { mode: 0o600 }),
    writeFile(join(folder, "ca.pem"), `${parties.authority.certificate}\n${parties.operator.certificate}\n`),
    writeFile(join(folder, "broker.pem"), parties.server.certificate),
    writeFile(join(folder, "broker.key"), parties.server.key, { mode: 0o600 }),
  ]);
  const child = spawn(MOSQUITTO ?? "mosquitto", ["-c", join(folder, "mosquitto.conf")], { stdio: ["ignore", "ignore", "pipe"] });
  await untilListening(child, port);
  return {
    port,
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

async function untilListening(child: ChildProcess, port: number): Promise<void> {
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said += chunk;
  });
  for (let attempt = 0; attempt < 100; attempt++) {
    if (child.exitCode !== null) throw new Error(`mosquitto ended: ${said}`);
    if (await canConnect(port)) return;
    await sleep(50);
  }
  throw new Error(`mosquitto does not listen: ${said}`);
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
