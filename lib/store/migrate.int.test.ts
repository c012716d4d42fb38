import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { applyMigrations } from "./migrate";
import { createTestDatabase, type TestDatabase } from "./testing";

let database: TestDatabase;
let directory: string;

beforeEach(async () => {
  database = await createTestDatabase();
  directory = await mkdtemp(join(tmpdir(), "winterseal-migrations-"));
  await cp("prisma/migrations", directory, { recursive: true });
});
afterEach(async () => {
  await database.drop();
  await rm(directory, { recursive: true, force: true });
});

test("applies nothing to a database that is up to date", async () => {
  expect(await applyMigrations(database.url, directory)).toEqual([]);
});

test("applies each migration once when several processes start together", async () => {
  await writeMigration("9999_probe", "CREATE TABLE probe (id int);");
  const applied = await Promise.all([1, 2, 3].map(() => applyMigrations(database.url, directory)));
  expect(applied.flat()).toEqual(["9999_probe"]);
});

test("refuses a migration that was changed after it was applied", async () => {
  await writeFile(join(directory, "0001_init", "migration.sql"), "SELECT 1;");
  await expect(applyMigrations(database.url, directory)).rejects.toThrow("0001_init was changed");
});

test("leaves nothing of a migration that fails half-way", async () => {
  await writeMigration("9999_broken", "CREATE TABLE probe (id int); SELECT no_such_column;");
  await expect(applyMigrations(database.url, directory)).rejects.toThrow("9999_broken");
  const { rows } = await database.pool.query("SELECT to_regclass('probe') AS probe");
  expect(rows).toEqual([{ probe: null }]);
});

test("gives tables that Prisma's client reads and writes", async () => {
  await database.prisma.checkpoint.create({ data: { block: 7n, commits: 3n, headerHash: Buffer.from([1]), commitHash: Buffer.from([2]) } });
  expect((await database.prisma.checkpoint.findFirst())?.block).toBe(7n);
  const { rows } = await database.pool.query("SELECT block FROM checkpoint");
  expect(rows).toEqual([{ block: 7 }]);
});

async function writeMigration(name: string, sql: string): Promise<void> {
  await cp(join(directory, "0001_init"), join(directory, name), { recursive: true });
  await writeFile(join(directory, name, "migration.sql"), sql);
}
