import { type FileHandle, mkdir, open, readFile, rename } from "node:fs/promises";
import path from "node:path";
import type { Storage } from "./journal";

/**
 * A journal's bytes in one file. A write counts when the disk has it: data is synchronised after each append, and a rewritten file and
 * its folder before and after it takes the old one's name.
 */
export class FileStorage implements Storage {
  readonly #file: string;
  #handle: FileHandle | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  async read(): Promise<Uint8Array | undefined> {
    try {
      return await readFile(this.#file);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    }
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#handle ??= await open(this.#file, "a", 0o600);
    await this.#handle.appendFile(bytes);
    await this.#handle.datasync();
  }

  async replace(bytes: Uint8Array): Promise<void> {
    await this.close();
    await mkdir(path.dirname(this.#file), { recursive: true });
    const next = `${this.#file}.next`;
    await synced(next, "w", (handle) => handle.writeFile(bytes));
    await rename(next, this.#file);
    // The name's change is durable only with its folder (fsync(2)).
    await synced(path.dirname(this.#file), "r", async () => undefined);
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}

async function synced(file: string, flags: string, write: (handle: FileHandle) => Promise<void>): Promise<void> {
  const handle = await open(file, flags, 0o600);
  try {
    await write(handle);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
