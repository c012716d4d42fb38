import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { readCertificate } from "../../device/ts/certificate";
import { type ClientSettings, LightClient } from "../../device/ts/client";
import { DeviceClock } from "../../device/ts/clock";
import { processTicks } from "../../device/ts/clock-node";
import { nodeCrypto } from "../../device/ts/crypto-node";
import type { DeliveryEvent, DeliverySettings } from "../../device/ts/delivery";
import { Journal } from "../../device/ts/journal";
import { FileStorage } from "../../device/ts/journal-node";
import { MqttLink } from "../../device/ts/link-mqtt-node";
import { Sensor, type SensorStatus } from "../../device/ts/sensor";
import { keySigner } from "../../device/ts/signer-node";
import { liveOn } from "./past";
import type { SimulatedSensor } from "./plan";
import { measureAt } from "./simulation";

/** What all devices of a fleet share. */
export interface FleetContext {
  /** Folder with one folder per device. */
  readonly devices: string;
  readonly madeAt: number;
  /** The authority's: who issued the sensors. */
  readonly mspId: string;
  readonly trust: ClientSettings;
  readonly mqtt: { readonly url: string; readonly ca: string };
  readonly delivery: Partial<DeliverySettings>;
  readonly log: Logger;
}

export interface Device {
  readonly id: string;
  /** ms UTC */
  readonly validUntil: number;
  readonly connected: () => boolean;
  readonly status: () => SensorStatus;
  /** Rejects when something unforeseen ended the device. */
  readonly running: Promise<void>;
  stop(): Promise<void>;
}

/** Waits, or ends early when the signal aborts. */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Switches one simulated sensor on: identity, journal and link of its own. @throws WintersealError KEY_MISMATCH, JOURNAL_DAMAGED */
export async function switchOn(plan: SimulatedSensor, context: FleetContext): Promise<Device> {
  const folder = path.join(context.devices, plan.id);
  const [certificate, key] = await Promise.all([
    readFile(path.join(folder, "cert.pem"), "utf8"),
    readFile(path.join(folder, "key.pem"), "utf8"),
  ]);
  const identity = readCertificate(certificate);
  const storage = new FileStorage(path.join(folder, "journal"));
  const journal = await Journal.open(storage, plan.id);
  const life = await liveOn(folder, journal, plan, context.madeAt, Date.now());
  const clock = new DeviceClock({
    ticks: processTicks(Date.now() - life.switchedOnAt),
    floor: () => Math.max(journal.proved.at, identity.notBefore),
  });
  const link = new MqttLink({ ...context.mqtt, id: plan.id, certificate, key });
  const signer = keySigner(context.mspId, certificate, key);
  const client = await LightClient.open({ signer, link, crypto: nodeCrypto(), now: () => clock.now() }, context.trust);
  const sensor = new Sensor(
    {
      id: plan.id,
      thumbprint: identity.thumbprint,
      boot: life.boot,
      journal,
      clock,
      client,
      random: Math.random,
      sleep,
      measure: async () => measureAt(plan, Date.now(), context.madeAt),
      observe: (event) => log(context.log, plan.id, event),
    },
    { ...context.delivery, intervalMs: plan.liveIntervalMs },
  );
  return {
    id: plan.id,
    validUntil: identity.notAfter,
    connected: () => link.connected,
    status: () => sensor.status(),
    running: sensor.run(),
    async stop() {
      const stopped = sensor.stop();
      await link.close();
      await stopped;
      await storage.close();
    },
  };
}

function log(logger: Logger, sensor: string, event: DeliveryEvent): void {
  const { type, ...facts } = event;
  if (type === "failed" || type === "adopted") logger.warn({ sensor, ...facts }, type);
  else logger.debug({ sensor, ...facts }, type);
}
