import { appendFile, mkdtemp, readFile, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { AppendLog } from "./append-log";

const schema = z.strictObject({ n: z.int(), text: z.string() });
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "winterseal-log-"));
  path = join(folder, "log.jsonl");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const entry = (n: number) => ({ n, text: `Zürich ${n}` });

describe("an append-only record", () => {
  it("keeps the order of calls", async () => {
    const log = new AppendLog(path, schema);
    await Promise.all([1, 2, 3, 4, 5].map((n) => log.append(entry(n))));
    expect((await log.entries()).map(({ n }) => n)).toEqual([1, 2, 3, 4, 5]);
  });

  it("survives power loss at any byte of the last entry: what counted stays, the next append goes on", async () => {
    const first = new AppendLog(path, schema);
    await first.append(entry(1));
    const whole = (await readFile(path)).length;
    await first.append(entry(2));
    const both = (await readFile(path)).length;
    for (let length = both - 1; length >= whole; length--) {
      await truncate(path, length);
      const log = new AppendLog(path, schema);
      expect(await log.entries()).toEqual([entry(1)]);
      await log.append(entry(3));
      expect(await log.entries()).toEqual([entry(1), entry(3)]);
      await truncate(path, whole);
      await log.append(entry(2));
    }
  });

  it("sees what another process appended", async () => {
    const [mine, theirs] = [new AppendLog(path, schema), new AppendLog(path, schema)];
    await mine.append(entry(1));
    await theirs.append(entry(2));
    expect(await mine.entries()).toEqual([entry(1), entry(2)]);
  });

  it("names the line that cannot be read, and does not skip it", async () => {
    const log = new AppendLog(path, schema);
    await log.append(entry(1));
    await appendFile(path, "{}\n");
    await log.append(entry(3));
    await expect(log.entries()).rejects.toMatchObject({ code: "JOURNAL_DAMAGED", facts: { line: 2 } });
  });

  it("is empty before its first entry", async () => {
    expect(await new AppendLog(path, schema).entries()).toEqual([]);
  });
});
