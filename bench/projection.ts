/**
 * The projection by itself: blocks from memory (their making not counted) through verification, re-execution and a real Postgres with its default
 * durability. What a database far behind needs to catch up.
 */
import { Runner } from "../lib/projection/runner";
import { TestLedger } from "../lib/projection/testing/ledger";
import { TestSensor } from "../lib/projection/testing/trip";
import { createTestDatabase, startTestServer } from "../lib/store/testing";

const SENSORS = 30;

export interface ProjectionBenchResult {
  readonly transactions: number;
  readonly readingsEach: number;
  readonly perSecond: number;
  /** This process alone (Postgres runs beside it), ms per transaction: three signatures, decoding, the contract, rows. */
  readonly cpuPerTransaction: number;
}

/** @param transactions batches of `readings` readings each, one per sensor and block */
export async function benchProjection({
  transactions,
  readings,
}: {
  transactions: number;
  readings: number;
}): Promise<ProjectionBenchResult> {
  const ledger = await fill(transactions, readings);
  const stopServer = await startTestServer([]);
  const database = await createTestDatabase();
  try {
    const { rules, sources } = ledger;
    const project = async (until: number): Promise<void> => {
      const log = { info: () => undefined, warn: console.error, error: console.error };
      const signal = new AbortController().signal;
      await new Runner({ rules, sources, witnesses: 2, open: ledger.open(), databaseUrl: database.url, log, signal, until }).run();
    };
    // The first blocks register the sensors and warm the code up.
    const warm = SENSORS + 10;
    await project(warm);
    const [begun, cpu] = [performance.now(), process.cpuUsage()];
    await project(ledger.blocks.length);
    const [ms, { user, system }] = [performance.now() - begun, process.cpuUsage(cpu)];
    const measured = (ledger.blocks.length - warm) * SENSORS;
    const cpuPerTransaction = Number(((user + system) / 1000 / measured).toFixed(2));
    return { transactions: measured, readingsEach: readings, perSecond: Math.round((measured / ms) * 1000), cpuPerTransaction };
  } finally {
    await database.drop();
    await stopServer();
  }
}

async function fill(transactions: number, readings: number): Promise<TestLedger> {
  const ledger = await TestLedger.create();
  const sensors: TestSensor[] = [];
  for (let index = 0; index < SENSORS; index++) sensors.push(await TestSensor.register(ledger, `sensor-${index}`));
  for (let made = 0; made < transactions; made += SENSORS) {
    ledger.now += readings * 60_000;
    for (const sensor of sensors) await sensor.send(Array.from({ length: readings }, (_, index) => 4_000 + (index % 50)));
    ledger.cut();
  }
  return ledger;
}
