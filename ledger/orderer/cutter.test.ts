import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { Cutter, type CutterSettings, MAX_WAITING } from "./cutter";

const settings: CutterSettings = { maxCount: 10, maxBytes: 1_000, timeoutMs: 5, cutWhenIdle: true, intervalMs: 0 };
const item = (size = 10) => ({ bytes: new Uint8Array(size) });
const never = (error: unknown) => {
  throw error;
};

/** A writer that finishes when told to. */
function manualWriter() {
  const written: number[] = [];
  const finish: (() => void)[] = [];
  return {
    written,
    write: (items: readonly unknown[]) => {
      written.push(items.length);
      return new Promise<void>((resolve) => finish.push(resolve));
    },
    async finish() {
      finish.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test("a lone transaction is cut at once, and what comes meanwhile is the next block", async () => {
  const writer = manualWriter();
  const cutter = new Cutter(settings, writer.write, never);
  cutter.add(item());
  expect(writer.written).toEqual([1]);
  for (let count = 0; count < 7; count++) cutter.add(item());
  expect(writer.written).toEqual([1]);
  await writer.finish();
  expect(writer.written).toEqual([1, 7]);
  await writer.finish();
  await cutter.drain();
});

test("blocks keep their distance unless they are full, and draining does not wait for it", async () => {
  const writer = manualWriter();
  const cutter = new Cutter({ ...settings, intervalMs: 60_000 }, writer.write, never);
  cutter.add(item());
  expect(writer.written).toEqual([1]);
  await writer.finish();
  for (let count = 0; count < 9; count++) cutter.add(item());
  expect(writer.written).toEqual([1]);
  cutter.add(item());
  expect(writer.written).toEqual([1, 10]);
  cutter.add(item());
  await writer.finish();
  expect(writer.written).toEqual([1, 10]);
  const drained = cutter.drain();
  expect(writer.written).toEqual([1, 10, 1]);
  await writer.finish();
  await drained;
});

test("what waits for its time is cut when it has come", async () => {
  const writer = manualWriter();
  const cutter = new Cutter({ ...settings, intervalMs: 20 }, writer.write, never);
  cutter.add(item());
  await writer.finish();
  cutter.add(item());
  expect(writer.written).toEqual([1]);
  await vi.waitFor(() => expect(writer.written).toEqual([1, 1]));
  await writer.finish();
});

test("draining ends when the disk fails", async () => {
  const failures: unknown[] = [];
  const cutter = new Cutter(
    settings,
    () => Promise.reject(new Error("EIO")),
    (error) => failures.push(error),
  );
  cutter.add(item());
  cutter.add(item());
  await cutter.drain();
  expect(failures).toHaveLength(1);
  expect(cutter.add(item())).toBe(false);
});

test("without cutting when idle it waits for enough transactions or for the time", async () => {
  const writer = manualWriter();
  const cutter = new Cutter({ ...settings, cutWhenIdle: false, maxCount: 3 }, writer.write, never);
  cutter.add(item());
  cutter.add(item());
  expect(writer.written).toEqual([]);
  cutter.add(item());
  expect(writer.written).toEqual([3]);
  await writer.finish();
  cutter.add(item());
  expect(writer.written).toEqual([3]);
  await vi.waitFor(() => expect(writer.written).toEqual([3, 1]));
  await writer.finish();
});

test("every transaction is written once and in order, and no block is larger than allowed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 600 }), { maxLength: 60 }), async (sizes) => {
      const blocks: number[][] = [];
      const cutter = new Cutter(
        settings,
        async (items: readonly { bytes: Uint8Array }[]) => {
          blocks.push(items.map((entry) => entry.bytes.length));
          await new Promise((resolve) => setImmediate(resolve));
        },
        never,
      );
      for (const size of sizes) cutter.add(item(size));
      await cutter.drain();
      expect(blocks.flat()).toEqual(sizes);
      for (const block of blocks) {
        expect(block.length).toBeLessThanOrEqual(settings.maxCount);
        if (block.length > 1) expect(block.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(settings.maxBytes);
      }
    }),
    { seed: 9, numRuns: 50 },
  );
});

test("refuses more than it may hold, and writes nothing after a failure", async () => {
  const writer = manualWriter();
  const full = new Cutter(settings, writer.write, never);
  for (let count = 0; count <= MAX_WAITING; count++) full.add(item());
  expect(full.add(item())).toBe(false);
  const failures: unknown[] = [];
  const failing = new Cutter(
    settings,
    () => Promise.reject(new Error("EIO")),
    (error) => failures.push(error),
  );
  failing.add(item());
  await new Promise((resolve) => setImmediate(resolve));
  failing.add(item());
  await new Promise((resolve) => setImmediate(resolve));
  expect(failures).toHaveLength(1);
});
