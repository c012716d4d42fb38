/** Sensors of the benchmarks: enrolled, and riding with shipments under way, since rules are what a reading usually costs. */
import { join } from "node:path";
import type { Signer } from "../device/ts/signer";
import { loadSigner } from "../device/ts/signer-node";
import { ssccCheckDigit } from "../lib/domain/sscc";
import type { Network } from "../lib/messages/network";
import { openClient } from "../start/importer/client";
import { recordOnce } from "../start/importer/importer";
import { enrolSensor } from "../start/importer/sensors";
import type { Stack } from "../start/stack";

const DAY = 86_400_000;
const SENSORS_PER_SHIPMENT = 10;

export interface Rider {
  readonly id: string;
  readonly shipment: string;
  readonly folder: string;
  readonly signer: Signer;
}

export interface RidingOptions {
  readonly count: number;
  /** Tells the sensors of one call from those of another. */
  readonly prefix: string;
  /** Of the shipments. */
  readonly profile?: string;
}

export async function ridingSensors(
  { layout, origins }: Stack["context"],
  network: Network,
  { count, prefix, profile = "fridge-2-8/1" }: RidingOptions,
): Promise<readonly Rider[]> {
  const open = (mspId: string, person: string) =>
    openClient({ mspId, folder: join(layout.people, person) }, network, { relay: origins.inner.relay });
  const [authority, shipper] = await Promise.all([open("AuthorityMSP", "importer-authority"), open("ShipperMSP", "importer-shipper")]);
  const riders: Rider[] = [];
  for (let index = 0; index < count; index++) {
    const id = `${prefix}-${index}`;
    const shipment = `${prefix}-s${Math.floor(index / SENSORS_PER_SHIPMENT)}`;
    const folder = join(layout.devices, id);
    const [from, to] = [Date.now() - DAY, Date.now() + 30 * DAY];
    const limits = { min: -40_000, max: 60_000, uncertainty: 200 };
    const calibration = { number: `cal-${id}`, hash: "ab".repeat(32), laboratory: "Bench laboratory", from, to, ...limits };
    await enrolSensor(
      { folder, ca: origins.inner.ca("authority"), authority },
      { sensor: id, model: "bench", owner: "ShipperMSP", calibration },
    );
    if (index % SENSORS_PER_SHIPMENT === 0) {
      const digits = `3${String(Math.floor(Math.random() * 1e16)).padStart(16, "0")}`;
      const journey = { origin: "Basel", destination: "Nairobi", recipient: "RecipientMSP", profile };
      await recordOnce(shipper, "shipment:Create", { shipment, sscc: `${digits}${ssccCheckDigit(digits)}`, title: "Vaccine", ...journey });
    }
    await recordOnce(shipper, "shipment:Assign", { shipment, sensor: id, place: "top", start: Date.now() - 3_600_000 });
    riders.push({ id, shipment, folder, signer: await loadSigner("AuthorityMSP", folder) });
  }
  return riders;
}
