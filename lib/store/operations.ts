/** What the operators' page reads: how far each organisation was heard, the configuration in force, the contract's last change, people's certificates. */
import type { Pool } from "pg";
import { maySeePeople } from "../access/permit";
import type { Viewer } from "../access/viewer";

/**
 * Newest block that each organisation's peers showed. Only as many organisations are asked as must agree (lib/projection/witnesses), so one that is
 * well may never have been heard; null then.
 * @param within how many of the newest blocks are looked at
 */
export async function heardBlocks(pool: Pool, mspIds: readonly string[], within = 10_000): Promise<ReadonlyMap<string, number | null>> {
  const { rows } = await pool.query<{ msp: string; number: number | null }>(
    `SELECT msp, (SELECT max(number) FROM block
                   WHERE number > (SELECT max(number) FROM block) - $2 AND sources @> ARRAY[msp]) AS number
       FROM unnest($1::text[]) AS msp`,
    [mspIds, within],
  );
  return new Map(rows.map(({ msp, number }) => [msp, number]));
}

export interface ConfigurationRow {
  readonly block: number;
  /** `common.Envelope` of the CONFIG transaction. */
  readonly envelope: Uint8Array;
}

/** The channel's configuration in force; null before the first block. */
export async function configurationInForce(pool: Pool): Promise<ConfigurationRow | null> {
  const { rows } = await pool.query<{ block: number; bytes: Buffer }>(
    "SELECT c.block, e.bytes FROM configuration c JOIN envelope e ON e.block = c.block ORDER BY c.block DESC LIMIT 1",
  );
  const [row] = rows;
  return row === undefined ? null : { block: row.block, envelope: row.bytes };
}

export interface DefinitionChange {
  readonly block: number;
  /** ms UTC */
  readonly at: number;
  readonly transaction: string;
}

/** The last change of a contract's definition on the channel; null on the embedded ledger, which has none. */
export async function definitionChange(pool: Pool): Promise<DefinitionChange | null> {
  const { rows } = await pool.query<DefinitionChange>(
    `SELECT block, timestamp AS at, id AS transaction FROM transaction
      WHERE function = '_lifecycle:CommitChaincodeDefinition' AND validation_code = 0 ORDER BY block DESC LIMIT 1`,
  );
  return rows[0] ?? null;
}

export interface PersonRow {
  readonly commonName: string;
  readonly name: string;
  readonly role: string;
  /** ms UTC */
  readonly ends: number;
}

/** People of the viewer's own organisation who have signed in here, whose certificate ends first on top. */
export async function peopleOf(pool: Pool, viewer: Viewer): Promise<readonly PersonRow[]> {
  if (!maySeePeople(viewer)) return [];
  const { rows } = await pool.query<PersonRow>(
    `SELECT common_name AS "commonName", name, role, (extract(epoch FROM certificate_ends) * 1000)::bigint AS ends
       FROM "user" WHERE msp_id = $1 AND certificate_ends IS NOT NULL ORDER BY certificate_ends, common_name`,
    [viewer.mspId],
  );
  return rows;
}
