import { readFile } from "node:fs/promises";
import type { Logger } from "pino";
import type { DeliverySettings } from "../../device/ts/delivery";
import { readNetwork } from "../../lib/fabric/network";
import { organisationKind } from "../../lib/messages/names";
import { clientSettings } from "../importer/client";
import type { DeviceContext } from "./device";

export interface ContextFiles {
  /** `network.json` */
  readonly network: string;
  readonly mqttUrl: string;
  /** PEM file: root of the broker's certificate. */
  readonly mqttCa: string;
}

/** Reads what a device is configured with. @throws Error naming the file that is missing or wrong */
export async function deviceContext(files: ContextFiles, delivery: Partial<DeliverySettings>, log: Logger): Promise<DeviceContext> {
  const network = await readNetwork(files.network);
  const authority = network.organisations.find(({ mspId }) => organisationKind(mspId) === "authority");
  if (authority === undefined) throw new Error(`${files.network} names no authority, so no sensor can have an identity`);
  return {
    mspId: authority.mspId,
    trust: await clientSettings(network),
    mqtt: { url: files.mqttUrl, ca: await readFile(files.mqttCa, "utf8") },
    delivery,
    log,
  };
}
