import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Network } from "../../lib/messages/network";
import { dumpProjection, rebuildProjection } from "../../lib/projection/rebuild";
import { ledgerHeight, openLedger } from "../../lib/projection/start";
import { databaseUrl as databaseBeside } from "../../lib/store/embedded";
import { applyMigrations } from "../../lib/store/migrate";
import { type LedgerRecord, violations } from "./check";
import type { LedgerCopy } from "./ledger-copy";
import type { Load } from "./load";

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
const PROJECTED_WITHIN_MS = 30_000;

export interface Verified {
  readonly violations: readonly string[];
  readonly blocks: number;
  readonly records: number;
}

/**
 * Everything at rest: reads the ledger from every organisation's peer, and holds history, journals and database against it; then rebuilds the database
 * beside the live one and compares the two (I1 to I4).
 */
export async function verify(network: Network, databaseUrl: string, load: Load, copies: readonly LedgerCopy[]): Promise<Verified> {
  const ledger = await openLedger({ network });
  try {
    const height = await ledgerHeight(ledger);
    await Promise.all(copies.map((copy) => copy.readTo(height, ledger)));
    const [first] = copies;
    if (first === undefined) throw new Error("no organisation has a peer");
    const found = [
      ...copies.flatMap((copy) => unlike(first, copy)),
      ...violations(load.history.operations, first.records, load.states()),
      ...(await projected(databaseUrl, height)),
      ...(await tabled(databaseUrl, first.records)),
      ...(await rebuilt(network, databaseUrl)),
    ];
    return { violations: found, blocks: height, records: first.records.length };
  } finally {
    ledger.connection.close();
  }
}

function unlike(one: LedgerCopy, other: LedgerCopy): string[] {
  const block = one.digests.findIndex((digest, number) => digest !== other.digests[number]);
  return block < 0 ? [] : [`block ${block} is not the same at ${one.mspId} and ${other.mspId}`];
}

async function query<T extends object>(url: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

async function projected(databaseUrl: string, height: number): Promise<string[]> {
  let block = -1;
  for (const end = performance.now() + PROJECTED_WITHIN_MS; performance.now() < end; await sleep(100)) {
    const [row] = await query<{ block: string; halted: string | null }>(databaseUrl, "SELECT block, halted FROM checkpoint");
    block = Number(row?.block ?? -1);
    if (row?.halted) return [`the projection has halted: ${row.halted}`];
    if (block + 1 >= height) return [];
  }
  return [`the projection stands at block ${block} of ${height - 1} after ${PROJECTED_WITHIN_MS} ms`];
}

/** The database has each valid batch of the load's devices, once, as the ledger has it. */
async function tabled(databaseUrl: string, records: readonly LedgerRecord[]): Promise<string[]> {
  const rows = await query<{ sensor: string; sequence: string; hash: string; previous: string }>(
    databaseUrl,
    "SELECT sensor, sequence, hash, previous FROM batch ORDER BY sensor, sequence",
  );
  const line = (row: { sensor: string; sequence: string | number; hash: string; previous: string }) =>
    `${row.sensor} ${row.sequence} ${row.hash} ${row.previous}`;
  const wanted = records.filter(({ validationCode }) => validationCode === 0).map(line);
  const have = rows.map(line);
  const [missing, foreign] = [wanted.filter((text) => !have.includes(text)), have.filter((text) => !wanted.includes(text))];
  if (have.length !== wanted.length) missing.push(`${have.length} rows for ${wanted.length} batches`);
  return [...missing.map((text) => `the database lacks ${text}`), ...foreign.map((text) => `the database has ${text}, the ledger has not`)];
}

/** I4. */
async function rebuilt(network: Network, databaseUrl: string): Promise<string[]> {
  const name = `rebuilt_${Date.now()}`;
  await query(databaseUrl, `CREATE DATABASE ${name}`);
  try {
    const url = databaseBeside(databaseUrl, name);
    await applyMigrations(url);
    await rebuildProjection({ network, databaseUrl: url, log: SILENT });
    const [live, again] = [await dumpProjection(databaseUrl), await dumpProjection(url)];
    return Object.keys(live).flatMap((table) =>
      JSON.stringify(live[table]) === JSON.stringify(again[table]) ? [] : [`table ${table} differs from a rebuilt one`],
    );
  } finally {
    await query(databaseUrl, `DROP DATABASE ${name} WITH (FORCE)`);
  }
}
