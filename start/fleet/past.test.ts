import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Journal } from "../../device/ts/journal";
import { FileStorage } from "../../device/ts/journal-node";
import { liveOn } from "./past";
import type { SimulatedSensor } from "./plan";

const MINUTE = 60_000;
const MADE = 1_790_000_000_000;
const sensor: SimulatedSensor = {
  id: "s-1",
  seed: 7,
  temperature: 4900,
  humidity: 550,
  switchedOnMinutesAgo: 100,
  historyIntervalMs: 5 * MINUTE,
  liveIntervalMs: 5_000,
  happenings: [{ kind: "silent", minutesAgo: 50, lastsMinutes: 20 }],
};

let folder: string;
let storage: FileStorage;
let journal: Journal;
const open = async () => {
  storage = new FileStorage(path.join(folder, "journal"));
  journal = await Journal.open(storage, "s-1");
};
const live = (now: number) => liveOn(folder, journal, sensor, MADE, now);

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "winterseal-past-"));
  await open();
});
afterEach(async () => {
  await storage.close();
  await rm(folder, { recursive: true });
});

test("a first start finds the backlog since the device was switched on, silence left out", async () => {
  const life = await live(MADE + 10 * MINUTE);
  expect(life.switchedOnAt).toBe(MADE - 100 * MINUTE);
  // every 5 min of 110 min, without the 20 silent ones
  expect(journal.waiting).toBe(22 - 4);
  expect(journal.lastTick(life.boot)).toBe(105 * MINUTE);
});

test("a restart goes on in the same boot, with the time between filled and no tick run backwards", async () => {
  const first = await live(MADE);
  const before = journal.waiting;
  await journal.append([{ tick: 102 * MINUTE, temperature: 1, humidity: null }]);
  await storage.close();
  await open();
  const second = await live(MADE + 22 * MINUTE);
  expect(second).toEqual(first);
  expect(journal.waiting).toBe(before + 1 + 4);
  await journal.freeze();
  const [batch] = journal.frozen;
  const ticks = batch?.batch.kind === "readings" ? batch.batch.readings.map(({ tick }) => tick) : [];
  expect(ticks).toEqual(ticks.toSorted((a, b) => a - b));
  expect(new Set(ticks).size).toBe(ticks.length);
});

test("what was proved is not measured again, even when the journal holds no reading any more", async () => {
  const life = await live(MADE);
  await journal.freeze();
  await journal.prove(journal.head, MADE + 1_000);
  await storage.close();
  await open();
  await live(MADE + 12 * MINUTE);
  expect(journal.oldest?.tick).toBe(105 * MINUTE);
  expect(life.switchedOnAt + (journal.oldest?.tick ?? 0)).toBeGreaterThan(journal.proved.at);
});

test("after weeks without its process, or with its clock set back, it boots anew", async () => {
  const first = await live(MADE);
  const later = await live(MADE + 20 * 1440 * MINUTE);
  expect(later.boot).not.toEqual(first.boot);
  expect(later.switchedOnAt).toBe(MADE + 20 * 1440 * MINUTE);
  const back = await live(MADE);
  expect(back.boot).not.toEqual(later.boot);
});

test("a boot file that cannot be read stops the device instead of letting its ticks run twice", async () => {
  await live(MADE);
  await writeFile(path.join(folder, "boot.json"), '{"boot":"zz"}');
  await expect(live(MADE)).rejects.toThrow();
  expect(await readFile(path.join(folder, "boot.json"), "utf8")).toContain("zz");
});
