import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { batchHash, decodeBatch, type TickReading } from "../../lib/domain/batch";
import { equal, toHex } from "./bytes";
import { crc32 } from "./crc";
import { Journal } from "./journal";
import { FileStorage } from "./journal-node";
import { scanRecords } from "./journal-records";
import { MemoryStorage } from "./testing/memory-storage";

const BOOT = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const reading = (tick: number): TickReading => ({ tick, temperature: 4000 + (tick % 700) - 350, humidity: tick % 3 === 0 ? null : 450 });
const readings = (from: number, count: number) => Array.from({ length: count }, (_, index) => reading(from + index * 1000));

const DECISION = { counter: 1, outcome: "done", boot: BOOT, tick: 7, interval: 5_000, profile: "fridge-2-8/1", measuring: false } as const;

/** Everything that must survive: what is kept, what is frozen, what is proved. */
const stateOf = (journal: Journal) =>
  JSON.stringify([
    journal.proved.sequence,
    toHex(journal.proved.hash),
    journal.proved.at,
    journal.frozen.map(({ bytes }) => toHex(bytes)),
    journal.waiting,
    journal.oldest?.tick ?? null,
    journal.suspect,
    journal.decided && [journal.decided.counter, journal.decided.outcome, journal.decided.interval, journal.decided.profile],
    journal.reports.map(({ counter }) => counter),
    journal.withheld.map(({ proxy, sequence }) => [proxy, sequence]),
  ]);

async function lived(storage: MemoryStorage | FileStorage): Promise<Journal> {
  const journal = await Journal.open(storage, "s-1");
  await journal.beginBoot(BOOT, { tick: 0, at: 1_790_000_000_000 });
  await journal.append(readings(0, 5));
  await journal.freeze(3);
  await journal.freeze();
  await journal.append(readings(10_000, 4));
  return journal;
}

test("CRC-32 has the standard's check value", () => {
  expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
});

test("frozen batches take the next numbers and continue each other's hash", async () => {
  const journal = await lived(new MemoryStorage());
  const [first, second] = journal.frozen;
  expect(journal.frozen.map(({ sequence, batch }) => [sequence, batch.kind === "readings" && batch.readings.length])).toEqual([
    [1, 3],
    [2, 2],
  ]);
  expect(second?.batch.previous).toEqual(batchHash("s-1", first?.bytes ?? new Uint8Array(0)));
  expect(journal.waiting).toBe(4);
});

test("a proof drops the batches that it covers and nothing else", async () => {
  const journal = await lived(new MemoryStorage());
  const [first] = journal.frozen;
  if (first === undefined) throw new Error("no batch");
  await journal.prove(first, 5);
  expect(journal.frozen.map(({ sequence }) => sequence)).toEqual([2]);
  expect([journal.proved.sequence, journal.proved.at, journal.waiting]).toEqual([1, 5, 4]);
  await journal.prove({ sequence: 0, hash: new Uint8Array(32) }, 4);
  expect(journal.proved.sequence).toBe(1);
});

test("cut at every byte, a journal reopens to a state that it had, with nothing lost that was safe before", async () => {
  const storage = new MemoryStorage();
  const journal = await Journal.open(storage, "s-1");
  /** States by the number of bytes from which on they are safe. */
  const history: { bytes: number; state: string }[] = [{ bytes: storage.bytes?.length ?? 0, state: stateOf(journal) }];
  const remember = () => history.push({ bytes: storage.bytes?.length ?? 0, state: stateOf(journal) });
  const steps = [
    () => journal.beginBoot(BOOT, null),
    () => journal.append(readings(0, 5)),
    () => journal.freeze(3),
    () => journal.append(readings(9_000, 2)),
    () => journal.freeze(),
    () => journal.prove(journal.frozen[0] ?? journal.proved, 77),
    () => journal.beginBoot(randomBytes(8), { tick: 5, at: 1_790_000_000_000 }),
    () => journal.append(readings(3, 1)),
    () => journal.decide({ ...DECISION, counter: 1 }),
    () => journal.decide({ ...DECISION, counter: 2, interval: null, profile: null, outcome: "COMMAND_EXPIRED" }),
    () => journal.withhold({ sequence: 1, transaction: new Uint8Array(32), proxy: "proxy-a", said: true, boot: BOOT, tick: 4 }),
    () => journal.reported(1),
    () => journal.withhold({ sequence: 2, transaction: new Uint8Array(32), proxy: "proxy-b", said: false, boot: BOOT, tick: 5 }),
    () => journal.told(),
    () => journal.reported(2),
    () => journal.freezeLost(BOOT, 4, "test"),
    () => journal.freeze(),
  ];
  for (const step of steps) {
    await step();
    remember();
  }
  const whole = storage.bytes ?? new Uint8Array(0);
  const start = history[0]?.bytes ?? 0;
  for (let length = start; length <= whole.length; length++) {
    const cut = new MemoryStorage(whole.slice(0, length));
    const reopened = await Journal.open(cut, "s-1");
    const expected = history.findLast(({ bytes }) => bytes <= length)?.state;
    expect(stateOf(reopened)).toBe(expected);
    // and what was cut is really gone from the storage: the next record does not stand behind a torn one
    await reopened.beginBoot(BOOT, null);
    expect(scanRecords(cut.bytes ?? new Uint8Array(0)).rest).toBe("nothing");
  }
});

test("a journal whose beginning is gone tells that numbers may have been used", async () => {
  for (const bytes of [new Uint8Array(0), new Uint8Array(40), randomBytes(100)]) {
    const journal = await Journal.open(new MemoryStorage(bytes), "s-1");
    expect([journal.suspect, journal.head.sequence]).toEqual(["journal lost", 0]);
  }
  expect((await Journal.open(new MemoryStorage(), "s-1")).suspect).toBeNull();
});

test("one rotten byte before the end is never taken for a torn tail, and what stands before it is kept", async () => {
  const storage = new MemoryStorage();
  await lived(storage);
  const whole = storage.bytes ?? new Uint8Array(0);
  const lastStart = whole.length - 1;
  let damaged = 0;
  for (let at = 0; at < lastStart; at++) {
    const rotten = whole.with(at, (whole[at] ?? 0) ^ 0x55);
    const journal = await Journal.open(new MemoryStorage(rotten), "s-1");
    const whole0 = scanRecords(rotten);
    if (whole0.rest === "damaged" || whole0.records.length === 0) {
      damaged++;
      expect(journal.suspect).not.toBeNull();
    }
    // frozen content is never anything but what was frozen
    for (const { bytes, sequence, hash } of journal.frozen) {
      expect(equal(batchHash("s-1", bytes), hash)).toBe(true);
      expect(decodeBatch(bytes).sequence).toBe(sequence);
    }
  }
  expect(damaged).toBeGreaterThan(100);
});

test("a suspicion survives a restart and ends with the numbers declared lost", async () => {
  const storage = new MemoryStorage(new Uint8Array(3));
  await Journal.open(storage, "s-1");
  const journal = await Journal.open(storage, "s-1");
  expect(journal.suspect).toBe("journal lost");
  await journal.freezeLost(BOOT, 4, "journal lost");
  expect(journal.suspect).toBeNull();
  expect((await Journal.open(storage, "s-1")).suspect).toBeNull();
  expect(journal.head.sequence).toBe(4);
});

test("a full disk is a typed error, changes nothing in memory, and the next write heals the file", async () => {
  const storage = new MemoryStorage();
  const journal = await lived(storage);
  const before = stateOf(journal);
  storage.budget = 0;
  await expect(journal.append(readings(50_000, 1))).rejects.toMatchObject({ code: "JOURNAL_UNWRITABLE" });
  await expect(journal.freeze()).rejects.toMatchObject({ code: "JOURNAL_UNWRITABLE" });
  expect(stateOf(journal)).toBe(before);
  expect(stateOf(await Journal.open(new MemoryStorage(storage.bytes?.slice()), "s-1"))).toBe(before);
  storage.budget = 1;
  await journal.append(readings(50_000, 1));
  expect(stateOf(await Journal.open(new MemoryStorage(storage.bytes?.slice()), "s-1"))).toBe(stateOf(journal));
});

test("refuses another sensor's journal", async () => {
  const storage = new MemoryStorage();
  await lived(storage);
  await expect(Journal.open(storage, "s-2")).rejects.toMatchObject({ code: "JOURNAL_DAMAGED" });
});

test("continuing from a foreign head keeps the readings of batches that the ledger does not have", async () => {
  const storage = new MemoryStorage();
  const journal = await lived(storage);
  await journal.adopt({ sequence: 9, hash: new Uint8Array(32).fill(9) }, new Set([2]), "journal set back");
  expect([journal.head.sequence, journal.waiting, journal.frozen.length, journal.suspect]).toEqual([9, 6, 0, "journal set back"]);
  expect(stateOf(await Journal.open(storage, "s-1"))).toBe(stateOf(journal));
});

test("the file stays small while batches come and go", async () => {
  const storage = new MemoryStorage();
  const journal = await Journal.open(storage, "s-1");
  await journal.beginBoot(BOOT, null);
  let largest = 0;
  for (let round = 0; round < 300; round++) {
    await journal.append(readings(round * 1_000_000, 100));
    await journal.freeze();
    await journal.prove(journal.head, round);
    largest = Math.max(largest, storage.bytes?.length ?? 0);
  }
  expect(largest).toBeLessThan(80_000);
  expect(journal.head.sequence).toBe(300);
});

/** Takes proved readings out of a journal, in order. */
async function drain(journal: Journal, seen: number[]): Promise<boolean> {
  const [first] = journal.frozen;
  if (first?.batch.kind !== "readings") return false;
  await journal.prove(first, 1);
  seen.push(...first.batch.readings.map(({ tick }) => tick));
  return true;
}

test("interleaved use from two loops keeps every reading exactly once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom("append", "freeze", "prove", "reopen"), { maxLength: 40 }), async (steps) => {
      const storage = new MemoryStorage();
      let journal = await Journal.open(storage, "s-1");
      await journal.beginBoot(BOOT, null);
      const seen: number[] = [];
      const running: Promise<unknown>[] = [];
      let tick = 0;
      const act = {
        append: () => running.push(journal.append([reading(tick++), reading(tick++)])),
        freeze: () => running.push(journal.freeze(3)),
        prove: () => Promise.all(running).then(() => drain(journal, seen)),
        reopen: async () => {
          await Promise.all(running);
          journal = await Journal.open(storage, "s-1");
        },
      };
      for (const step of steps) await act[step]();
      await Promise.all(running);
      while (journal.waiting > 0) await journal.freeze(7);
      while (await drain(journal, seen));
      expect(seen).toEqual(Array.from({ length: tick }, (_, index) => index));
    }),
    { seed: 5, numRuns: 150 },
  );
});

async function inFolder(run: (file: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "winterseal-journal-"));
  try {
    await run(path.join(folder, "journal"));
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("a file journal is the same journal after its process is gone", () =>
  inFolder(async (file) => {
    const storage = new FileStorage(file);
    const state = stateOf(await lived(storage));
    await storage.close();
    const again = new FileStorage(file);
    expect(stateOf(await Journal.open(again, "s-1"))).toBe(state);
    await again.close();
    expect(scanRecords(await readFile(file)).rest).toBe("nothing");
  }));

test.runIf(process.platform === "linux")("two processes cannot have one journal", () =>
  inFolder(async (file) => {
    const first = new FileStorage(file);
    await Journal.open(first, "s-1");
    await expect(Journal.open(new FileStorage(file), "s-1")).rejects.toMatchObject({ code: "JOURNAL_BUSY" });
    await first.close();
    const second = new FileStorage(file);
    await Journal.open(second, "s-1");
    await second.close();
  }),
);

test.each([
  Number.NaN,
  Number.POSITIVE_INFINITY,
  5.5,
  -273_151,
  1_000_001,
])("a reading of %d is not kept, and what is kept stays as it was", async (temperature) => {
  const storage = new MemoryStorage();
  const journal = await lived(storage);
  const [bytes, state] = [storage.bytes, stateOf(journal)];
  await expect(journal.append([{ tick: 20_000, temperature, humidity: null }])).rejects.toMatchObject({ code: "VALUE_RANGE" });
  await expect(journal.append([{ tick: 20_000, temperature: 5_000, humidity: temperature }])).rejects.toMatchObject({
    code: "VALUE_RANGE",
  });
  expect(storage.bytes).toEqual(bytes);
  expect(stateOf(journal)).toBe(state);
});
