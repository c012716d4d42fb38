import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Logger } from "pino";
import { deviceContext } from "../device/context";
import type { Device } from "../device/device";
import { type Lamp, openLamp } from "../device/lamp";
import { switchOn } from "./device";
import { type Display, serveDisplay } from "./display";
import { fleetPlanSchema } from "./plan";
import type { FleetSettings } from "./settings";

export interface Fleet {
  readonly display: Display;
  readonly devices: readonly Device[];
  readonly lamps: readonly Lamp[];
  /** Rejects when a device ended by something unforeseen. */
  readonly running: Promise<unknown>;
  stop(): Promise<void>;
}

/** A demonstration shows soon what silence does to a lamp, ms. */
const LAMP = { askEveryMs: 30_000, patienceMs: 90_000 };

/** Serves the displays first, so that a second fleet on the same devices fails before it opens a journal; then switches every device on. */
export async function startFleet(settings: FleetSettings, log: Logger): Promise<Fleet> {
  const plan = fleetPlanSchema.parse(JSON.parse(await readFile(path.join(settings.devices, "fleet.json"), "utf8")));
  const files = { network: settings.network, mqttUrl: settings.mqtt.url, mqttCa: settings.mqtt.caFile };
  const shared = await deviceContext(files, { batchAgeMs: settings.batchMs }, log);
  const context = { ...shared, devices: settings.devices, madeAt: plan.madeAt };
  const devices: Device[] = [];
  const lamps: Lamp[] = [];
  const display = await serveDisplay(
    settings.display,
    () => devices,
    () => lamps,
  );
  const stop = async () => {
    await Promise.all([...devices, ...lamps].map((device) => device.stop()));
    await display.close();
  };
  try {
    for (const sensor of plan.sensors) devices.push(await switchOn(sensor, context));
    for (const { id, shipment } of plan.lamps)
      lamps.push(await openLamp({ id, shipment, folder: path.join(settings.devices, id), settings: LAMP }, context));
  } catch (error) {
    await stop();
    throw error;
  }
  return { display, devices, lamps, running: Promise.all([...devices, ...lamps].map(({ running }) => running)), stop };
}
