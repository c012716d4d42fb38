import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, readFile, rename } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import path from "node:path";
import { WintersealError } from "../../lib/messages/errors";
import type { Storage } from "./journal";

/**
 * A journal's bytes in one file. A write counts when the disk has it: data is synchronised after each append, and a rewritten file and
 * its folder before and after it takes the old one's name. One process at a time: two would give one number two contents.
 */
export class FileStorage implements Storage {
  readonly #file: string;
  #handle: FileHandle | undefined;
  #lock: Server | undefined;

  constructor(file: string) {
    this.#file = path.resolve(file);
  }

  /** @throws WintersealError JOURNAL_BUSY while another process has this journal open */
  async read(): Promise<Uint8Array | undefined> {
    this.#lock ??= await lock(this.#file);
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
    await this.#closeFile();
    await mkdir(path.dirname(this.#file), { recursive: true });
    const next = `${this.#file}.next`;
    await synced(next, "w", (handle) => handle.writeFile(bytes));
    await rename(next, this.#file);
    // The name's change is durable only with its folder (fsync(2)).
    await synced(path.dirname(this.#file), "r", async () => undefined);
  }

  /** Lets another process have the journal. */
  async close(): Promise<void> {
    await this.#closeFile();
    const held = this.#lock;
    this.#lock = undefined;
    if (held !== undefined) await new Promise((resolve) => held.close(resolve));
  }

  async #closeFile(): Promise<void> {
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

/**
 * A name that the kernel lets one process hold and takes back when it ends, however it ends: a socket in Linux' abstract name space
 * (unix(7)). Elsewhere there is no such name; there the port of a device's display is what keeps a second one out.
 */
async function lock(file: string): Promise<Server | undefined> {
  if (process.platform !== "linux") return undefined;
  const name = createHash("sha256").update(file).digest("hex").slice(0, 40);
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => reject(new WintersealError("JOURNAL_BUSY", undefined, { file }, { cause })));
    server.listen(`\0winterseal-journal-${name}`, resolve);
  });
  return server.unref();
}
