import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { LightClient } from "../../device/ts/client";
import { readNetwork } from "../../lib/fabric/network";
import { CertificateAuthority, issueIdentity } from "../../organisation/ca";
import { type FleetPlan, fleetPlanSchema } from "../fleet/plan";
import { openClient } from "../importer/client";
import { record, recordOnce } from "../importer/importer";
import { enrolSensor } from "../importer/sensors";
import { writeWhole } from "../layout";
import type { PartsContext } from "../parts";
import { calibrationOf, LAMPS, STORY, type StorySensor, type StoryShipment } from "./story";

const MINUTE = 60_000;

interface Seeder {
  readonly context: PartsContext;
  readonly authority: LightClient;
  readonly shipper: LightClient;
  readonly plan: FleetPlan;
}

/**
 * Puts the demo's story on the ledger through the same path as everybody else: statements signed by command-line identities, sensors
 * with keys and certificates of their own. Interrupted, it goes on at the next start; done, it does nothing.
 */
export async function seedDemo(context: PartsContext): Promise<void> {
  const { devices, network: file, people } = context.layout;
  const done = join(devices, "seeded");
  if (existsSync(done)) return;
  const network = await readNetwork(file);
  const relay = { relay: context.origins.inner.relay };
  const seeder: Seeder = {
    context,
    authority: await openClient({ mspId: "AuthorityMSP", folder: join(people, "importer-authority") }, network, relay),
    shipper: await openClient({ mspId: "ShipperMSP", folder: join(people, "importer-shipper") }, network, relay),
    plan: await planOf(devices),
  };
  for (const shipment of STORY) await seedShipment(seeder, shipment);
  const ca = await CertificateAuthority.open(context.layout.organisation("authority"));
  for (const { id } of LAMPS) await issueIdentity(ca, { commonName: id, type: "client", role: "control", out: join(devices, id) });
  writeWhole(done, new Date().toISOString());
}

/** The plan's time is fixed before the first statement: whatever is interrupted afterwards tells the same story when it goes on. */
async function planOf(devices: string): Promise<FleetPlan> {
  const file = join(devices, "fleet.json");
  await mkdir(devices, { recursive: true, mode: 0o700 });
  if (existsSync(file)) return fleetPlanSchema.parse(JSON.parse(await readFile(file, "utf8")));
  const sensors = STORY.flatMap((shipment) => shipment.sensors.map(({ simulation }) => simulation));
  const plan: FleetPlan = { madeAt: Date.now(), sensors, lamps: LAMPS.map((lamp) => ({ ...lamp })) };
  writeWhole(file, JSON.stringify(plan, null, 2));
  return plan;
}

async function seedShipment(seeder: Seeder, story: StoryShipment): Promise<void> {
  const { shipper, plan } = seeder;
  const { shipment } = story.create;
  await recordOnce(shipper, "shipment:Create", story.create);
  for (const sensor of story.sensors) {
    await enrol(seeder, sensor);
    const start = plan.madeAt - story.startedMinutesAgo * MINUTE;
    await recordOnce(shipper, "shipment:Assign", { shipment, sensor: sensor.simulation.id, place: sensor.place, start });
  }
  await recordOnce(shipper, "seal:Apply", { shipment, seal: story.seal, class: "H", on: { container: shipment } });
  // Handovers have no key that would refuse a second one: how many there are stands in the length of the shipment's own log.
  const { answer } = await shipper.read({ kind: "shipment", shipment });
  const logged = answer && "log" in answer ? answer.log.length : 0;
  const handedOver = logged - 2 - story.sensors.length;
  for (const handover of story.handovers.slice(Math.max(0, handedOver)))
    await record(shipper, "shipment:Handover", { shipment, ...handover });
}

async function enrol({ context, authority, plan }: Seeder, sensor: StorySensor): Promise<void> {
  const { id } = sensor.simulation;
  const hash = createHash("sha256").update(`demonstration calibration of ${id}`).digest("hex");
  await enrolSensor(
    { folder: join(context.layout.devices, id), ca: context.origins.inner.ca("authority"), authority },
    { sensor: id, model: sensor.model, owner: "ShipperMSP", calibration: calibrationOf(sensor, plan.madeAt, hash) },
  );
}
