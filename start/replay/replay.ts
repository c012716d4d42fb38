import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type LightClient, parseResult } from "../../device/ts/client";
import { MqttLink } from "../../device/ts/link-mqtt-node";
import { encodeMoment } from "../../lib/domain/batch";
import { ssccCheckDigit } from "../../lib/domain/sscc";
import { readCsv } from "../../lib/exchange/csv";
import { isFridgeTag, readFridgeTag } from "../../lib/exchange/fridge-tag";
import type { LoggerFile } from "../../lib/exchange/logger";
import { readNetwork } from "../../lib/fabric/network";
import { WintersealError } from "../../lib/messages/errors";
import type { BatchResult, SensorAnswer, ShipmentAnswer } from "../../lib/messages/functions";
import { IMPORT_MODEL } from "../../lib/messages/names";
import type { Network } from "../../lib/messages/network";
import { openClient } from "../importer/client";
import { recordOnce } from "../importer/importer";
import { enrolSensor } from "../importer/sensors";
import { type Endpoints, type Layout, layoutOf, writeWhole } from "../layout";
import type { ReplayOptions } from "./options";
import { type PlannedBatch, planReplay, type ReplayPlan, sensorIdOf } from "./plan";
import { readBack, type Summary } from "./summary";

export type Progress = (done: number, total: number) => void;

interface Session {
  readonly options: ReplayOptions;
  readonly layout: Layout;
  readonly endpoints: Endpoints;
  readonly network: Network;
  readonly authority: LightClient;
  readonly shipper: LightClient;
}

/**
 * Plays a file: reads and plans all of it, then registers its sensor, prepares the shipment and records the batches that the ledger lacks.
 * @throws WintersealError FILE_MALFORMED (nothing was written), or the refusal of the path
 */
export async function replay(options: ReplayOptions, progress: Progress): Promise<Summary> {
  const content = await readFile(options.file).catch((cause: unknown) => {
    throw new WintersealError("ARGUMENT_INVALID", `${options.file} cannot be read.`, {}, { cause });
  });
  const file = readLoggerFile(content, options);
  const session = await openSession(options);
  const sensor = sensorIdOf(
    content,
    JSON.stringify([
      options.unit,
      options.timeZone,
      options.timeColumn,
      options.temperatureColumn,
      options.humidityColumn,
      options.now,
      options.shipment,
    ]),
  );
  const folder = join(session.layout.devices, sensor);
  const plan = planReplay(file, sensor, options.now ? await shiftOf(folder, file) : 0);
  const shipment = options.shipment ?? sensor.replace("import-", "replay-");
  await prepare(session, plan, shipment, file, content);
  const transactions = await recordMissing(session, plan, folder, progress);
  const last = plan.batches.length;
  const { committed, violations } = await readBack(session.endpoints.databaseUrl, sensor, shipment, last);
  const rows = file.rows.length;
  return { shipment, sensor, rows, committed, refused: rows - committed, transactions, violations };
}

function readLoggerFile(content: Buffer, options: ReplayOptions): LoggerFile {
  const text = new TextDecoder("utf-8").decode(content);
  if (isFridgeTag(text)) return readFridgeTag(text, options);
  const { timeColumn, temperatureColumn, humidityColumn, unit, timeZone } = options;
  return readCsv(text, {
    unit,
    timeZone,
    ...(timeColumn !== undefined && { timeColumn }),
    ...(temperatureColumn !== undefined && { temperatureColumn }),
    ...(humidityColumn !== undefined && { humidityColumn }),
  });
}

async function openSession(options: ReplayOptions): Promise<Session> {
  const layout = layoutOf(options.data);
  if (!existsSync(layout.endpoints)) {
    throw new WintersealError(
      "UNAVAILABLE",
      `Nothing runs on ${layout.data}. Start it with npm start, or name its folder with --data DIR.`,
    );
  }
  const endpoints = JSON.parse(await readFile(layout.endpoints, "utf8")) as Endpoints;
  const network = await readNetwork(layout.network);
  const importer = (id: string, mspId: string) => openClient({ mspId, folder: join(layout.people, `importer-${id}`) }, network, endpoints);
  const [authority, shipper] = await Promise.all([importer("authority", "AuthorityMSP"), importer("shipper", "ShipperMSP")]);
  return { options, layout, endpoints, network, authority, shipper };
}

/** `--now`'s shift is settled at the first run and kept with the identity, so that a second run is the same file again. */
async function shiftOf(folder: string, file: LoggerFile): Promise<number> {
  const kept = join(folder, "shift.json");
  if (existsSync(kept)) return (JSON.parse(await readFile(kept, "utf8")) as { shift: number }).shift;
  const shift = Date.now() - (file.rows.at(-1)?.at ?? 0);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  writeWhole(kept, JSON.stringify({ shift }));
  return shift;
}

async function prepare(session: Session, plan: ReplayPlan, shipment: string, file: LoggerFile, content: Uint8Array): Promise<void> {
  const { options, layout, endpoints, authority, shipper } = session;
  if (options.shipment === undefined) {
    const digits = `3${BigInt(`0x${plan.sensor.slice(-12)}`)
      .toString()
      .padStart(16, "0")
      .slice(-16)}`;
    await recordOnce(shipper, "shipment:Create", {
      shipment,
      sscc: `${digits}${ssccCheckDigit(digits)}`,
      title: `Replay of ${nameOf(options.file)}`,
      origin: "logger file",
      destination: "logger file",
      recipient: "RecipientMSP",
      profile: options.profile,
    });
  } else {
    const { answer } = await shipper.read({ kind: "shipment", shipment });
    if (answer === null) throw new WintersealError("SHIPMENT_UNKNOWN", `There is no shipment ${shipment}.`);
  }
  const now = Date.now();
  await enrolSensor(
    { folder: join(layout.devices, plan.sensor), ca: endpoints.ca, authority },
    {
      sensor: plan.sensor,
      model: IMPORT_MODEL,
      owner: "ShipperMSP",
      // A file says nothing that a CA could vouch for: the calibration begins now, so it covers none of the file's readings.
      calibration: {
        number: "not stated",
        hash: createHash("sha256").update(content).digest("hex"),
        laboratory: "not stated",
        from: now,
        to: now + 30 * 86_400_000,
        min: -200_000,
        max: 350_000,
        uncertainty: 0,
      },
    },
  );
  const already = await assignedTo(shipper, shipment, plan.sensor);
  if (!already)
    await recordOnce(shipper, "shipment:Assign", { shipment, sensor: plan.sensor, place: file.model.slice(0, 60), start: plan.from });
}

async function assignedTo(shipper: LightClient, shipment: string, sensor: string): Promise<boolean> {
  const { answer } = await shipper.read({ kind: "shipment", shipment });
  return (answer as ShipmentAnswer | null)?.sensors.some((one) => one.sensor === sensor) ?? false;
}

const nameOf = (path: string): string => (path.split(/[\\/]/).at(-1) ?? path).slice(0, 60);

/** Records what the ledger lacks, one transaction after the other, over the same MQTT path as any sensor. */
async function recordMissing(session: Session, plan: ReplayPlan, folder: string, progress: Progress): Promise<number> {
  const link = new MqttLink(await mqttSettings(session, plan.sensor, folder));
  try {
    const client = await openClient({ mspId: "AuthorityMSP", folder }, session.network, link);
    const recorded = await recordedSequence(client, plan);
    let transactions = 0;
    for (const batch of plan.batches) {
      if (batch.sequence > recorded && (await recordBatch(client, plan, batch))) transactions++;
      progress(batch.sequence, plan.batches.length);
    }
    return transactions;
  } finally {
    await link.close();
  }
}

/** How far an earlier run came, by an attested read. @throws WintersealError when the ledger holds other content for this sensor */
async function recordedSequence(client: LightClient, plan: ReplayPlan): Promise<number> {
  const { answer } = await client.read({ kind: "sensor", sensor: plan.sensor });
  const { sequence, hash } = answer as SensorAnswer;
  if (sequence > 0 && plan.batches[sequence - 1]?.hash !== hash) {
    throw new WintersealError("PREVIOUS_HASH", `The ledger holds other content for ${plan.sensor}; nothing was changed.`);
  }
  return sequence;
}

async function recordBatch(client: LightClient, plan: ReplayPlan, batch: PlannedBatch): Promise<boolean> {
  const args = [batch.bytes, encodeMoment({ boot: plan.boot, tick: 0 })];
  const endorsed = await client.endorse("batch:Record", args, (bytes) => parseResult(bytes) as BatchResult);
  if (endorsed.value.result === "already-recorded") return false;
  if (endorsed.value.result !== "recorded" || endorsed.value.hash !== batch.hash) throw new WintersealError("ENDORSED_RESULT");
  await endorsed.submit();
  return true;
}

async function mqttSettings({ endpoints, layout }: Session, id: string, folder: string) {
  const [ca, certificate, key] = await Promise.all(
    [join(layout.data, "network/operator/root.pem"), join(folder, "cert.pem"), join(folder, "key.pem")].map((path) =>
      readFile(path, "utf8"),
    ),
  );
  return { id, url: endpoints.mqttUrl, ca: ca as string, certificate: certificate as string, key: key as string };
}
