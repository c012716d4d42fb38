import { parseIdentity } from "../../contract/identity";
import { type ExcursionRecord, keys } from "../../contract/state";
import { type Batch, batchHash, encodeBatch, encodeMoment, FIRST_PREVIOUS, type TickReading } from "../../domain/batch";
import { bytesToHex } from "../../domain/bytes";
import type { CalibrationStatement, Statement } from "../../messages/statements";
import type { Tampering, TestLedger } from "./ledger";
import type { Party } from "./parties";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const BOOT = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

/** One sensor of a test ledger: keeps its own chain as a device does. */
export class TestSensor {
  sequence = 0;
  previous: Uint8Array = FIRST_PREVIOUS;
  tick = 0;

  private constructor(
    readonly id: string,
    /** Another one after a renewal. */
    public party: Party,
    readonly calibration: CalibrationStatement,
    private readonly ledger: TestLedger,
  ) {}

  get thumbprint(): string {
    return parseIdentity(this.party.mspId, this.party.pem).thumbprint;
  }

  static async register(
    ledger: TestLedger,
    id: string,
    more: { readonly calibration?: Partial<CalibrationStatement>; readonly model?: string } = {},
  ): Promise<TestSensor> {
    const calibration = {
      number: `CAL-${id}`,
      hash: "c".repeat(64),
      laboratory: "Test laboratory",
      from: ledger.now - 30 * DAY,
      to: ledger.now + 300 * DAY,
      min: -40_000,
      max: 60_000,
      uncertainty: 200,
      ...more.calibration,
    };
    const party = await ledger.sensor(id, calibration);
    const { thumbprint } = parseIdentity(party.mspId, party.pem);
    const statement = { sensor: id, thumbprint, calibration, model: more.model ?? "Test logger", owner: "ShipperMSP" };
    await ledger.say(ledger.people.authority, "sensor:Register", statement);
    ledger.cut();
    return new TestSensor(id, party, calibration, ledger);
  }

  get hash(): string {
    return bytesToHex(this.previous);
  }

  /** One batch; the last reading is `now`, the others are a minute apart before it. */
  async send(temperatures: readonly number[], tampering?: Tampering): Promise<void> {
    this.tick += temperatures.length * MINUTE;
    const readings = temperatures.map((temperature, index) => ({
      tick: this.tick - (temperatures.length - 1 - index) * MINUTE,
      temperature,
      humidity: index % 2 === 0 ? 450 + index : null,
    }));
    await this.#record({ kind: "readings", readings, clock: null, ...this.#frame(this.sequence + 1) }, tampering);
  }

  /** One batch signed now; readings at ticks of this boot, ms. */
  async record(readings: readonly TickReading[], tick: number): Promise<void> {
    this.tick = tick;
    await this.#record({ kind: "readings", readings, clock: null, ...this.#frame(this.sequence + 1) });
  }

  /** Declares the next `count` batches lost. */
  async lose(count: number): Promise<void> {
    const from = this.sequence + 1;
    await this.#record({ kind: "lost", from, to: this.sequence + count, reason: "journal damaged", ...this.#frame(this.sequence + count) });
  }

  #frame(sequence: number): Pick<Batch, "sequence" | "previous" | "boot"> {
    return { sequence, previous: this.previous, boot: BOOT };
  }

  async #record(batch: Batch, tampering?: Tampering): Promise<void> {
    const bytes = encodeBatch(batch);
    await this.ledger.transact(this.party, "batch:Record", [bytes, encodeMoment({ boot: BOOT, tick: this.tick })], tampering);
    this.sequence = batch.sequence;
    this.previous = batchHash(this.id, bytes);
  }
}

/** A shipment's whole way with two sensors, heat, a gap, a loss, an inspection and a decision that late heat reopens; one block per step. */
export async function tellTrip(ledger: TestLedger): Promise<TestSensor[]> {
  const { shipper, recipient } = ledger.people;
  const shipment = "trip-1";
  const sensors = [await TestSensor.register(ledger, "probe-1"), await TestSensor.register(ledger, "probe-2")];
  const [first, second] = sensors as [TestSensor, TestSensor];
  const plan = { shipment, sscc: "006141411234567890", title: "Vaccine", origin: "Basel", destination: "Chur" };
  await ledger.say(shipper, "shipment:Create", { ...plan, recipient: "RecipientMSP", profile: "fridge-2-8/1" });
  ledger.cut();
  for (const sensor of sensors) {
    await ledger.say(shipper, "shipment:Assign", { shipment, sensor: sensor.id, place: "top", start: ledger.now });
    ledger.cut();
  }
  await ledger.say(shipper, "seal:Apply", { shipment, seal: "WS-1", class: "H", on: { container: "BOX-1" } });
  ledger.cut();
  await ledger.say(shipper, "shipment:Handover", { shipment, giver: "Lena", taker: "Driver", place: "Basel", arrival: false });
  ledger.cut();
  const series = [[5000, 5100, 5200], [7000, 8000, 9000], [9500, 7000, 5000], [5000]];
  for (const temperatures of series) {
    ledger.now += 5 * MINUTE;
    await first.send(temperatures);
    await second.send(temperatures.map((value) => value - 3000 + 500));
    ledger.cut();
  }
  ledger.now += 3 * 60 * MINUTE;
  first.tick += 3 * 60 * MINUTE;
  await first.send([5500, 5600]);
  await second.lose(2);
  ledger.cut();
  await ledger.say(shipper, "shipment:Handover", { shipment, giver: "Driver", taker: "Dock", place: "Chur", arrival: true });
  ledger.cut();
  const { thumbprint } = first;
  const checks = { number: true, pull: true, twist: true, surface: true, shaft: true };
  const seen = [{ sensor: first.id, thumbprint, sequence: first.sequence, hash: first.hash }];
  await ledger.say(recipient, "seal:Inspect", {
    shipment,
    seal: "WS-1",
    result: "intact",
    checks,
    sensors: seen,
    photo: null,
    note: "fine",
  });
  ledger.cut();
  const through = sensors.map(({ id, sequence, hash }) => ({ sensor: id, sequence, hash }));
  await ledger.say(recipient, "shipment:Decide", { shipment, decision: "accepted", reason: "kept cold enough", through });
  ledger.cut();
  return sensors;
}

const EXCURSION = { shipment: "trip-1", sensor: "probe-1", rule: "upper", number: 1 };

/** The whole life of the violation that {@link tellTrip} tells of, up to its release; one block per step. */
export async function handleExcursion(
  ledger: TestLedger,
  attachments: Statement<"excursion:Investigate">["attachments"] = [],
): Promise<void> {
  const { shipper, recipient } = ledger.people;
  const seen = () => ledger.record<ExcursionRecord>(keys.excursion("trip-1", "probe-1", "upper", 1))?.log ?? { length: 1, head: "" };
  const cut = (): void => {
    ledger.cut();
    ledger.now += MINUTE;
  };
  await ledger.say(recipient, "excursion:Acknowledge", { ...EXCURSION, comment: "Seen at the dock" });
  cut();
  await ledger.say(recipient, "excursion:Assign", { ...EXCURSION, organisation: "ShipperMSP", person: "lena@shipper" });
  cut();
  await ledger.say(shipper, "excursion:Investigate", { ...EXCURSION, note: "The lorry’s door stood open", attachments });
  cut();
  const signer = { person: "lena@shipper", name: "lena@shipper" };
  const decision = { ...EXCURSION, meaning: "released for use" as const, reason: "Within the stability data", signer };
  await ledger.say(shipper, "excursion:Decide", { ...decision, through: seen() });
  cut();
}
