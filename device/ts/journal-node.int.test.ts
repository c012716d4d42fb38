import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { Journal } from "./journal";
import { FileStorage } from "./journal-node";

async function inFolder(run: (file: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "winterseal-journal-"));
  try {
    await run(path.join(folder, "journal"));
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("a process killed while it writes leaves a journal that opens with every reading it was told is safe", () =>
  inFolder(async (file) => {
    const script = `${file}.mjs`;
    await build({
      stdin: { contents: WRITER, resolveDir: import.meta.dirname, loader: "ts" },
      bundle: true,
      platform: "node",
      format: "esm",
      outfile: script,
      logLevel: "silent",
    });
    let safe = -1;
    for (let round = 0; round < 3; round++) {
      const child = spawn(process.execPath, [script, file, String(safe + 1)], { stdio: ["ignore", "pipe", "inherit"] });
      child.stdout.on("data", (chunk: Buffer) => {
        // the last line may be cut: it is not counted
        for (const line of chunk.toString().split("\n").slice(0, -1)) safe = Math.max(safe, Number(line));
        if (safe > (round + 1) * 60) child.kill("SIGKILL");
      });
      await once(child, "close");
    }
    const storage = new FileStorage(file);
    const journal = await Journal.open(storage, "s-1");
    const ticks = journal.frozen.flatMap(({ batch }) => (batch.kind === "readings" ? batch.readings.map(({ tick }) => tick) : []));
    expect(journal.suspect).toBeNull();
    expect(ticks.length + journal.waiting).toBeGreaterThan(safe);
    expect(ticks).toEqual(Array.from({ length: ticks.length }, (_, index) => index));
    await storage.close();
  }));

test.runIf(existsSync("/dev/full"))("a disk that is full refuses, and the next rewrite makes a whole file of it", () =>
  inFolder(async (file) => {
    await symlink("/dev/full", file);
    const storage = new FileStorage(file);
    await expect(storage.append(Uint8Array.of(1))).rejects.toMatchObject({ code: "ENOSPC" });
    await storage.replace(Uint8Array.of(1, 2));
    await storage.append(Uint8Array.of(3));
    expect(await storage.read()).toEqual(Buffer.from([1, 2, 3]));
    await storage.close();
  }),
);

/** Appends readings and says each that is safe; every seventh it freezes. */
const WRITER = `
import { Journal } from "./journal";
import { FileStorage } from "./journal-node";
const journal = await Journal.open(new FileStorage(process.argv[2]), "s-1");
await journal.beginBoot(new Uint8Array(8), null);
for (let tick = (journal.lastTick(new Uint8Array(8)) ?? -1) + 1; ; tick++) {
  await journal.append([{ tick, temperature: 4000, humidity: null }]);
  process.stdout.write(tick + "\\n");
  if (tick % 7 === 6) await journal.freeze();
}
`;
