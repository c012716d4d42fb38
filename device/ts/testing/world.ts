/** A whole sensor in a simulated world: time, disk, proxy and ledger, all driven by one seed. */

import { profileById } from "../../../lib/domain/profiles";
import { toHex } from "../bytes";
import { LightClient } from "../client";
import { DeviceClock } from "../clock";
import type { CommandEvent } from "../commands";
import { nodeCrypto } from "../crypto-node";
import type { DeliveryEvent } from "../delivery";
import { Journal } from "../journal";
import type { Link } from "../link";
import { countedNonces } from "../nonces";
import { type Measurement, Sensor, type SensorSettings } from "../sensor";
import { CompactLink } from "./compact-link";
import { FakeLedger } from "./fake-ledger";
import { HONEST, HostileLink, type Malice } from "./hostile-link";
import { MemoryStorage } from "./memory-storage";
import { createParty, type Party } from "./party";
import { seeded, VirtualTime } from "./virtual-time";

const ID = "s-1";
const START = 1_790_000_000_000;
export const MINUTE = 60_000;
const [party, authority, shipper] = (await Promise.all([
  createParty("AuthorityMSP", ID),
  createParty("AuthorityMSP", "peer0.authority"),
  createParty("ShipperMSP", "peer0.shipper"),
])) as [Party, Party, Party];

/** Which form the device's messages take. */
export type Form = "full" | "compact";

/** A device with its world: everything that can go wrong is driven by one seed. */
export class World {
  readonly time = new VirtualTime();
  storage = new MemoryStorage();
  readonly random: () => number;
  readonly link: HostileLink;
  readonly ledger: FakeLedger;
  readonly events: (DeliveryEvent | CommandEvent)[] = [];
  /** How long the sensor was told to be seen, each time. */
  readonly seen: number[] = [];
  readonly settings: SensorSettings;
  /** Every reading that the journal took, as `boot:tick`. */
  readonly taken: string[] = [];
  probe = (): Measurement | undefined => ({ temperature: 4000 + Math.round(this.random() * 1000), humidity: 450 });
  sensor: Sensor | undefined;
  journal: Journal | undefined;
  #running: Promise<void> | undefined;
  #life = 0;

  /** Both ends of the compact form in the running life; undefined in full form. */
  compact: CompactLink | undefined;
  readonly #form: Form;

  constructor(seed: number, malice: Malice = HONEST, settings: Partial<SensorSettings> = {}, form: Form = "full") {
    this.#form = form;
    this.random = seeded(seed);
    this.settings = { intervalMs: 10_000, batchReadings: 6, batchAgeMs: MINUTE, proveAfterMs: 90_000, ...settings };
    const now = () => START + Math.floor(this.time.now);
    this.ledger = new FakeLedger(ID, [authority, shipper], now);
    this.link = new HostileLink(this.ledger, this.time, now, this.random, malice);
  }

  async boot(): Promise<void> {
    const bootId = Uint8Array.from({ length: 8 }, () => Math.floor(this.random() * 256));
    const started = this.time.now;
    const journal = await Journal.open(this.storage, ID);
    const clock = new DeviceClock({ ticks: () => this.time.now - started, floor: () => journal.proved.at });
    const endorsers = [authority, shipper].map(({ mspId, certificate }) => ({ mspId, certificate }));
    const settings = { channel: "coldchain", chaincode: "winterseal", endorsements: 2, endorsers };
    const link = this.#formed(this.#linkOf(this.#life));
    const nonce = countedNonces((length) => Uint8Array.from({ length }, () => Math.floor(this.random() * 256)));
    const client = await LightClient.open({ signer: party.signer, link, crypto: nodeCrypto(), now: () => clock.now(), nonce }, settings);
    await journal.beginBoot(bootId, null);
    const append = journal.append.bind(journal);
    journal.append = async (readings) => {
      await append(readings);
      for (const { tick } of readings) this.taken.push(`${toHex(bootId)}:${tick}`);
    };
    const measure = async () => this.probe();
    const observe = (event: DeliveryEvent | CommandEvent) => this.events.push(event);
    const identify = (ms: number) => this.seen.push(ms);
    const rulesOf = (profile: string) => profileById(profile).rules;
    const parts = {
      identify,
      rulesOf,
      id: ID,
      boot: bootId,
      journal,
      clock,
      client,
      random: this.random,
      observe,
      measure,
      sleep: this.time.sleep,
    };
    this.journal = journal;
    this.sensor = new Sensor({ ...parts, thumbprint: "" }, this.settings);
    this.#running = this.sensor.run();
  }

  /** The link of one life of the device: answers to a dead one never arrive, and it sends nothing. */
  #linkOf(life: number): Link {
    const never = new Promise<never>(() => undefined);
    return {
      request: async (body, deadlineMs) => {
        if (this.#life !== life) return never;
        const answer = await this.link.request(body, deadlineMs);
        return this.#life === life ? answer : never;
      },
    };
  }

  #formed(link: Link): Link {
    if (this.#form === "full") return link;
    // With the malice of the link: a proxy that dies now and then, and bytes that arrive altered.
    const chance = (probability: number) => this.random() < probability;
    this.compact = new CompactLink(link, ID, {
      restart: () => chance(this.link.malice.withhold / 2),
      disturb: (bytes) => (chance(this.link.malice.alter) ? altered(bytes, this.random()) : bytes),
    });
    return this.compact;
  }

  run = (ms: number) => this.time.advance(this.time.now + ms);

  /** The power goes: what is not in the storage is gone, and the steps under way never end. */
  crash(): void {
    this.#running?.catch(() => undefined);
    this.#running = undefined;
    this.sensor?.stop().catch(() => undefined);
    this.sensor = undefined;
    // whatever the dead process still does reaches neither disk nor network
    this.storage = new MemoryStorage(this.storage.bytes);
    this.#life += 1;
  }

  /** Readings on the ledger, in order. */
  recorded(): string[] {
    return this.ledger.chain.flatMap(({ batch }) =>
      batch.kind === "readings" ? batch.readings.map(({ tick }) => `${toHex(batch.boot)}:${tick}`) : [],
    );
  }

  /** Readings that the journal still holds. */
  held(): number {
    const frozen = this.journal?.frozen ?? [];
    return frozen.reduce((sum, { batch }) => sum + (batch.kind === "readings" ? batch.readings.length : 0), this.journal?.waiting ?? 0);
  }

  proved(): number[] {
    return this.events.flatMap((event) => (event.type === "proved" ? [event.sequence] : []));
  }
}

function altered(bytes: Uint8Array, random: number): Uint8Array {
  const at = Math.floor(random * bytes.length);
  return bytes.with(at, (bytes[at] ?? 0) ^ (1 + (at % 255)));
}
