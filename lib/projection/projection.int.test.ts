import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readCounts } from "../store/counts";
import { createTestDatabase, type TestDatabase } from "../store/testing";
import { readCheckpoint } from "./checkpoint";
import { dumpProjection } from "./rebuild";
import { PROJECTION_LOCK, Runner, type RunnerOptions } from "./runner";
import { TestLedger } from "./testing/ledger";
import { tellTrip } from "./testing/trip";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
let ledger: TestLedger;
let databases: TestDatabase[] = [];

beforeEach(async () => {
  ledger = await TestLedger.create();
});
afterEach(async () => {
  await Promise.all(databases.map((database) => database.drop()));
  databases = [];
});

async function fresh(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  databases.push(database);
  return database;
}

function runner(database: TestDatabase, more: Partial<RunnerOptions> = {}): Runner {
  const { rules, sources } = ledger;
  const signal = new AbortController().signal;
  return new Runner({ rules, sources, witnesses: 2, open: ledger.open(), databaseUrl: database.url, log: silent, signal, ...more });
}

const project = (database: TestDatabase, until = ledger.blocks.length, more: Partial<RunnerOptions> = {}): Promise<void> =>
  runner(database, { until, ...more }).run();

describe("a story", () => {
  test("gives the same tables block by block and in one group", async () => {
    await tellTrip(ledger);
    const [live, rebuilt] = [await fresh(), await fresh()];
    for (let height = 1; height <= ledger.blocks.length; height++) await project(live, height);
    await project(rebuilt);
    expect(await dumpProjection(rebuilt.url)).toEqual(await dumpProjection(live.url));
  });

  test("gives the same tables when no state stays in memory", async () => {
    await tellTrip(ledger);
    const [live, forgetful] = [await fresh(), await fresh()];
    await project(live);
    for (let height = 2; height <= ledger.blocks.length + 1; height += 2) {
      await project(forgetful, Math.min(height, ledger.blocks.length), { cacheBytes: 0 });
    }
    expect(await dumpProjection(forgetful.url)).toEqual(await dumpProjection(live.url));
  });

  test("stands in the tables as it happened", async () => {
    await tellTrip(ledger);
    const database = await fresh();
    await project(database);
    expect(await readCounts(database)).toEqual({ readings: 22, commits: 21, violations: 1, shipments: 1, sensors: 2 });
    const { prisma } = database;
    expect(await prisma.violation.findFirst()).toMatchObject({ sensor: "probe-1", rule: "upper", readings: 3, peak: 9500 });
    expect((await prisma.violation.findFirst())?.to).not.toBeNull();
    expect(await prisma.shipment.findFirst()).toMatchObject({ status: "accepted", incomplete: ["probe-2"] });
    expect(await prisma.inspectedSensor.findFirst()).toMatchObject({ sensor: "probe-1", recorded: true });
    expect(await prisma.loss.findFirst()).toMatchObject({ sensor: "probe-2", from: 5n, to: 6n });
    expect(await prisma.gap.count()).toBeGreaterThan(0);
    expect((await prisma.transaction.findFirst({ where: { function: "batch:Record" } }))?.endorsers).toEqual([
      "AuthorityMSP",
      "ShipperMSP",
    ]);
  });

  test("rolls readings up without losing an extreme", async () => {
    await tellTrip(ledger);
    const database = await fresh();
    await project(database);
    const { rows } = await database.pool.query(
      `SELECT COUNT(*) AS different FROM rollup AS r JOIN (
         SELECT COALESCE(shipment, '') AS shipment, sensor, w AS width, at / w * w AS bucket, COUNT(*) AS n, MIN(temperature) AS low, MAX(temperature) AS high,
           (array_agg(temperature ORDER BY at, temperature))[1] AS first, (array_agg(temperature ORDER BY at DESC, temperature DESC))[1] AS last
         FROM reading, unnest(ARRAY[60000, 600000, 3600000, 21600000]::int8[]) AS w GROUP BY 1, 2, 3, 4
       ) AS x USING (shipment, sensor, width, bucket)
       WHERE (r.count, r.min, r.max, r.first, r.last) IS DISTINCT FROM (x.n::int4, x.low, x.high, x.first, x.last)`,
    );
    expect(rows).toEqual([{ different: 0 }]);
    const { rows: total } = await database.pool.query("SELECT width, SUM(count)::int8 AS n FROM rollup GROUP BY 1 ORDER BY 1");
    expect(total.map(({ n }) => n)).toEqual([22, 22, 22, 22]);
  });
});

describe("a crash", () => {
  test("between writing and committing leaves whole blocks, and the restart is exact", async () => {
    await tellTrip(ledger);
    const [calm, crashed] = [await fresh(), await fresh()];
    await project(calm);
    for (let block = 0; block < ledger.blocks.length; block += 3) {
      const stop = new AbortController();
      const beforeCommit: RunnerOptions["beforeCommit"] = (group) => {
        if (!group.some((witnessed) => witnessed.block.number >= block)) return;
        stop.abort();
        throw new Error("crash");
      };
      await runner(crashed, { beforeCommit, signal: stop.signal }).run();
      expect((await readCheckpoint(crashed.pool)).block).toBeLessThan(block);
      await project(crashed, Math.min(block + 1, ledger.blocks.length));
    }
    await project(crashed);
    expect(await dumpProjection(crashed.url)).toEqual(await dumpProjection(calm.url));
  });
});

describe("two processes on one database", () => {
  test("never write together, and the second goes on when the first ends", async () => {
    const database = await fresh();
    const [first, second] = [new AbortController(), new AbortController()];
    const one = runner(database, { signal: first.signal });
    const running = one.run();
    await until(() => one.progress.checkpoint.block === 0);
    const two = runner(database, { signal: second.signal });
    const standing = two.run();
    await until(() => two.progress.checkpoint.block === 0);
    expect([one.progress.writing, two.progress.writing]).toEqual([true, false]);
    first.abort();
    await running;
    await tellTrip(ledger);
    await until(() => two.progress.checkpoint.block === ledger.blocks.length - 1);
    second.abort();
    await standing;
  });
});

test("a database connection that breaks is opened again, and nothing is missing or twice", async () => {
  await tellTrip(ledger);
  const [calm, shaken] = [await fresh(), await fresh()];
  await project(calm);
  let breaks = 0;
  const beforeCommit: RunnerOptions["beforeCommit"] = async () => {
    if (breaks++ < 3) await shaken.pool.query(BREAK);
  };
  await project(shaken, ledger.blocks.length, { beforeCommit });
  expect(breaks).toBeGreaterThan(3);
  expect(await dumpProjection(shaken.url)).toEqual(await dumpProjection(calm.url));
});

const BREAK = `SELECT pg_terminate_backend(l.pid) FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database
  WHERE l.locktype = 'advisory' AND d.datname = current_database() AND l.objid = ${PROJECTION_LOCK}`;

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
