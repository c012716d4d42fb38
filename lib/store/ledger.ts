import type { Pool } from "pg";

export interface BlockRow {
  readonly number: number;
  readonly headerHash: string;
  readonly transactions: number;
  /** Organisations whose peers delivered the same block. */
  readonly sources: readonly string[];
  /** Time of its newest transaction, or null for one that holds none (configuration). */
  readonly at: number | null;
}

export interface TransactionRow {
  readonly id: string;
  readonly block: number;
  readonly position: number;
  readonly validationCode: number;
  readonly timestamp: number;
  readonly creatorMsp: string;
  readonly creatorName: string;
  readonly creatorRole: string;
  readonly thumbprint: string;
  readonly function: string;
  readonly endorsers: readonly string[];
}

export interface Halt {
  readonly reason: string;
  readonly at: number | null;
}

export interface RecordState {
  /** Newest block that was applied. */
  readonly block: number;
  readonly halt: Halt | null;
}

/** How far the projection has come, and why it stands still if it does. Null before the first block. */
export async function checkpoint(pool: Pool): Promise<RecordState | null> {
  const { rows } = await pool.query<{ block: number; halted: string | null; halted_at: number | null }>(
    "SELECT block, halted, halted_at FROM checkpoint WHERE id = 1",
  );
  const row = rows[0];
  if (!row) return null;
  return { block: row.block, halt: row.halted === null ? null : { reason: row.halted, at: row.halted_at } };
}

/** Newest blocks first. */
export async function latestBlocks(pool: Pool, limit: number): Promise<readonly BlockRow[]> {
  const { rows } = await pool.query<BlockRow>(
    `SELECT b.number, encode(b.header_hash, 'hex') AS "headerHash", b.transactions, b.sources,
            (SELECT max(t.timestamp) FROM transaction t WHERE t.block = b.number) AS at
       FROM block b ORDER BY b.number DESC LIMIT $1`,
    [limit],
  );
  return rows;
}

const TRANSACTION = `SELECT id, block, position, validation_code AS "validationCode", timestamp, creator_msp AS "creatorMsp",
  creator_name AS "creatorName", creator_role AS "creatorRole", thumbprint, function, endorsers FROM transaction`;

/** Newest commit confirmations first. Whoever has a peer reads them all; so does whoever is signed in. */
export async function latestTransactions(pool: Pool, limit: number): Promise<readonly TransactionRow[]> {
  const { rows } = await pool.query<TransactionRow>(`${TRANSACTION} ORDER BY block DESC, position DESC LIMIT $1`, [limit]);
  return rows;
}

/** The confirmation of one transaction. An id can stand twice, the second time refused as a duplicate: the valid one counts. */
export async function transaction(pool: Pool, id: string): Promise<TransactionRow | null> {
  const { rows } = await pool.query<TransactionRow>(`${TRANSACTION} WHERE id = $1 ORDER BY validation_code <> 0, block, position LIMIT 1`, [
    id,
  ]);
  return rows[0] ?? null;
}

export async function block(pool: Pool, number: number): Promise<BlockRow | null> {
  const { rows } = await pool.query<BlockRow>(
    `SELECT number, encode(header_hash, 'hex') AS "headerHash", transactions, sources, NULL::bigint AS at FROM block WHERE number = $1`,
    [number],
  );
  return rows[0] ?? null;
}

/** Transactions that were found invalid at commit, newest first. */
export async function invalidTransactions(pool: Pool, limit: number): Promise<readonly TransactionRow[]> {
  const { rows } = await pool.query<TransactionRow>(
    `${TRANSACTION} WHERE validation_code <> 0 ORDER BY block DESC, position DESC LIMIT $1`,
    [limit],
  );
  return rows;
}
