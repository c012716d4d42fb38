import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WintersealError } from "../messages/errors";
import { execute } from "./execute";
import { type BatchRecord, type HeadRecord, keys, type SensorRecord, type ShipmentRecord } from "./state";
import { authority, BOOT, Book, CALIBRATION, HOUR, MINUTE, recipient, resultOf, sensorIdentity, shipper } from "./testing/book";

/** Random histories of a small world: two sensors, three shipments. What is refused is refused by code and changes nothing. */
const SENSORS = ["probe-1", "probe-2"] as const;
const SHIPMENTS = ["trip-1", "trip-2", "trip-3"] as const;
const SSCCS = ["006141411234567890", "106141412345678908", "006141411234567890"];

interface World {
  readonly book: Book;
  /** Ticks of each sensor's boot. */
  readonly ticks: Map<string, number>;
  readonly keys: Map<string, string>;
  /** Last bytes that were sent, for resends. */
  readonly sent: Map<string, Uint8Array>;
}
type Step = (world: World) => Promise<unknown>;

const identity = ({ keys: active }: World, sensor: string) => sensorIdentity(sensor, active.get(sensor) ?? "key-1");
const prefix = ({ book }: World, sensor: string) => {
  const { sequence, hash } = book.record<HeadRecord>(keys.head(sensor)) ?? { sequence: 0, hash: "" };
  return { sensor, sequence, hash };
};

const record =
  (sensor: string, temperatures: readonly number[], every: number, delay: number): Step =>
  (world) => {
    const start = world.ticks.get(sensor) ?? 0;
    const readings = temperatures.map((temperature, i) => ({ tick: start + (i + 1) * every, temperature, humidity: null }));
    const last = start + temperatures.length * every;
    world.book.now += every * temperatures.length;
    const bytes = world.book.next(sensor, { kind: "readings", readings, clock: null });
    world.ticks.set(sensor, last);
    world.sent.set(sensor, bytes);
    return world.book.send(bytes, { boot: BOOT, tick: last + delay }, identity(world, sensor));
  };

const resend =
  (sensor: string): Step =>
  (world) => {
    const bytes = world.sent.get(sensor);
    const moment = { boot: BOOT, tick: (world.ticks.get(sensor) ?? 0) + HOUR };
    return bytes === undefined ? Promise.resolve() : world.book.send(bytes, moment, identity(world, sensor));
  };

/** Another content under the last number. */
const clone =
  (sensor: string): Step =>
  (world) => {
    const { sequence } = prefix(world, sensor);
    const readings = [{ tick: 1, temperature: 4321, humidity: 400 }];
    const bytes = world.book.next(sensor, { kind: "readings", sequence: Math.max(sequence, 1), readings, clock: null });
    return world.book.send(bytes, { boot: BOOT, tick: 2 }, identity(world, sensor));
  };

const lose =
  (sensor: string, count: number): Step =>
  (world) => {
    const { sequence } = prefix(world, sensor);
    const bytes = world.book.next(sensor, { kind: "lost", from: sequence + 1, to: sequence + count, reason: "journal" });
    return world.book.send(bytes, { boot: BOOT, tick: 0 }, identity(world, sensor));
  };

const renew =
  (sensor: string, key: string): Step =>
  async (world) => {
    const { thumbprint } = sensorIdentity(sensor, key);
    await world.book.say("sensor:Renew", { sensor, thumbprint, calibration: CALIBRATION }, authority);
    world.keys.set(sensor, key);
  };

const decide =
  (shipment: string, decision: "accepted" | "rejected"): Step =>
  (world) => {
    const assigned = world.book.record<ShipmentRecord>(keys.shipment(shipment))?.assignments ?? [];
    return world.book.decide(
      shipment,
      decision,
      assigned.map(({ sensor }) => prefix(world, sensor)),
    );
  };

const inspect =
  (shipment: string, result: "intact" | "broken"): Step =>
  (world) => {
    const assigned = world.book.record<ShipmentRecord>(keys.shipment(shipment))?.assignments ?? [];
    const seen = assigned.map(({ sensor }) => ({ ...prefix(world, sensor), thumbprint: identity(world, sensor).thumbprint }));
    const checks = { number: true, pull: true, twist: true, surface: true, shaft: true };
    const sensors = seen.filter(({ sequence }) => sequence > 0);
    return world.book.say("seal:Inspect", { shipment, seal: "S-1", result, checks, sensors, photo: null, note: "" }, recipient);
  };

const sensors = fc.constantFrom(...SENSORS);
const shipments = fc.constantFrom(...SHIPMENTS);
const temperatures = fc.array(fc.constantFrom(5000, 6000, 7999, 8000, 9000, 2000), { minLength: 1, maxLength: 5 });
const batches = fc.tuple(sensors, temperatures, fc.constantFrom(MINUTE, 20 * MINUTE, HOUR), fc.constantFrom(0, MINUTE, 3 * HOUR, 9 * HOUR));
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: batches.map((args) => record(...args)) },
  { weight: 3, arbitrary: sensors.map(resend) },
  { weight: 1, arbitrary: sensors.map(clone) },
  { weight: 1, arbitrary: fc.tuple(sensors, fc.integer({ min: 1, max: 3 })).map((args) => lose(...args)) },
  { weight: 1, arbitrary: fc.tuple(sensors, fc.constantFrom("key-1", "key-2", "key-3")).map((args) => renew(...args)) },
  {
    weight: 3,
    arbitrary: fc.tuple(shipments, sensors, fc.constantFrom(0, HOUR)).map(
      ([trip, sensor, ago]): Step =>
        ({ book }) =>
          book.assign(trip, sensor, book.now - ago),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(shipments, sensors).map(
      ([shipment, sensor]): Step =>
        ({ book }) =>
          book.say("shipment:EndAssignment", { shipment, sensor, end: book.now }, shipper),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(shipments, fc.boolean()).map(
      ([trip, arrival]): Step =>
        ({ book }) =>
          book.handover(trip, arrival),
    ),
  },
  { weight: 2, arbitrary: fc.tuple(shipments, fc.constantFrom("accepted" as const, "rejected" as const)).map((args) => decide(...args)) },
  {
    weight: 1,
    arbitrary: shipments.map(
      (shipment): Step =>
        ({ book }) =>
          book.say("seal:Apply", { shipment, seal: "S-1", class: "H", on: { container: "BOX" } }, shipper),
    ),
  },
  { weight: 1, arbitrary: fc.tuple(shipments, fc.constantFrom("intact" as const, "broken" as const)).map((args) => inspect(...args)) },
  {
    weight: 1,
    arbitrary: fc.nat(2).map(
      (i): Step =>
        ({ book }) =>
          book.create(SHIPMENTS[i] ?? "trip-1", { sscc: SSCCS[i] ?? "" }),
    ),
  },
);

const isSame = (a: ReadonlyMap<string, Uint8Array>, b: ReadonlyMap<string, Uint8Array>): boolean =>
  a.size === b.size && [...a].every(([key, value]) => Buffer.compare(value, b.get(key) ?? new Uint8Array()) === 0);

/** Runs the steps; gives the codes of what was refused. */
async function live(history: readonly Step[]): Promise<{ world: World; refused: string[] }> {
  const world: World = { book: new Book(), ticks: new Map(), keys: new Map(), sent: new Map() };
  for (const sensor of SENSORS) await world.book.register(sensor);
  await world.book.create("trip-1");
  await world.book.assign("trip-1", "probe-1");
  const refused: string[] = [];
  for (const step of history) {
    world.book.now += MINUTE;
    const before = new Map(world.book.state);
    try {
      await step(world);
    } catch (error) {
      if (!(error instanceof WintersealError)) throw error;
      refused.push(error.code);
      expect(isSame(world.book.state, before)).toBe(true);
    }
  }
  return { world, refused };
}

/** I2: from 1 to the head every number is one batch, linked by hash; what is missing was declared lost. */
function expectLinked({ book }: World, sensor: string): number {
  const head = book.record<HeadRecord>(keys.head(sensor));
  let previous = "00".repeat(32);
  let next = 1;
  let recorded = 0;
  let lost = 0;
  for (let number = 1; number <= (head?.sequence ?? 0); number += 1) {
    const batch = book.record<BatchRecord>(keys.batch(sensor, number));
    if (batch === undefined) continue;
    expect(batch.previous).toBe(previous);
    if (batch.kind === "lost") lost += number - next + 1;
    else expect(number).toBe(next);
    previous = batch.hash;
    next = number + 1;
    recorded += 1;
  }
  expect([head?.hash ?? previous, next - 1, head?.lostBatches ?? 0]).toEqual([previous, head?.sequence ?? 0, lost]);
  return recorded;
}

/** A sensor rides with one shipment at a time, and sensor and shipment agree about it. */
function expectRides({ book }: World, sensor: string): void {
  const { assignments } = book.record<SensorRecord>(keys.sensor(sensor)) ?? { assignments: [] };
  assignments.forEach(({ shipment, start, end }, index) => {
    const next = assignments[index + 1];
    if (next !== undefined) expect(next.start).toBeGreaterThanOrEqual(end ?? Number.POSITIVE_INFINITY);
    const ride = book.record<ShipmentRecord>(keys.shipment(shipment))?.assignments.find((each) => each.sensor === sensor);
    expect(ride).toMatchObject({ start, end });
  });
}

/** Where the histories went, so that the test cannot pass by refusing everything. */
class Coverage {
  batches = 0;
  violations = 0;
  reopened = 0;
  readonly codes = new Set<string>();
  readonly results = new Set<string>();

  add({ call, outcome }: Book["history"][number]): void {
    if (call.name === "batch:Record") this.results.add(resultOf(outcome).result);
    if (outcome.facts?.type !== "BatchRecorded") return;
    this.violations += outcome.facts.violations.length;
    this.reopened += outcome.facts.shipments.filter(({ status }) => status === "reopened").length;
  }
}

describe("any history", () => {
  it("keeps each sensor's chain whole, its rides apart, and comes out the same when it is run again", async () => {
    const coverage = new Coverage();
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 50 }), async (history) => {
        const { world, refused } = await live(history);
        for (const code of refused) coverage.codes.add(code);
        for (const sensor of SENSORS) {
          coverage.batches += expectLinked(world, sensor);
          expectRides(world, sensor);
        }
        await expectSameAgain(world.book);
        for (const transaction of world.book.history) coverage.add(transaction);
      }),
      { seed: 2022, numRuns: 100 },
    );
    expect(coverage.batches).toBeGreaterThan(500);
    expect(coverage.violations).toBeGreaterThan(100);
    expect(coverage.reopened).toBeGreaterThan(0);
    expect([...coverage.results].sort()).toEqual(["already-recorded", "equivocation", "recorded"]);
    expect([...coverage.codes]).toEqual(expect.arrayContaining(["SENSOR_BUSY", "SENSOR_SUSPENDED", "SHIPMENT_CLOSED", "EXISTS"]));
  }, 120_000);
});

/** Every transaction, run again on an empty state without a clock, writes the same bytes. */
async function expectSameAgain(book: Book): Promise<void> {
  const state = new Map<string, Uint8Array>();
  for (const { call, outcome } of book.history) {
    const again = await execute(call, { get: (key) => Promise.resolve(state.get(key)) }, { windowMs: 1 });
    expect([...again.writes.keys()]).toEqual([...outcome.writes.keys()].sort());
    expect(isSame(again.writes, outcome.writes)).toBe(true);
    expect(again.result).toEqual(outcome.result);
    expect(again.event).toEqual(outcome.event);
    for (const [key, value] of again.writes) state.set(key, value);
  }
  expect(isSame(state, book.state)).toBe(true);
}
