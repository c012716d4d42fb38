/** The product with its ledger, without its website, and a broker in front of its proxy: what all schemes are measured on. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ssccCheckDigit } from "../../lib/domain/sscc";
import { readNetwork } from "../../lib/fabric/network";
import { findBinaries } from "../../network/binaries";
import { type EngineChoice, FABRIC_OFFSET } from "../../start/engine";
import { fabricMaterial } from "../../start/fabric/material";
import { freeBasePort } from "../../start/fabric/network";
import { clientSettings, openClient } from "../../start/importer/client";
import { recordOnce } from "../../start/importer/importer";
import { enrolSensor } from "../../start/importer/sensors";
import { layoutOf, ORGANISATIONS } from "../../start/layout";
import { freePort, portsFrom } from "../../start/ports";
import { PortTaken, type Stack, startStack } from "../../start/stack";
import type { PeerAddress, Task } from "./task";

export type TargetName = "embedded" | "fabric";

/** What tasks have in common; addresses are the servers' own. */
export type Common = Pick<
  Task,
  "id" | "endorsements" | "channel" | "chaincode" | "certificate" | "key" | "mqtt" | "peers" | "endorsers" | "orderer"
>;

export interface Target {
  /** For people: with the release. */
  readonly title: string;
  readonly common: Common;
  /** Of the processes that serve a device or a client directly. */
  pids(): Record<string, number>;
  stop(): Promise<void>;
}

/** Eight characters, as in the figures. */
const SENSOR = "sensor-1";
const DAY = 86_400_000;

/** Where Mosquitto is; the embedded broker serves where it is not. */
const MOSQUITTO = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/opt/homebrew/sbin/mosquitto", "mosquitto"].find(
  (path) => spawnSync(path, ["-h"]).error === undefined,
);

/** Rows of ports are found free and taken a moment later; on a busy machine somebody else may have been quicker. */
export async function startTarget(name: TargetName, endorsements: number, say: (text: string) => void): Promise<Target> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(name, endorsements, say);
    } catch (error) {
      if (!(error instanceof PortTaken) || attempt === 20) throw error;
    }
  }
}

async function start(name: TargetName, endorsements: number, say: (text: string) => void): Promise<Target> {
  const data = mkdtempSync(join(tmpdir(), "winterseal-bench-link-"));
  const base = name === "fabric" ? (await freeBasePort()) - FABRIC_OFFSET : await freePort();
  const ports = portsFrom(
    base,
    ORGANISATIONS.map(({ id }) => id),
  );
  const engine: EngineChoice = { kind: name };
  const broker = await freePort();
  process.env.WINTERSEAL_ENDORSEMENTS = String(endorsements);
  if (MOSQUITTO !== undefined) process.env.MQTT_URL = `mqtts://127.0.0.1:${broker}`;
  const options = { root: process.cwd(), data, ports, host: "127.0.0.1", name: "localhost", tls: false, face: "proxy" } as const;
  const stack = await startStack({ ...options, seed: false, fleet: false, engine, say });
  const mosquitto = MOSQUITTO === undefined ? undefined : startMosquitto(MOSQUITTO, data, broker);
  const stop = async () => {
    mosquitto?.kill("SIGTERM");
    await stack.stop();
    rmSync(data, { recursive: true, force: true });
  };
  try {
    const common = await prepare(stack, endorsements, name);
    // Every peer has the last block, also the ones that nobody waited for.
    await sleep(1_000);
    const release = name === "fabric" ? ` ${findBinaries().at(-1)?.version ?? ""}` : "";
    const title = `${name}${release}, ${mosquitto === undefined ? "embedded broker" : "Mosquitto"}`;
    const pids = () => ({ ...stack.pids(), ...(mosquitto?.pid === undefined ? {} : { broker: mosquitto.pid }) });
    return { title, common, pids, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Mosquitto with the configuration that docs/mosquitto gives. */
function startMosquitto(program: string, data: string, port: number): ChildProcess {
  const folder = mkdtempSync(join(data, "mosquitto-"));
  const read = (...path: string[]) => readFileSync(join(...path), "utf8");
  const put = (file: string, content: string) => writeFileSync(join(folder, file), content, { mode: 0o600 });
  const docs = join(process.cwd(), "docs/mosquitto");
  const configuration = read(docs, "winterseal.conf")
    .replaceAll("/etc/mosquitto/winterseal", folder)
    .replace("/var/lib/mosquitto/", `${folder}/`)
    .replace("listener 8883", `listener ${port} 127.0.0.1`);
  // As root it would change to a user who may not read here.
  put("mosquitto.conf", process.getuid?.() === 0 ? `${configuration}\nuser root\n` : configuration);
  put("acl", read(docs, "acl"));
  put("ca.pem", `${read(data, "network/authority/root.pem")}\n${read(data, "network/operator/root.pem")}`);
  put("broker.pem", read(layoutOf(data).broker, "cert.pem"));
  put("broker.key", read(layoutOf(data).broker, "key.pem"));
  return spawn(program, ["-c", join(folder, "mosquitto.conf")], { stdio: "ignore" });
}

/** A sensor that rides with a shipment under way: the usual case of a reading. */
async function prepare({ context }: Stack, endorsements: number, name: TargetName): Promise<Common> {
  const { layout, origins, mqttUrl } = context;
  const network = await readNetwork(layout.network);
  const open = (mspId: string, person: string) =>
    openClient({ mspId, folder: join(layout.people, person) }, network, { relay: origins.inner.relay });
  const [authority, shipper] = await Promise.all([open("AuthorityMSP", "importer-authority"), open("ShipperMSP", "importer-shipper")]);
  const folder = join(layout.devices, SENSOR);
  const [from, to] = [Date.now() - DAY, Date.now() + 30 * DAY];
  const limits = { min: -40_000, max: 60_000, uncertainty: 200 };
  const calibration = { number: "CAL-1", hash: "ab".repeat(32), laboratory: "Bench laboratory", from, to, ...limits };
  await enrolSensor(
    { folder, ca: origins.inner.ca("authority"), authority },
    { sensor: SENSOR, model: "bench", owner: "ShipperMSP", calibration },
  );
  const digits = "37612345000000077";
  const sscc = `${digits}${ssccCheckDigit(digits)}`;
  const journey = { origin: "Basel", destination: "Nairobi", recipient: "RecipientMSP", profile: "fridge-2-8/1" };
  await recordOnce(shipper, "shipment:Create", { shipment: "bench-1", sscc, title: "Vaccine", ...journey });
  await recordOnce(shipper, "shipment:Assign", { shipment: "bench-1", sensor: SENSOR, place: "top", start: Date.now() - 3_600_000 });
  const read = (file: string) => readFileSync(file, "utf8");
  const { channel, chaincode, endorsers } = await clientSettings(network);
  const peers = network.organisations.flatMap(({ mspId, peers: own }) =>
    own.map(
      ({ name: peer, address, tlsRoot }): PeerAddress => ({
        name: peer,
        mspId,
        address,
        ...(tlsRoot === undefined ? {} : { tlsRoot: read(tlsRoot) }),
      }),
    ),
  );
  return {
    id: SENSOR,
    endorsements,
    channel,
    chaincode,
    certificate: read(join(folder, "cert.pem")),
    key: read(join(folder, "key.pem")),
    mqtt: { url: mqttUrl, ca: read(join(layout.data, "network/operator/root.pem")) },
    peers,
    endorsers,
    ...(name === "fabric" ? { orderer: await ordererOf(context) } : {}),
  };
}

async function ordererOf({ layout, ports }: Stack["context"]): Promise<PeerAddress> {
  const topology = await fabricMaterial(layout, { basePort: ports.web + FABRIC_OFFSET, consensus: "etcdraft", peers: 1 });
  const [organisation] = topology.orderers;
  const [node] = organisation?.nodes ?? [];
  if (organisation === undefined || node === undefined) throw new Error("the network has no orderer");
  const tlsRoot = readFileSync(organisation.tlsRoot, "utf8");
  return { name: node.name, mspId: organisation.mspId, address: `${topology.host}:${node.ports.grpc}`, tlsRoot };
}
