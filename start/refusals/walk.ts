/** What every refusal on the real path is held to: its own code, counted once under it, and nothing else changed. */
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { expect } from "vitest";
import { type Connection, connect } from "../../lib/fabric/connection";
import { chainHeight } from "../../lib/fabric/height";
import { readIdentity } from "../../lib/fabric/identity-node";
import { readNetwork } from "../../lib/fabric/network";
import type { ErrorCode } from "../../lib/messages/errors";
import type { TestSensor } from "../testing/sensor";
import type { TestStack } from "../testing/stack";

type Counts = Readonly<Record<string, number>>;

const SERIES = /^winterseal_refusals_total\{code="([A-Z_]+)",stage="[a-z]+"\} (\d+)$/gm;

export class Walk {
  readonly stack: TestStack;
  readonly #pool: pg.Pool;
  readonly #connection: Connection;
  readonly #height: () => Promise<number>;

  private constructor(stack: TestStack, pool: pg.Pool, connection: Connection, height: () => Promise<number>) {
    this.stack = stack;
    this.#pool = pool;
    this.#connection = connection;
    this.#height = height;
  }

  static async begin(stack: TestStack): Promise<Walk> {
    const pool = new pg.Pool({ connectionString: stack.context.databaseUrl, max: 2 });
    pool.on("error", () => undefined);
    const network = await readNetwork(stack.context.layout.network);
    const { mspId, certificate, privateKey } = network.operator;
    const operator = await readIdentity(mspId, certificate, privateKey);
    const connection = await connect(network);
    const [peer] = connection.peers;
    if (peer === undefined) throw new Error("the network has no peer");
    return new Walk(stack, pool, connection, () => chainHeight(peer, operator, network.channel, 5_000));
  }

  async end(): Promise<void> {
    this.#connection.close();
    await this.#pool.end();
  }

  async rows<T extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<T[]> {
    return (await this.#pool.query<T>(text, [...values])).rows;
  }

  /** The proxy's refusals by code, over all stages. */
  async counts(): Promise<Counts> {
    const text = await (await fetch(`http://127.0.0.1:${this.stack.context.inner.web}/metrics`)).text();
    const counts: Record<string, number> = {};
    for (const [, code, value] of text.matchAll(SERIES)) if (code) counts[code] = (counts[code] ?? 0) + Number(value);
    return counts;
  }

  /** Resolves when the database has every block of the ledger. */
  async caughtUp(): Promise<number> {
    for (let attempt = 0; attempt < 300; attempt++) {
      const height = await this.#height();
      const [row] = await this.rows<{ last: number }>('SELECT COALESCE(MAX(number), -1)::int AS last FROM "block"');
      if (row?.last === height - 1) return height;
      await sleep(50);
    }
    throw new Error("the database does not catch up with the ledger");
  }

  /** Height of the ledger and a digest of every row of every table. */
  async world(): Promise<{ readonly height: number; readonly tables: Readonly<Record<string, string>> }> {
    const height = await this.caughtUp();
    const names = await this.rows<{ name: string }>("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
    const tables: Record<string, string> = {};
    for (const { name } of names) {
      const digest = `SELECT COUNT(*) || ' ' || COALESCE(MD5(STRING_AGG(t::text, '|' ORDER BY t::text)), '') AS digest FROM "${name}" t`;
      tables[name] = (await this.rows<{ digest: string }>(digest))[0]?.digest ?? "";
    }
    return { height, tables };
  }

  /**
   * Does what must be refused: with this code, counted once under it and under no other, with no new block, no changed row and an untouched
   * journal.
   * @param counted false where no message leaves the device
   */
  async refused(code: ErrorCode, act: () => Promise<unknown>, { counted = true, sensor }: RefusedOptions = {}): Promise<void> {
    const [counts, world, journal] = [await this.counts(), await this.world(), journalOf(sensor)];
    const answered = await act().then(
      (value) => ({ code: codeIn(value) ?? "nothing was refused" }),
      (error: unknown) => ({ code: codeIn(error) ?? String(error), ...(codeIn(error) === code ? {} : { error }) }),
    );
    expect(answered).toEqual({ code });
    const expected = counted ? { ...counts, [code]: (counts[code] ?? 0) + 1 } : counts;
    await expect.poll(() => this.counts(), { timeout: 5_000 }).toEqual(expected);
    expect(await this.world()).toEqual(world);
    expect(journalOf(sensor)).toEqual(journal);
  }
}

interface RefusedOptions {
  readonly counted?: boolean;
  /** Whose journal must stay as it is. */
  readonly sensor?: TestSensor;
}

const codeIn = (value: unknown): string | undefined => {
  if (typeof value !== "object" || value === null || !("code" in value)) return undefined;
  return typeof value.code === "string" ? value.code : undefined;
};

const journalOf = (sensor: TestSensor | undefined) => {
  if (sensor === undefined) return undefined;
  const { proved, frozen, head, waiting } = sensor.journal;
  return { proved, frozen: [...frozen], head, waiting };
};
