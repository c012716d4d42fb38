import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "./ports";
import { ensureDatabase, postgresPart, postgresUrl } from "./postgres";
import { Supervisor } from "./supervisor";

describe("embedded Postgres", () => {
  const cleanups: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  async function start(mode: number) {
    const base = mkdtempSync(join(tmpdir(), "winterseal-pg-"));
    chmodSync(base, mode);
    cleanups.push(() => rmSync(base, { recursive: true }));
    const options = { directory: join(base, "postgres"), port: await freePort(), password: randomBytes(12).toString("hex") };
    const supervisor = new Supervisor(join(base, "logs"));
    cleanups.push(() => supervisor.stop());
    await supervisor.start(await postgresPart(options));
    await ensureDatabase(options);
    return { options, supervisor };
  }

  async function query(url: string, sql: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  it.each([0o755, 0o700])("starts below a folder of mode %o, root or not", async (mode) => {
    const { options } = await start(mode);
    expect(await query(postgresUrl(options), "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    await expect(query(postgresUrl({ ...options, password: "wrong" }), "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
  });

  it("keeps what was committed when it is killed", async () => {
    const { options, supervisor } = await start(0o755);
    const url = postgresUrl(options);
    await query(url, "CREATE TABLE kept (n int)");
    await query(url, "INSERT INTO kept VALUES (7)");
    process.kill(supervisor.pids().postgres as number, "SIGKILL");
    for (;;) {
      const rows = await query(url, "SELECT n FROM kept").catch(() => undefined);
      if (rows) return expect(rows).toEqual([{ n: 7 }]);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });
});
