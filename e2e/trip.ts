import { join } from "node:path";
import { ssccCheckDigit } from "../lib/domain/sscc";
import { openClient } from "../start/importer/client";
import { record } from "../start/importer/importer";
import { enrolSensor } from "../start/importer/sensors";
import { endpoints, HandSensor, layout, network } from "./support";

interface Trip {
  readonly sensor: string;
  readonly shipment: string;
  readonly title: string;
}

/** A shipment under way from Basel to Bern with one sensor that delivers by hand, recorded by the command-line identities. */
export async function openTrip({ sensor, shipment, title }: Trip): Promise<HandSensor> {
  const net = await network();
  const { people, devices } = layout();
  const open = (id: "authority" | "shipper", mspId: string) =>
    openClient({ mspId, folder: join(people, `importer-${id}`) }, net, endpoints());
  const [authority, shipper] = await Promise.all([open("authority", "AuthorityMSP"), open("shipper", "ShipperMSP")]);
  const now = Date.now();
  const calibration = {
    number: `C-${sensor}`,
    hash: "0".repeat(64),
    laboratory: "Lab",
    from: now - 86_400_000,
    to: now + 86_400_000,
    min: -20_000,
    max: 50_000,
    uncertainty: 200,
  };
  await enrolSensor(
    { folder: join(devices, sensor), ca: endpoints().ca, authority },
    { sensor, model: "WS-400", owner: "ShipperMSP", calibration },
  );
  const digits = `3761234588${String(now).slice(-7)}`;
  await record(shipper, "shipment:Create", {
    shipment,
    sscc: `${digits}${ssccCheckDigit(digits)}`,
    title,
    origin: "Basel",
    destination: "Bern",
    recipient: "RecipientMSP",
    profile: "fridge-2-8/1",
  });
  await record(shipper, "shipment:Assign", { shipment, sensor, place: "top", start: now - 1_800_000 });
  return HandSensor.open(sensor, join(devices, sensor));
}
