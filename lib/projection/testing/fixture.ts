import { createHash } from "node:crypto";
import { ssccCheckDigit } from "../../domain/sscc";
import { openDatabase } from "../../store/db";
import { Runner } from "../runner";
import { TestLedger } from "./ledger";
import { TestSensor } from "./trip";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEP = 5 * MINUTE;

interface Ride {
  readonly id: string;
  readonly place: string;
  readonly humid: boolean;
  readonly calibratedTo: number;
  /** milli-°C at a time since the start, without noise. */
  readonly curve: (since: number) => number;
}

interface TripPlan {
  readonly id: string;
  readonly serial: string;
  readonly title: string;
  readonly origin: string;
  readonly destination: string;
  readonly start: number;
  readonly hours: number;
  readonly rides: readonly Ride[];
  /** Stretch without readings, since the start. */
  readonly silent?: readonly [from: number, to: number];
  readonly arrives: boolean;
  readonly accepted: boolean;
}

interface Happening {
  readonly at: number;
  readonly act: () => Promise<unknown>;
}

/** Repeatable noise: the same sensor measures the same at the same time. */
const noise = (sensor: string, since: number): number =>
  (createHash("sha256").update(`${sensor} ${since}`).digest().readUInt16BE(0) % 240) - 120;

/** What happens on one trip, in any order; told sorted by time. */
async function happenings(ledger: TestLedger, plan: TripPlan): Promise<Happening[]> {
  const { id: shipment, title, origin, destination, start, hours } = plan;
  const { shipper, recipient } = ledger.people;
  const digits = `37612345${plan.serial}`;
  const sensors = new Map<Ride, TestSensor>();
  const end = start + hours * HOUR;
  const seal = `CH 00${plan.serial.slice(-5)}`;
  const create = { shipment, sscc: `${digits}${ssccCheckDigit(digits)}`, title, origin, destination, recipient: "RecipientMSP" };
  const list: Happening[] = [
    { at: start - 3 * HOUR, act: () => ledger.say(shipper, "shipment:Create", { ...create, profile: "fridge-2-8/1" }) },
    { at: start - HOUR, act: () => ledger.say(shipper, "seal:Apply", { shipment, seal, class: "H", on: { container: "BOX-17" } }) },
    { at: start, act: () => handOver("Rheinhafen Pharma", "Nordlicht Freight", origin, false) },
  ];
  const handOver = (giver: string, taker: string, place: string, arrival: boolean): Promise<string> =>
    ledger.say(shipper, "shipment:Handover", { shipment, giver, taker, place, arrival });
  for (const ride of plan.rides) {
    const assign = { shipment, sensor: ride.id, place: ride.place, start };
    list.push({ at: start - 4 * HOUR, act: async () => sensors.set(ride, await register(ledger, ride)) });
    list.push({ at: start - 2 * HOUR, act: () => ledger.say(shipper, "shipment:Assign", assign) });
    for (let hour = 1; hour <= hours; hour++) {
      list.push({ at: start + hour * HOUR, act: () => send(sensors.get(ride), ride, plan, hour) });
    }
  }
  if (plan.arrives) list.push({ at: end + MINUTE, act: () => handOver("Nordlicht Freight", "Dock 2", destination, true) });
  if (!plan.accepted) return list;
  const seen = () => [...sensors.values()].map(({ id, thumbprint, sequence, hash }) => ({ sensor: id, thumbprint, sequence, hash }));
  const checks = { number: true, pull: true, twist: true, surface: true, shaft: true };
  const inspect = () => ({ shipment, seal, result: "intact" as const, checks, sensors: seen(), photo: null, note: "" });
  const through = () => seen().map(({ sensor, sequence, hash }) => ({ sensor, sequence, hash }));
  const decide = () => ({ shipment, decision: "accepted" as const, reason: "", through: through() });
  list.push({ at: end + 30 * MINUTE, act: () => ledger.say(recipient, "seal:Inspect", inspect()) });
  list.push({ at: end + 40 * MINUTE, act: () => ledger.say(recipient, "shipment:Decide", decide()) });
  return list;
}

function register(ledger: TestLedger, { id, calibratedTo }: Ride): Promise<TestSensor> {
  const calibration = {
    number: `ACA-${id.slice(3)}-26`,
    laboratory: "Aare Calibration Authority",
    from: calibratedTo - 365 * DAY,
    to: calibratedTo,
  };
  return TestSensor.register(ledger, id, { calibration, model: "WS-400 temperature and humidity" });
}

/** One hour's readings. Ticks count from the trip's start. */
async function send(sensor: TestSensor | undefined, ride: Ride, { silent }: TripPlan, hour: number): Promise<void> {
  const times = Array.from({ length: HOUR / STEP }, (_, step) => (hour - 1) * HOUR + step * STEP);
  const heard = times.filter((since) => !silent || since < silent[0] || since >= silent[1]);
  const readings = heard.map((since) => ({
    tick: since,
    temperature: Math.round(ride.curve(since) + noise(ride.id, since)),
    humidity: ride.humid ? 530 + Math.round(noise(ride.id, since) / 6 + 40 * Math.sin(since / (5 * HOUR))) : null,
  }));
  if (readings.length > 0) await sensor?.record(readings, hour * HOUR);
}

const calm = (base: number) => (since: number) => base + 450 * Math.sin(since / (4 * HOUR));

/** Warm between two hours since the start, by up to `by` milli-°C. */
const warm = (curve: (since: number) => number, from: number, to: number, by: number) => (since: number) => {
  const share = (since / HOUR - from) / (to - from);
  return curve(since) + (share > 0 && share < 1 ? by * Math.sin(share * Math.PI) : 0);
};

/** Kept cold and accepted; too warm on the way; calibration ended on the way; arrived and waiting. */
function plans(now: number): TripPlan[] {
  const good = now + 115 * DAY;
  const ride = (id: string, place: string, curve: Ride["curve"], humid = true, calibratedTo = good): Ride => ({
    id,
    place,
    curve,
    humid,
    calibratedTo,
  });
  return [
    {
      id: "basel-lisbon",
      serial: "000001234",
      title: "Influenza vaccine, Basel to Lisbon",
      origin: "Basel",
      destination: "Lisbon",
      start: now - 9 * DAY,
      hours: 46,
      rides: [ride("ws-0427", "top of pallet", calm(4_900)), ride("ws-0412", "bottom of pallet", calm(4_300), false)],
      silent: [20 * HOUR, 21.5 * HOUR],
      arrives: true,
      accepted: true,
    },
    {
      id: "basel-vienna",
      serial: "000001235",
      title: "Insulin, Basel to Vienna",
      origin: "Basel",
      destination: "Vienna",
      start: now - 30 * HOUR,
      hours: 30,
      rides: [ride("ws-0388", "top of pallet", warm(calm(4_700), 17, 22, 5_200)), ride("ws-0391", "bottom of pallet", calm(4_400))],
      arrives: false,
      accepted: false,
    },
    {
      id: "basel-porto",
      serial: "000001236",
      title: "Hepatitis B vaccine, Basel to Porto",
      origin: "Basel",
      destination: "Porto",
      start: now - 50 * HOUR,
      hours: 50,
      rides: [ride("ws-0291", "middle of pallet", calm(4_600), true, now - 20 * HOUR)],
      arrives: false,
      accepted: false,
    },
    {
      id: "basel-zurich",
      serial: "000001237",
      title: "Measles vaccine, Basel to Zürich",
      origin: "Basel",
      destination: "Zürich",
      start: now - 20 * HOUR,
      hours: 18,
      rides: [ride("ws-0350", "inside the box", calm(4_800)), ride("ws-0351", "container wall", calm(5_200))],
      arrives: true,
      accepted: false,
    },
  ];
}

/**
 * Fills a migrated, empty database with a small believable story. Nothing is made up for the database: the contract decides every step, and the
 * projection verifies and re-executes it.
 * @param now ms UTC at which the story stands.
 * @returns ids of the shipments and sensors told about.
 */
export async function fillFixture(databaseUrl: string, now: number): Promise<{ shipments: string[]; sensors: string[] }> {
  await project(await tellFixture(now), databaseUrl);
  return readIds(databaseUrl);
}

/** The story of {@link fillFixture} on a ledger of its own. */
export async function tellFixture(now: number): Promise<TestLedger> {
  const ledger = await TestLedger.create();
  const list = (await Promise.all(plans(now).map((plan) => happenings(ledger, plan)))).flat();
  for (const { at, act } of list.sort((a, b) => a.at - b.at)) {
    ledger.now = at;
    await act();
    ledger.cut();
  }
  return ledger;
}

/** Projects everything that a test ledger holds. */
export async function project(ledger: TestLedger, databaseUrl: string): Promise<void> {
  const complain = (facts: object, message: string): never => {
    throw new Error(message, { cause: facts });
  };
  const { rules, sources } = ledger;
  const log = { info: () => undefined, warn: complain, error: complain };
  const signal = new AbortController().signal;
  const until = ledger.blocks.length;
  await new Runner({ rules, sources, witnesses: 2, open: ledger.open(), databaseUrl, log, signal, until }).run();
}

async function readIds(databaseUrl: string): Promise<{ shipments: string[]; sensors: string[] }> {
  const database = openDatabase(databaseUrl, 1);
  try {
    const ids = async (table: "shipment" | "sensor"): Promise<string[]> =>
      (await database.pool.query<{ id: string }>(`SELECT id FROM ${table} ORDER BY id`)).rows.map(({ id }) => id);
    return { shipments: await ids("shipment"), sensors: await ids("sensor") };
  } finally {
    await database.close();
  }
}
