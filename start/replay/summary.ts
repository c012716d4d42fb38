import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { WintersealError } from "../../lib/messages/errors";

/** A violation in the words of the summary: times ISO 8601 UTC, peak in °C. */
interface SummaryViolation {
  readonly rule: string;
  readonly severity: string;
  readonly from: string;
  /** null while it lasts */
  readonly to: string | null;
  readonly readings: number;
  readonly peak: number;
}

export interface Summary {
  readonly shipment: string;
  readonly sensor: string;
  /** Rows in the file. */
  readonly rows: number;
  /** Rows of it that stand on the ledger and in the database now. */
  readonly committed: number;
  readonly refused: number;
  /** Transactions that this run committed; 0 when everything stood there before. */
  readonly transactions: number;
  readonly violations: readonly SummaryViolation[];
}

const CATCH_UP_MS = 60_000;

interface ViolationRow {
  rule: string;
  severity: string;
  from: string;
  to: string | null;
  readings: number;
  peak: number;
}

/**
 * What the pages will show, read from the projected tables once they hold the last batch: so a summary proves the whole path.
 * @throws WintersealError DEADLINE when the projection does not come that far
 */
export async function readBack(databaseUrl: string, sensor: string, shipment: string, lastSequence: number) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await untilProjected(client, sensor, lastSequence);
    const readings = await client.query<{ count: string }>("SELECT count(*) FROM reading WHERE sensor = $1", [sensor]);
    const found = await client.query<ViolationRow>(
      `SELECT rule, severity, "from", "to", readings, peak FROM violation WHERE shipment = $1 AND sensor = $2 ORDER BY "from", rule, number`,
      [shipment, sensor],
    );
    return { committed: Number(readings.rows[0]?.count ?? 0), violations: found.rows.map(violationOf) };
  } finally {
    await client.end();
  }
}

async function untilProjected(client: pg.Client, sensor: string, sequence: number): Promise<void> {
  for (const deadline = Date.now() + CATCH_UP_MS; Date.now() < deadline; await sleep(100)) {
    const { rows } = await client.query<{ found: number }>("SELECT 1 AS found FROM batch WHERE sensor = $1 AND sequence = $2", [
      sensor,
      sequence,
    ]);
    if (rows.length > 0) return;
  }
  throw new WintersealError("DEADLINE", "Everything is committed, but the projection has not shown it yet. See /ledger for its state.");
}

const violationOf = ({ rule, severity, from, to, readings, peak }: ViolationRow): SummaryViolation => ({
  rule,
  severity,
  from: iso(from),
  to: to === null ? null : iso(to),
  readings,
  peak: peak / 1000,
});

/** Without milliseconds where there are none, as loggers write it. */
const iso = (at: string): string => new Date(Number(at)).toISOString().replace(".000Z", "Z");

/** The summary for people. */
export function inWords(summary: Summary): string {
  const head = `${summary.committed} of ${summary.rows} rows stand on the ledger, in shipment ${summary.shipment} by sensor ${summary.sensor} (standing: imported).`;
  const work =
    summary.transactions === 0
      ? "Nothing was left to do: the file had been played before."
      : `${summary.transactions} transactions committed now.`;
  const violations = summary.violations.map(
    ({ rule, severity, from, to, readings, peak }) =>
      `  ${severity}: rule ${rule} from ${from} ${to === null ? "and still so at the end" : `to ${to}`}, ${readings} readings, peak ${peak.toFixed(3)} °C`,
  );
  return [head, work, ...(violations.length > 0 ? ["Violations:", ...violations] : ["No violation."])].join("\n");
}
