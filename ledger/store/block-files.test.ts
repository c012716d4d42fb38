import { mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BlockFiles, type Location, StoreDamagedError } from "./block-files";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "winterseal-blocks-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Opened {
  readonly files: BlockFiles;
  readonly blocks: string[];
  readonly locations: Location[];
}

async function reopen(acknowledged = 0, rollBytes = 200): Promise<Opened> {
  const blocks: string[] = [];
  const locations: Location[] = [];
  const files = await BlockFiles.open(folder, {
    rollBytes,
    acknowledged,
    visit: (_number, bytes, location) => {
      blocks.push(bytes.toString());
      locations.push(location);
    },
  });
  return { files, blocks, locations };
}

async function write(count: number): Promise<void> {
  const { files } = await reopen();
  for (let number = 0; number < count; number++) await files.append(Buffer.from(`block ${number} `.repeat(4)));
  await files.close();
}

test("blocks are found again in order and by location, over several files", async () => {
  await write(20);
  expect((await readdir(folder)).length).toBeGreaterThan(2);
  const { files, blocks, locations } = await reopen(20);
  expect(blocks).toHaveLength(20);
  const last = locations[19];
  if (last === undefined) throw new Error("no location");
  expect((await files.read(last)).toString()).toBe(blocks[19]);
  await files.close();
});

test("a file cut at any byte gives the whole blocks before the cut and goes on from there", async () => {
  await write(6);
  const names = (await readdir(folder)).sort();
  const file = join(folder, names.at(-1) ?? "");
  const original = await readFile(file);
  const { blocks: all, files } = await reopen(0);
  await files.close();
  await fc.assert(
    fc.asyncProperty(fc.nat(original.length), async (cut) => {
      await writeFile(file, original.subarray(0, cut));
      const torn = await reopen();
      expect(torn.blocks).toEqual(all.slice(0, torn.blocks.length));
      await torn.files.append(Buffer.from("next"));
      await torn.files.close();
      const after = await reopen();
      expect(after.blocks).toEqual([...torn.blocks, "next"]);
      await after.files.close();
      for (const name of await readdir(folder)) if (!names.includes(name)) await rm(join(folder, name));
      await writeFile(file, original);
    }),
    { seed: 8, numRuns: 60 },
  );
});

test("a cut that takes an acknowledged block refuses to open and names it", async () => {
  await write(2);
  const file = join(folder, "000001.blk");
  const handle = await open(file, "r+");
  await handle.truncate((await handle.stat()).size - 1);
  await handle.close();
  await expect(reopen(2)).rejects.toThrow(/block 1 is damaged/);
  const { files, blocks } = await reopen(1);
  expect(blocks).toHaveLength(1);
  await files.close();
});

test("a flipped bit in any block but a torn last one refuses to open and names that block", async () => {
  await write(4);
  const file = join(folder, "000001.blk");
  const original = await readFile(file);
  const altered = Buffer.from(original);
  altered[20] = (altered[20] ?? 0) ^ 1;
  await writeFile(file, altered);
  await expect(reopen(0)).rejects.toThrow(StoreDamagedError);
  await expect(reopen(0)).rejects.toThrow(/block 0 is damaged/);
});

test("a missing file in the middle refuses to open", async () => {
  await write(20);
  await rm(join(folder, "000002.blk"));
  await expect(reopen(0)).rejects.toThrow(/000002.blk is missing/);
});
