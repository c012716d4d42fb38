import type { ClientBase, Pool } from "pg";

/** How far the projection has come; it moves in the same database transaction as the rows. */
export interface Checkpoint {
  /** Number of the newest block applied; -1 before the first. */
  readonly block: number;
  readonly headerHash: Uint8Array;
  readonly commitHash: Uint8Array;
  /** Transactions committed as VALID so far. */
  readonly commits: number;
  /** Why nothing is applied any more, or null. */
  readonly halted: string | null;
}

const NONE = new Uint8Array(0);
export const BEFORE_FIRST: Checkpoint = { block: -1, headerHash: NONE, commitHash: NONE, commits: 0, halted: null };

interface CheckpointRow {
  readonly block: number;
  readonly header_hash: Uint8Array;
  readonly commit_hash: Uint8Array;
  readonly commits: number;
  readonly halted: string | null;
}

/** @param client connection of `openDatabase` (bigint as number). */
export async function readCheckpoint(client: ClientBase | Pool): Promise<Checkpoint> {
  const { rows } = await client.query<CheckpointRow>("SELECT block, header_hash, commit_hash, commits, halted FROM checkpoint");
  const [row] = rows;
  if (!row) return BEFORE_FIRST;
  return { block: row.block, headerHash: row.header_hash, commitHash: row.commit_hash, commits: row.commits, halted: row.halted };
}

/**
 * Moves the checkpoint, inside the caller's database transaction.
 * @param from where it must stand: a second projection on the same database, or a rebuild under a running one, finds it moved.
 * @throws Error when it stands elsewhere, so that the caller's rows roll back.
 */
export async function moveCheckpoint(client: ClientBase, from: number, to: Checkpoint): Promise<void> {
  const values = [to.block, Buffer.from(to.headerHash), Buffer.from(to.commitHash), to.commits];
  const { rowCount } =
    from === BEFORE_FIRST.block
      ? await client.query(
          `${INSERT} ON CONFLICT (id) DO UPDATE SET ${MOVED} WHERE checkpoint.block = -1 AND checkpoint.halted IS NULL`,
          values,
        )
      : await client.query(
          `UPDATE checkpoint SET block = $1, header_hash = $2, commit_hash = $3, commits = $4 WHERE block = $5 AND halted IS NULL`,
          [...values, from],
        );
  if (rowCount !== 1)
    throw new Error(`the checkpoint no longer stands at block ${from}: another projection writes to this database, or it was halted`);
}

const INSERT = "INSERT INTO checkpoint (id, block, header_hash, commit_hash, commits) VALUES (1, $1, $2, $3, $4)";
const MOVED = "block = excluded.block, header_hash = excluded.header_hash, commit_hash = excluded.commit_hash, commits = excluded.commits";

/** Records why nothing is applied any more; an earlier reason stays. */
export async function haltCheckpoint(pool: ClientBase | Pool, reason: string, now: number): Promise<void> {
  await pool.query(
    `INSERT INTO checkpoint (id, block, header_hash, commit_hash, commits, halted, halted_at) VALUES (1, -1, '', '', 0, $1, $2)
     ON CONFLICT (id) DO UPDATE SET halted = COALESCE(checkpoint.halted, excluded.halted), halted_at = COALESCE(checkpoint.halted_at, excluded.halted_at)`,
    [reason, now],
  );
}
