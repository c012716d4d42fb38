import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../store/testing";
import { insertRows } from "./table";
import { PROJECTED_TABLES, tables } from "./tables";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test("lays out every projected table as the schema has it", async () => {
  const { rows } = await database.pool.query<{ table_name: string; columns: string[] }>(
    "SELECT table_name, array_agg(column_name::text) AS columns FROM information_schema.columns WHERE table_schema = 'public' GROUP BY 1",
  );
  const actual = new Map(rows.map(({ table_name, columns }) => [table_name, new Set(columns)]));
  const written = new Map<string, readonly string[]>([
    // Columns of the sensor that its batches write, by an update of their own.
    ["sensor", ["sequence", "head_hash", "lost_batches", "last_at", "last_seen", "last_temperature", "last_humidity"]],
  ]);
  for (const { name, columns } of Object.values(tables)) {
    expect(new Set([...Object.keys(columns), ...(written.get(name) ?? [])]), name).toEqual(actual.get(name));
  }
  const own = ["_prisma_migrations", "user", "session", "account", "verification", "rate_limit"];
  own.push("calibration_rule", "api_token", "request_window", "share_link", "excursion_file");
  own.push("notification", "notification_cursor", "notification_setting", "delivery");
  expect([...actual.keys()].filter((name) => !own.includes(name)).sort()).toEqual([...PROJECTED_TABLES].sort());
});

test("holds every text that a signed argument can bring: quotes, braces, half characters, NUL", async () => {
  const wild = ['a"b', "{a,b}", "a\\b", "NULL", "", "a\0b", "\ud800x", "'; DROP TABLE block; --", "°C µ 漢"];
  const rows = wild.map((text, position) => ({
    block: 1,
    position,
    part: 0,
    at: 5,
    kind: text,
    shipment: text,
    sensor: null,
    actor: text,
    organisation: text,
    detail: { [text]: text, list: [text] },
    transaction: text,
  }));
  const client = await database.pool.connect();
  try {
    await insertRows(client, tables.auditEntry, rows);
    await insertRows(client, tables.block, [
      {
        number: 1,
        header_hash: Uint8Array.of(0, 255),
        previous_hash: new Uint8Array(0),
        commit_hash: Uint8Array.of(7),
        transactions: 1,
        sources: wild,
      },
    ]);
  } finally {
    client.release();
  }
  const held = wild.map((text) => text.replace("\0", "\ufffd").replace("\ud800", "\ufffd"));
  const stored = await database.prisma.auditEntry.findMany({ orderBy: { position: "asc" } });
  expect(stored.map(({ kind }) => kind)).toEqual(held);
  expect(stored.map(({ detail }) => detail)).toEqual(held.map((text) => ({ [text]: text, list: [text] })));
  const block = await database.prisma.block.findFirst();
  expect(block?.sources).toEqual(held);
  expect(Buffer.from(block?.headerHash ?? []).toString("hex")).toBe("00ff");
});

test("refuses a row that is there already, so that nothing projected is written twice by mistake", async () => {
  const row = { sensor: "s", from: 1, to: 2, reason: "", recorded_at: 0, transaction: "t" };
  const client = await database.pool.connect();
  try {
    await insertRows(client, tables.loss, [row]);
    await expect(insertRows(client, tables.loss, [row])).rejects.toThrow("duplicate key");
  } finally {
    client.release();
  }
});
