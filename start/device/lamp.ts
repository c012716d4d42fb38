/** An alarm lamp in Node: its own identity and MQTT link; what it does with its light is its display's matter. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readCertificate } from "../../device/ts/certificate";
import { LightClient } from "../../device/ts/client";
import { DeviceClock } from "../../device/ts/clock";
import { processTicks } from "../../device/ts/clock-node";
import { Control, type ControlSettings, type ControlState, DEFAULT_CONTROL } from "../../device/ts/control";
import { nodeCrypto } from "../../device/ts/crypto-node";
import { MqttLink } from "../../device/ts/link-mqtt-node";
import { countedNonces } from "../../device/ts/nonces";
import { keySigner } from "../../device/ts/signer-node";
import { writeWhole } from "../layout";
import type { DeviceContext } from "./device";

export interface Lamp {
  readonly id: string;
  readonly shipment: string;
  readonly status: () => { readonly state: ControlState; readonly violations: number; readonly trouble: string | null };
  readonly connected: () => boolean;
  /** Rejects when something unforeseen ended it. */
  readonly running: Promise<void>;
  stop(): Promise<void>;
}

export interface LampOptions {
  readonly id: string;
  /** Holds `cert.pem`, `key.pem` and how many violations were proved. */
  readonly folder: string;
  readonly shipment: string;
  readonly settings?: ControlSettings;
}

/** Switches a lamp on. @throws WintersealError KEY_MISMATCH (a certificate for another key) */
export async function openLamp({ id, folder, shipment, settings = DEFAULT_CONTROL }: LampOptions, context: DeviceContext): Promise<Lamp> {
  const [certificate, key] = await Promise.all([
    readFile(path.join(folder, "cert.pem"), "utf8"),
    readFile(path.join(folder, "key.pem"), "utf8"),
  ]);
  const stopping = new AbortController();
  let listening = new AbortController();
  let control: Control | undefined;
  const onNews = () => {
    control?.hint();
    listening.abort();
  };
  const link = new MqttLink({ ...context.mqtt, id, certificate, key, onNews });
  const { notBefore } = readCertificate(certificate);
  const clock = new DeviceClock({ ticks: processTicks(), floor: () => notBefore });
  const crypto = nodeCrypto();
  const parts = { signer: keySigner(context.mspId, certificate, key), link, crypto, now: () => clock.now() };
  const client = await LightClient.open({ ...parts, nonce: countedNonces(crypto.random) }, context.trust);
  const { log } = context;
  const lamp = new Control(
    {
      shipment,
      client,
      clock,
      random: Math.random,
      memory: memoryIn(path.join(folder, `violations-${shipment}.json`)),
      act: (state, violations) => log.info({ lamp: id, shipment, state, violations }, "lamp"),
      observe: ({ type, ...facts }) => log.warn({ lamp: id, ...facts }, type),
    },
    settings,
  );
  control = lamp;
  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      const wait = await lamp.step();
      if (stopping.signal.aborted) return;
      listening = new AbortController();
      const woken = AbortSignal.any([listening.signal, stopping.signal]);
      await delay(Math.min(wait, 3_600_000), undefined, { signal: woken }).catch(() => undefined);
    }
  }
  const running = loop();
  return {
    id,
    shipment,
    status: () => ({ state: lamp.state, violations: lamp.violations, trouble: lamp.trouble }),
    connected: () => link.connected,
    running,
    async stop() {
      stopping.abort();
      await link.close();
      await running;
    },
  };
}

/** A number in a file, whole or the one before. */
const memoryIn = (file: string) => ({
  async read(): Promise<number> {
    try {
      const { violations } = JSON.parse(await readFile(file, "utf8")) as { violations?: unknown };
      return Number.isSafeInteger(violations) ? (violations as number) : 0;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return 0;
      throw error;
    }
  },
  async write(violations: number): Promise<void> {
    writeWhole(file, JSON.stringify({ violations }));
  },
});
