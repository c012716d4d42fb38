/**
 * A simulated sensor is switched on before its process runs, and stays on while it does not: what it would have measured since then is
 * put into its journal, as the backlog of a device without a link.
 */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { fromHex, toHex } from "../../device/ts/bytes";
import type { Journal } from "../../device/ts/journal";
import type { TickReading } from "../../lib/domain/batch";
import { writeWhole } from "../layout";
import type { SimulatedSensor } from "./plan";
import { measureAt } from "./simulation";

const MINUTE = 60_000;
/** Longer without its process, a device is taken to have been off: it boots anew and the time between stays a gap. */
const LONGEST_ABSENCE = 14 * 24 * 60 * MINUTE;
/** A clock set back by more than this is another boot too. */
const LONGEST_CATCH_UP = 5_000;

const lifeSchema = z.strictObject({ boot: z.string().regex(/^[0-9a-f]{16}$/), switchedOnAt: z.int() });

/** One boot of a simulated device, which outlives the process. */
export interface Life {
  readonly boot: Uint8Array;
  /** ms UTC by this machine's clock; tick 0 */
  readonly switchedOnAt: number;
}

export async function readLife(folder: string): Promise<Life | undefined> {
  try {
    const { boot, switchedOnAt } = lifeSchema.parse(JSON.parse(await readFile(path.join(folder, "boot.json"), "utf8")));
    return { boot: fromHex(boot), switchedOnAt };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * The running boot of a simulated device, its journal filled up to now.
 * @param now ms UTC by this machine's clock
 */
export async function liveOn(folder: string, journal: Journal, sensor: SimulatedSensor, madeAt: number, now: number): Promise<Life> {
  const before = await readLife(folder);
  if (before !== undefined) {
    const through = lastTick(journal, before);
    const absent = now - before.switchedOnAt - through;
    if (absent > -LONGEST_CATCH_UP && absent < LONGEST_ABSENCE) {
      // Right after a proof: its time is rounded up, and no reading may stand before it.
      if (absent < 0) await delay(-absent);
      await journal.beginBoot(before.boot, null);
      await fill(journal, sensor, before, madeAt, through, now);
      return before;
    }
  }
  const first = before === undefined && journal.head.sequence === 0 && journal.suspect === null;
  const life: Life = {
    boot: new Uint8Array(randomBytes(8)),
    switchedOnAt: first ? madeAt - Math.round(sensor.switchedOnMinutesAgo * MINUTE) : now,
  };
  // Before the first reading: a journal whose boot nobody knows would begin another one, with ticks from 0 again.
  writeWhole(path.join(folder, "boot.json"), JSON.stringify({ boot: toHex(life.boot), switchedOnAt: life.switchedOnAt }));
  await journal.beginBoot(life.boot, { tick: 0, at: life.switchedOnAt });
  await fill(journal, sensor, life, madeAt, -1, now);
  return life;
}

/** Where this boot's readings end: nothing earlier may follow. A proof's time is not before the readings it covers. */
function lastTick(journal: Journal, { boot, switchedOnAt }: Life): number {
  return Math.max(journal.lastTick(boot) ?? -1, journal.proved.at - switchedOnAt + 1_000, -1);
}

async function fill(journal: Journal, sensor: SimulatedSensor, life: Life, madeAt: number, after: number, now: number): Promise<void> {
  // Its owner told it to stop: it measured nothing while nobody looked.
  if (journal.decided?.measuring === false) return;
  const step = sensor.historyIntervalMs;
  const readings: TickReading[] = [];
  for (let tick = Math.ceil((after + 1) / step) * step; life.switchedOnAt + tick < now; tick += step) {
    const measured = measureAt(sensor, life.switchedOnAt + tick, madeAt);
    if (measured !== undefined) readings.push({ tick, ...measured });
  }
  await journal.append(readings);
}
