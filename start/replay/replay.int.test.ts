import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestStack, type TestStack } from "../testing/stack";
import type { Summary } from "./summary";

const shared = (path: string) => fileURLToPath(new URL(`../../../shared/data/${path}`, import.meta.url));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

describe("replay of a logger's file", () => {
  let stack: TestStack;
  const files = mkdtempSync(join(tmpdir(), "winterseal-replay-"));

  beforeAll(async () => {
    stack = await startTestStack();
  }, 180_000);
  afterAll(async () => {
    await stack?.end();
    rmSync(files, { recursive: true });
  }, 60_000);

  const run = (...args: string[]): Promise<Ended> =>
    new Promise((resolve) => {
      execFile(process.execPath, ["dist/replay.mjs", ...args, "--data", stack.data], (error, out, err) => {
        resolve({ code: error ? Number(error.code) : 0, out, err });
      });
    });
  const summaryOf = ({ out }: Ended) => JSON.parse(out.trim().split("\n").at(-1) ?? "") as Summary;
  async function query<T extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<T[]> {
    const client = new pg.Client({ connectionString: stack.context.databaseUrl });
    await client.connect();
    try {
      return (await client.query<T>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }
  const height = async () => Number((await query<{ block: string }>("SELECT block FROM checkpoint"))[0]?.block);

  it("commits every row with its own time and the standing imported; the bound itself violates; again changes nothing", async () => {
    const file = join(files, "trip.csv");
    const at = (minute: number) => new Date(Date.UTC(2025, 4, 1, 8, minute)).toISOString();
    const values = [5, 5.5, 6, 7.999, 8.0, 8.3, 8.1, 7.9, 5].map((value, index) => `${at(20 + index * 5)},${value},55.5`);
    writeFileSync(file, `time,temperature,humidity\n${at(0)},5,55.5\n${at(10)},5,55.5\n${values.join("\n")}\n`);
    const first = summaryOf(await run(file, "--json"));
    expect(first).toMatchObject({ rows: 11, committed: 11, refused: 0, transactions: 1 });
    expect(first.violations).toContainEqual(
      expect.objectContaining({ rule: "upper", from: "2025-05-01T08:40:00Z", to: "2025-05-01T08:55:00Z", readings: 3, peak: 8.3 }),
    );
    const rows = await query<{ at: string; standing: string; temperature: number; humidity: number }>(
      "SELECT at, standing, temperature, humidity FROM reading WHERE sensor = $1 ORDER BY at",
      [first.sensor],
    );
    expect(rows).toHaveLength(11);
    expect(new Set(rows.map(({ standing }) => standing))).toEqual(new Set(["imported"]));
    expect(rows.map(({ at }) => Number(at))).toEqual([0, 10, 20, 25, 30, 35, 40, 45, 50, 55, 60].map((minute) => Date.parse(at(minute))));
    const before = await height();
    expect(summaryOf(await run(file, "--json"))).toEqual({ ...first, transactions: 0 });
    expect(await height()).toBe(before);
  });

  it("refuses a malformed file with line and reason and writes nothing", async () => {
    const file = join(files, "broken.csv");
    writeFileSync(file, "time,temperature\n2025-05-01T08:00:00Z,5\n2025-05-01T08:10:00Z,warm\n");
    const before = [await height(), await query("SELECT count(*) FROM sensor")];
    const ended = await run(file, "--json");
    expect(ended.code).toBe(1);
    expect(ended.err).toMatch(/^\[FILE_MALFORMED] Line 3: "warm" is no temperature/);
    expect([await height(), await query("SELECT count(*) FROM sensor")]).toEqual(before);
  });

  it("names a shipment that does not exist", async () => {
    const file = join(files, "lost.csv");
    writeFileSync(file, "time,temperature\n2025-05-01T08:00:00Z,5\n");
    const ended = await run(file, "--shipment", "nowhere");
    expect(ended.code).toBe(1);
    expect(ended.err).toMatch(/^\[SHIPMENT_UNKNOWN]/);
  });

  it.skipIf(!existsSync(shared("foodsafety/item7.csv")))(
    "finds the kitchen's violation where it began: 218 readings, to the end",
    async () => {
      const { violations, ...counts } = summaryOf(await run(shared("foodsafety/item7.csv"), "--json"));
      expect(counts).toMatchObject({ rows: 252, committed: 252, refused: 0 });
      expect(violations).toContainEqual(
        expect.objectContaining({ rule: "upper", severity: "critical", from: "2016-02-11T14:25:21Z", to: null, readings: 218 }),
      );
    },
  );
});
