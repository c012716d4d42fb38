import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Logger } from "pino";
import { deviceContext } from "../device/context";
import type { Device } from "../device/device";
import { switchOn } from "./device";
import { type Display, serveDisplay } from "./display";
import { fleetPlanSchema } from "./plan";
import type { FleetSettings } from "./settings";

export interface Fleet {
  readonly display: Display;
  readonly devices: readonly Device[];
  /** Rejects when a device ended by something unforeseen. */
  readonly running: Promise<unknown>;
  stop(): Promise<void>;
}

/** Serves the displays first, so that a second fleet on the same devices fails before it opens a journal; then switches every device on. */
export async function startFleet(settings: FleetSettings, log: Logger): Promise<Fleet> {
  const plan = fleetPlanSchema.parse(JSON.parse(await readFile(path.join(settings.devices, "fleet.json"), "utf8")));
  const files = { network: settings.network, mqttUrl: settings.mqtt.url, mqttCa: settings.mqtt.caFile };
  const shared = await deviceContext(files, { batchAgeMs: settings.batchMs }, log);
  const context = { ...shared, devices: settings.devices, madeAt: plan.madeAt };
  const devices: Device[] = [];
  const display = await serveDisplay(settings.display, () => devices);
  const stop = async () => {
    await Promise.all(devices.map((device) => device.stop()));
    await display.close();
  };
  try {
    for (const sensor of plan.sensors) devices.push(await switchOn(sensor, context));
  } catch (error) {
    await stop();
    throw error;
  }
  return { display, devices, running: Promise.all(devices.map(({ running }) => running)), stop };
}
