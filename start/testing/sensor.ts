/** A real sensor on a test stack: identity from the authority, journal on disk, MQTT with its own certificate. */
import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LightClient } from "../../device/ts/client";
import { DeviceClock } from "../../device/ts/clock";
import { processTicks } from "../../device/ts/clock-node";
import { nodeCrypto } from "../../device/ts/crypto-node";
import { Delivery, type DeliveryEvent, type DeliveryParts } from "../../device/ts/delivery";
import { Journal } from "../../device/ts/journal";
import { FileStorage } from "../../device/ts/journal-node";
import type { Link } from "../../device/ts/link";
import { MqttLink } from "../../device/ts/link-mqtt-node";
import { countedNonces } from "../../device/ts/nonces";
import { loadSigner } from "../../device/ts/signer-node";
import { readNetwork } from "../../lib/fabric/network";
import { clientSettings, openClient } from "../importer/client";
import { enrolSensor } from "../importer/sensors";
import type { Stack } from "../stack";

const DAY = 86_400_000;

export interface TestSensor {
  readonly id: string;
  readonly client: LightClient;
  readonly journal: Journal;
  readonly events: readonly DeliveryEvent[];
  /** Takes one reading; it goes out with the next {@link step}. */
  measure(temperature: number): Promise<void>;
  /** One step of delivery; ms until the next is worth its while. */
  step(): Promise<number>;
  /** Delivers until every reading is proved on the ledger. */
  settle(withinMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface SensorOptions {
  /** As registered; what is so called otherwise decides what it may record. */
  readonly model?: string;
  /** Deadlines and retries as in the field instead of a test's short ones. */
  readonly patient?: boolean;
  /** Stands between the client and its real link. */
  readonly between?: (link: Link) => Link;
  /** Stands between the sensor's loop and its client. */
  readonly watch?: (client: DeliveryParts["client"]) => DeliveryParts["client"];
}

export async function startSensor({ context }: Pick<Stack, "context">, id: string, options: SensorOptions = {}): Promise<TestSensor> {
  const { layout, origins, mqttUrl } = context;
  const network = await readNetwork(layout.network);
  const folder = join(layout.devices, id);
  const identity = { mspId: "AuthorityMSP", folder: join(layout.people, "importer-authority") };
  const authority = await openClient(identity, network, { relay: origins.inner.relay });
  const calibration = {
    number: `cal-${id}`,
    hash: createHash("sha256").update(id).digest("hex"),
    laboratory: "Test laboratory",
    from: Date.now() - DAY,
    to: Date.now() + 30 * DAY,
    min: -40_000,
    max: 60_000,
    uncertainty: 200,
  };
  await enrolSensor(
    { folder, ca: origins.inner.ca("authority"), authority },
    { sensor: id, model: options.model ?? "test", owner: "ShipperMSP", calibration },
  );

  const [certificate, key, ca] = await Promise.all(
    [join(folder, "cert.pem"), join(folder, "key.pem"), join(layout.data, "network/operator/root.pem")].map((file) =>
      readFile(file, "utf8"),
    ),
  );
  const link = new MqttLink({ url: mqttUrl, id, ca: ca ?? "", certificate: certificate ?? "", key: key ?? "" });
  const storage = new FileStorage(join(folder, "journal"));
  const journal = await Journal.open(storage, id);
  const clock = new DeviceClock({ ticks: processTicks(), floor: () => journal.proved.at });
  const signer = await loadSigner("AuthorityMSP", folder);
  // A lost answer is noticed sooner than in the field, so that a test of a killed process is short.
  const settings = {
    ...(await clientSettings(network)),
    ...(options.patient ? {} : { deadlines: { endorse: 4_000, commit: 6_000, status: 4_000, read: 4_000, hello: 4_000 } }),
  };
  const between = options.between?.(link) ?? link;
  const crypto = nodeCrypto();
  const parts = { signer, link: between, crypto, now: () => clock.now(), nonce: countedNonces(crypto.random) };
  const client = await LightClient.open(parts, settings);
  const boot = randomBytes(8);
  await journal.beginBoot(boot, null);
  const events: DeliveryEvent[] = [];
  const delivery = new Delivery(
    { id, boot, journal, clock, client: options.watch?.(client) ?? client, random: Math.random, observe: (event) => events.push(event) },
    { batchReadings: 1, proveAfterMs: 0, ...(options.patient ? {} : { retry: { minMs: 100, maxMs: 1_000, refusedMs: 500 } }) },
  );
  return {
    id,
    client,
    journal,
    events,
    measure: (temperature) => journal.append([{ tick: clock.tick(), temperature, humidity: null }]),
    step: () => delivery.step(),
    async settle(withinMs) {
      const end = performance.now() + withinMs;
      while (journal.waiting > 0 || journal.frozen.length > 0) {
        if (performance.now() > end) throw new Error(`${id} is not settled: ${delivery.trouble?.message ?? "no trouble known"}`);
        const wait = await delivery.step();
        if (wait > 0) await sleep(Math.min(wait, 500));
      }
    },
    async close() {
      await link.close();
      await storage.close();
    },
  };
}

/** Every sensor measures and delivers until `during` is over; each step is one that a real loop would take. */
export async function underLoad(sensors: readonly TestSensor[], during: () => Promise<void>): Promise<void> {
  let done = false;
  const loops = sensors.map(async (sensor) => {
    for (let reading = 0; !done; reading++) {
      await sensor.measure(4_000 + reading);
      const wait = await sensor.step();
      if (wait > 0) await sleep(Math.min(wait, 200));
    }
  });
  await during().finally(() => {
    done = true;
  });
  await Promise.all(loops);
}
