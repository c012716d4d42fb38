/** One sensor in Node: identity from its folder, journal beside it, MQTT by its own certificate. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { readCertificate } from "../../device/ts/certificate";
import { type ClientSettings, LightClient } from "../../device/ts/client";
import { DeviceClock } from "../../device/ts/clock";
import { processTicks } from "../../device/ts/clock-node";
import type { CommandEvent } from "../../device/ts/commands";
import { nodeCrypto } from "../../device/ts/crypto-node";
import type { DeliveryEvent, DeliverySettings } from "../../device/ts/delivery";
import { Journal } from "../../device/ts/journal";
import { FileStorage } from "../../device/ts/journal-node";
import { MqttLink } from "../../device/ts/link-mqtt-node";
import { countedNonces } from "../../device/ts/nonces";
import { type Measurement, Sensor, type SensorStatus } from "../../device/ts/sensor";
import { keySigner } from "../../device/ts/signer-node";
import { PROFILES } from "../../lib/domain/profiles";

/** Whom a device talks to and believes; the same for all devices of a network. */
export interface DeviceContext {
  /** The authority's: who issues sensors. */
  readonly mspId: string;
  readonly trust: ClientSettings;
  readonly mqtt: { readonly url: string; readonly ca: string };
  readonly delivery: Partial<DeliverySettings>;
  readonly log: Logger;
}

export interface DeviceOptions {
  readonly id: string;
  /** Holds `cert.pem`, `key.pem` and the journal. */
  readonly folder: string;
  /** Until its owner commands another. */
  readonly intervalMs: number;
  /** How often it asks for commands without a hint, ms; as in the field when left out. */
  readonly askEveryMs?: number;
  /** Profile of the goods that it rides with, `<name>/<version>`: what breaks a rule of it goes out at once. */
  readonly profile?: string;
  /** One measurement; undefined when the probe gives none. */
  readonly measure: () => Promise<Measurement | undefined>;
  /** Begins or continues a boot in the journal. */
  readonly boot: (journal: Journal) => Promise<Boot>;
}

export interface Boot {
  readonly boot: Uint8Array;
  /** ms that the device has been on already */
  readonly age: number;
}

export interface Device {
  readonly id: string;
  /** ms UTC */
  readonly validUntil: number;
  readonly connected: () => boolean;
  readonly status: () => SensorStatus;
  /** Its owner told it to make itself seen, and it does. */
  readonly identifying: () => boolean;
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

/** Switches a sensor on. @throws WintersealError KEY_MISMATCH (a certificate for another key), JOURNAL_DAMAGED, JOURNAL_BUSY */
export async function openDevice(options: DeviceOptions, context: DeviceContext): Promise<Device> {
  const { id, folder } = options;
  const [certificate, key] = await Promise.all([
    readFile(path.join(folder, "cert.pem"), "utf8"),
    readFile(path.join(folder, "key.pem"), "utf8"),
  ]);
  const identity = readCertificate(certificate);
  const signer = keySigner(context.mspId, certificate, key);
  const storage = new FileStorage(path.join(folder, "journal"));
  const journal = await Journal.open(storage, id);
  const { boot, age } = await options.boot(journal);
  const clock = new DeviceClock({ ticks: processTicks(age), floor: () => Math.max(journal.proved.at, identity.notBefore) });
  let sensor: Sensor | undefined;
  const link = new MqttLink({ ...context.mqtt, id, certificate, key, onNews: () => sensor?.hint() });
  const crypto = nodeCrypto();
  const client = await LightClient.open(
    { signer, link, crypto, now: () => clock.now(), nonce: countedNonces(crypto.random) },
    context.trust,
  );
  const observe = (event: DeliveryEvent | CommandEvent) => log(context.log, id, event);
  let seenUntil = Number.NEGATIVE_INFINITY;
  const identify = (ms: number) => {
    seenUntil = clock.tick() + ms;
  };
  const rulesOf = (profile: string) => PROFILES.find((known) => known.id === profile)?.rules;
  const { id: _, folder: __, boot: ___, measure, ...asked } = options;
  const parts = { id, thumbprint: identity.thumbprint, boot, journal, clock, client, random: Math.random, sleep, measure, observe };
  sensor = new Sensor({ ...parts, identify, rulesOf }, { ...context.delivery, ...asked });
  const running = sensor;
  return {
    id,
    validUntil: identity.notAfter,
    connected: () => link.connected,
    status: () => running.status(),
    identifying: () => clock.tick() < seenUntil,
    running: running.run(),
    async stop() {
      const stopped = running.stop();
      await link.close();
      await stopped;
      await storage.close();
    },
  };
}

function log(logger: Logger, sensor: string, event: DeliveryEvent | CommandEvent): void {
  const { type, ...facts } = event;
  if (type === "command") logger.info({ sensor, ...facts }, "command taken");
  else if (type === "failed" || type === "adopted" || type === "unproved") logger.warn({ sensor, ...facts }, type);
  else logger.debug({ sensor, ...facts }, type);
}
