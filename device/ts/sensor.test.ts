import { afterEach, describe, expect, test } from "vitest";
import type { Command } from "../../lib/messages/commands";
import type { Measurement, SensorSettings } from "./sensor";
import { HONEST, type Malice } from "./testing/hostile-link";
import { seeded } from "./testing/virtual-time";
import { World as AnyWorld, type Form, MINUTE } from "./testing/world";

/** The same faults in both forms: no guarantee may depend on how a message is written. */
describe.each<Form>(["full", "compact"])("in %s form", (form) => {
  class World extends AnyWorld {
    constructor(seed: number, malice?: Malice, settings?: Partial<SensorSettings>) {
      super(seed, malice, settings, form);
    }
  }

  let world: World;
  afterEach(() => world.crash());

  /** I1 and I2: proved batches are there once, the chain has no hole, no number ever got two contents. */
  function expectSound(checked: World): void {
    const recorded = checked.recorded();
    expect(new Set(recorded).size).toBe(recorded.length);
    expect(checked.ledger.equivocations).toBe(0);
    const sequences = new Set(checked.ledger.chain.map(({ sequence }) => sequence));
    for (const sequence of checked.proved()) expect(sequences.has(sequence)).toBe(true);
  }

  /** I3: every reading that was taken is on the ledger or on the device. */
  function expectNothingLost(checked: World): void {
    const recorded = new Set(checked.recorded());
    const missing = checked.taken.filter((reading) => !recorded.has(reading));
    expect(missing.length).toBeLessThanOrEqual(checked.held());
  }

  test("an hour of readings arrives in batches of a minute, in order, and all but the last batch is proved", async () => {
    world = new World(1);
    await world.boot();
    await world.run(60 * MINUTE);
    expect(world.recorded()).toEqual(world.taken.slice(0, world.recorded().length));
    expect(world.ledger.chain.length).toBeGreaterThan(55);
    expect(world.sensor?.status()).toMatchObject({ delivery: null, sampling: null, missed: 0 });
    expect(world.ledger.head.sequence - (world.journal?.proved.sequence ?? 0)).toBeLessThanOrEqual(1);
    expectSound(world);
  });

  test("a last batch is proved by an attested read when no other follows", async () => {
    world = new World(2, HONEST, { intervalMs: 600 * MINUTE, batchAgeMs: 1000 });
    await world.boot();
    await world.run(5 * MINUTE);
    expect(world.journal?.proved.sequence).toBe(1);
    expect(world.journal?.frozen).toEqual([]);
  });

  test("a device without a link keeps measuring, and its backlog goes out in batches of up to a thousand", async () => {
    world = new World(3, { ...HONEST, lose: 1 }, { intervalMs: 1000 });
    await world.boot();
    await world.run(40 * MINUTE);
    expect(world.ledger.chain).toEqual([]);
    expect(world.held()).toBeGreaterThan(2_300);
    world.link.malice = HONEST;
    await world.run(2 * MINUTE);
    expect(world.ledger.chain.slice(0, 3).map(({ batch }) => batch.kind === "readings" && batch.readings.length)).toContain(1000);
    expect(world.recorded().length).toBeGreaterThan(2_300);
    expectSound(world);
  });

  test("a notice that was forged costs a retry and nothing else: the batch stays until the ledger has it", async () => {
    world = new World(4, { ...HONEST, forgeNotice: 1 });
    await world.boot();
    await world.run(10 * MINUTE);
    expect(world.ledger.chain).toEqual([]);
    expect(world.journal?.proved.sequence).toBe(0);
    expectNothingLost(world);
    world.link.malice = HONEST;
    await world.run(3 * MINUTE);
    expect(world.recorded().length).toBeGreaterThan(50);
    expectSound(world);
  });

  test("a lie about the time far off the window is noticed by the contract's refusal, and the next hint is taken", async () => {
    world = new World(5, { ...HONEST, lieTime: 1 });
    await world.boot();
    await world.run(5 * MINUTE);
    expect(world.ledger.chain).toEqual([]);
    world.link.malice = HONEST;
    await world.run(3 * MINUTE);
    expect(world.recorded().length).toBeGreaterThan(30);
  });

  test("a restart delivers what the boot before it left, as that boot's readings", async () => {
    world = new World(6, { ...HONEST, lose: 1 });
    await world.boot();
    await world.run(10 * MINUTE);
    world.crash();
    world.link.malice = HONEST;
    await world.boot();
    await world.run(5 * MINUTE);
    expect(new Set(world.recorded().map((reading) => reading.split(":")[0])).size).toBe(2);
    expect(world.recorded()).toEqual(world.taken.slice(0, world.recorded().length));
  });

  test("after the journal is lost the numbers in doubt are declared lost, and none is used twice", async () => {
    world = new World(7);
    await world.boot();
    await world.run(10 * MINUTE);
    world.crash();
    const before = world.ledger.head.sequence;
    world.storage.bytes = undefined;
    await world.boot();
    await world.run(5 * MINUTE);
    const lost = world.ledger.chain.find(({ batch }) => batch.kind === "lost")?.batch;
    expect(lost).toMatchObject({ kind: "lost", from: before + 1, to: before + 4, reason: "journal lost" });
    expect(world.ledger.head.sequence).toBeGreaterThan(before + 4);
    expect(world.ledger.equivocations).toBe(0);
  });

  test("a journal set back to an older copy does not give a number other content", async () => {
    world = new World(8);
    await world.boot();
    await world.run(3 * MINUTE);
    const copy = world.storage.bytes;
    await world.run(10 * MINUTE);
    world.crash();
    world.storage.bytes = copy;
    await world.boot();
    await world.run(5 * MINUTE);
    expect(world.ledger.chain.some(({ batch }) => batch.kind === "lost")).toBe(true);
    expect(world.ledger.equivocations).toBe(0);
  });

  test("a full disk stops the sampling openly and it resumes by itself", async () => {
    world = new World(9);
    await world.boot();
    await world.run(2 * MINUTE);
    world.storage.budget = 0;
    await world.run(MINUTE);
    expect(world.sensor?.status().sampling).toBe("JOURNAL_UNWRITABLE");
    expect(world.sensor?.status().missed).toBeGreaterThan(4);
    world.storage.budget = Number.POSITIVE_INFINITY;
    await world.run(3 * MINUTE);
    expect(world.sensor?.status().sampling).toBeNull();
    expectSound(world);
    expectNothingLost(world);
  });

  test.each<[string, Measurement | undefined]>([
    ["nothing", undefined],
    ["not a number", { temperature: Number.NaN, humidity: 450 }],
    ["a value no thermometer shows", { temperature: -300_000, humidity: 450 }],
    ["more than all the humidity", { temperature: 4000, humidity: 1001 }],
  ])("a probe that gives %s counts as missed: nothing is made up, and the sensor goes on", async (_what, measured) => {
    world = new World(10);
    await world.boot();
    await world.run(MINUTE);
    const { probe } = world;
    world.probe = () => measured;
    const taken = world.taken.length;
    await world.run(MINUTE);
    expect(world.sensor?.status()).toMatchObject({ missed: 6, sampling: "PROBE_SILENT" });
    expect(world.taken).toHaveLength(taken);
    world.probe = probe;
    await world.run(3 * MINUTE);
    expect(world.sensor?.status()).toMatchObject({ missed: 6, sampling: null, delivery: null });
  });

  const EVIL: Malice = {
    lose: 0.15,
    withhold: 0.15,
    forgeNotice: 0.15,
    forgeRefusal: 0.1,
    replay: 0.08,
    alter: 0.05,
    lieTime: 0.2,
    delay: 20_000,
  };

  // The compact form costs several times the computing, at both ends and for the ledger in this process.
  test.each(
    form === "full" ? [11, 12, 13, 14, 15, 16, 17, 18] : [11, 12, 13, 14],
  )("whatever a proxy and power losses do, nothing confirmed is missing, nothing is doubled, nothing unconfirmed is lost (seed %i)", async (seed) => {
    world = new World(seed, EVIL);
    const chaos = seeded(seed * 7919);
    await world.boot();
    for (let round = 0; round < 60; round++) {
      await world.run(chaos() * 20 * MINUTE);
      world.link.malice = chaos() < 0.3 ? HONEST : EVIL;
      world.storage.budget = chaos() < 0.1 ? Math.floor(chaos() * 5) : Number.POSITIVE_INFINITY;
      if (chaos() < 0.3) {
        world.crash();
        await world.run(chaos() * MINUTE);
        world.storage.budget = Number.POSITIVE_INFINITY;
        await world.boot();
      }
      expectSound(world);
    }
    expectNothingLost(world);
    world.link.malice = HONEST;
    world.storage.budget = Number.POSITIVE_INFINITY;
    // I5: within 30 s of the fault's end, and the longest deadline that was still running
    await world.run(2 * MINUTE);
    expect(world.sensor?.status()).toMatchObject({ delivery: null, sampling: null });
    expect(world.held()).toBeLessThanOrEqual(20);
    expect(world.recorded().length).toBeGreaterThan(1_000);
    expectSound(world);
    expectNothingLost(world);
  });

  test("the same seed gives the same ledger", async () => {
    const chains: string[] = [];
    for (let round = 0; round < 2; round++) {
      world = new World(42, EVIL);
      await world.boot();
      await world.run(120 * MINUTE);
      chains.push(JSON.stringify(world.ledger.chain.map(({ hash }) => hash)));
      world.crash();
    }
    expect(chains[0]).toBe(chains[1]);
    expect(chains[0]?.length).toBeGreaterThan(200);
  });

  describe("told by its owner", () => {
    const tell = (command: Command, counter: number) =>
      world.ledger.told.push({ counter, expires: world.ledger.now + 60 * MINUTE, command });

    test("it measures at another interval from then on, stops, and starts again", async () => {
      world = new World(21, HONEST, { intervalMs: 10_000 });
      await world.boot();
      await world.run(5 * MINUTE);
      expect(world.taken.length).toBe(31);
      tell({ kind: "interval", ms: 60_000 }, 1);
      world.sensor?.hint();
      await world.run(1_000);
      const before = world.taken.length;
      await world.run(10 * MINUTE);
      expect(world.taken.length - before).toBe(10);
      tell({ kind: "stop" }, 2);
      world.sensor?.hint();
      await world.run(5_000);
      const stopped = world.taken.length;
      await world.run(30 * MINUTE);
      expect(world.taken.length).toBe(stopped);
      expect(world.sensor?.status()).toMatchObject({ measuring: false, command: { counter: 2, outcome: "done" } });
      tell({ kind: "start" }, 3);
      await world.run(11 * MINUTE);
      expect(world.taken.length).toBeGreaterThan(stopped);
      expect(world.ledger.reports.map(({ counter, outcome, interval, measuring }) => [counter, outcome, interval, measuring])).toEqual([
        [1, "done", 60_000, true],
        [2, "done", 60_000, false],
        [3, "done", 60_000, true],
      ]);
      expectSound(world);
    });

    test("through a proxy that loses, forges, replays and alters, over starts: each command once or not at all, no number twice", async () => {
      const malice = { ...HONEST, lose: 0.2, forgeNotice: 0.1, forgeRefusal: 0.1, replay: 0.1, alter: 0.1, withhold: 0.05, delay: 2_000 };
      world = new World(22, malice, { askEveryMs: 2 * MINUTE });
      for (let life = 1; life <= 6; life++) {
        await world.boot();
        tell({ kind: "identify", ms: 1_000 + life }, life);
        world.sensor?.hint();
        await world.run((3 + 7 * world.random()) * MINUTE);
        world.crash();
      }
      world.link.malice = HONEST;
      await world.boot();
      await world.run(15 * MINUTE);
      expect(new Set(world.seen).size).toBe(world.seen.length);
      expect(world.seen.length).toBeGreaterThan(2);
      const counters = world.ledger.reports.map(({ counter }) => counter);
      expect(counters).toEqual([...new Set(counters)].sort((a, b) => a - b));
      expect(counters.at(-1)).toBe(6);
      expectSound(world);
      expectNothingLost(world);
    });

    test("a shipment that asks for more readings than it was configured for gets them", async () => {
      world = new World(23, HONEST, { intervalMs: 60 * MINUTE });
      world.ledger.limit = 5 * MINUTE;
      await world.boot();
      await world.run(31 * MINUTE);
      expect(world.taken.length).toBe(7);
    });
  });
});
