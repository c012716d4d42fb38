/**
 * Append-only block files `000001.blk`, …: records of length, CRC-32 and block bytes. A record is on disk (fsync) before its block is
 * acknowledged. A torn tail, left by a kill or a power cut, is cut on opening; damage anywhere else refuses to open and names the block.
 */
import { type FileHandle, mkdir, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";

const HEADER_BYTES = 8;
/** A block is at most the largest message that peers take. */
const MAX_RECORD_BYTES = 100 * 1024 * 1024;

export interface Location {
  readonly file: number;
  /** Of the block's bytes, behind the record's header. */
  readonly offset: number;
  readonly length: number;
}

export class StoreDamagedError extends Error {
  override readonly name = "StoreDamagedError";
  constructor(
    /** Number of the damaged block. */
    readonly block: number,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`block ${block} is damaged: ${reason}; restore the ledger's folder from a copy, nothing was changed`, options);
  }
}

function fileName(file: number): string {
  return `${String(file).padStart(6, "0")}.blk`;
}

interface Scan {
  /** Offset behind the last whole record. */
  end: number;
  /** Why scanning stopped before the file's end. */
  tear?: string;
}

export interface BlockFilesOptions {
  /** A new file is begun behind this size, bytes. */
  readonly rollBytes?: number;
  /** Blocks up to here (exclusive) were acknowledged: a tear in one of them is damage, not a torn tail. */
  readonly acknowledged: number;
  /** Called once per block in order while opening. Throws to refuse. */
  visit(block: number, bytes: Buffer, location: Location): void | Promise<void>;
}

export class BlockFiles {
  readonly #folder: string;
  readonly #rollBytes: number;
  readonly #readers = new Map<number, FileHandle>();
  #writer: FileHandle | undefined;
  #file = 1;
  #end = 0;
  #count = 0;

  private constructor(folder: string, rollBytes: number) {
    this.#folder = folder;
    this.#rollBytes = rollBytes;
  }

  /** Number of whole blocks. */
  get count(): number {
    return this.#count;
  }

  static async open(folder: string, options: BlockFilesOptions): Promise<BlockFiles> {
    await mkdir(folder, { recursive: true });
    const files = new BlockFiles(folder, options.rollBytes ?? 64 * 1024 * 1024);
    const names = (await readdir(folder)).filter((name) => /^\d{6}\.blk$/.test(name)).sort();
    for (const [index, name] of names.entries()) {
      files.#file = index + 1;
      if (name !== fileName(files.#file)) throw new StoreDamagedError(files.#count, `the file ${fileName(files.#file)} is missing`);
      await files.#openFile(index === names.length - 1, options);
    }
    if (files.#count < options.acknowledged) throw new StoreDamagedError(files.#count, "it was acknowledged, but it is missing");
    await files.#openWriter();
    return files;
  }

  async #openFile(last: boolean, options: BlockFilesOptions): Promise<void> {
    const path = join(this.#folder, fileName(this.#file));
    const handle = await open(path, "r+");
    try {
      const scan = await this.#scan(handle, options.visit);
      if (scan.tear !== undefined) {
        if (!last || this.#count < options.acknowledged)
          throw new StoreDamagedError(this.#count, `${scan.tear} (${path}, byte ${scan.end})`);
        await handle.truncate(scan.end);
        await handle.sync();
      }
      this.#end = scan.end;
    } finally {
      await handle.close();
    }
  }

  async #scan(handle: FileHandle, visit: BlockFilesOptions["visit"]): Promise<Scan> {
    const { size } = await handle.stat();
    let end = 0;
    while (end < size) {
      const header = await readExactly(handle, end, HEADER_BYTES);
      if (header === undefined) return { end, tear: "its record's header is incomplete" };
      const length = header.readUInt32BE(0);
      const torn = length === 0 || length > MAX_RECORD_BYTES || end + HEADER_BYTES + length > size;
      const bytes = torn ? undefined : await readExactly(handle, end + HEADER_BYTES, length);
      if (bytes === undefined) return { end, tear: "its record is incomplete" };
      if (crc32(bytes) !== header.readUInt32BE(4)) {
        // Whole records behind it mean that this one was once whole, too.
        if (end + HEADER_BYTES + length < size)
          throw new StoreDamagedError(this.#count, `its checksum does not match (${fileName(this.#file)}, byte ${end})`);
        return { end, tear: "its checksum does not match" };
      }
      await visit(this.#count, bytes, { file: this.#file, offset: end + HEADER_BYTES, length });
      this.#count++;
      end += HEADER_BYTES + length;
    }
    return { end };
  }

  async #openWriter(): Promise<void> {
    await this.#writer?.close();
    const path = join(this.#folder, fileName(this.#file));
    this.#writer = await open(path, "a");
    const folder = await open(this.#folder, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  /** Writes one block and waits until it is on the disk. After a failure the files must not be written any more. */
  async append(bytes: Uint8Array): Promise<Location> {
    if (this.#end > this.#rollBytes) {
      this.#file++;
      this.#end = 0;
      await this.#openWriter();
    }
    if (this.#writer === undefined) throw new Error("the block files are closed");
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32BE(bytes.length, 0);
    header.writeUInt32BE(crc32(bytes), 4);
    const record = Buffer.concat([header, bytes]);
    await this.#writer.appendFile(record);
    await this.#writer.datasync();
    const location = { file: this.#file, offset: this.#end + HEADER_BYTES, length: bytes.length };
    this.#end += record.length;
    this.#count++;
    return location;
  }

  async read(location: Location): Promise<Buffer> {
    let reader = this.#readers.get(location.file);
    if (reader === undefined) {
      reader = await open(join(this.#folder, fileName(location.file)), "r");
      this.#readers.set(location.file, reader);
    }
    const bytes = await readExactly(reader, location.offset, location.length);
    if (bytes === undefined) throw new Error(`${fileName(location.file)} is shorter than its index says`);
    return bytes;
  }

  async close(): Promise<void> {
    await this.#writer?.close();
    this.#writer = undefined;
    for (const reader of this.#readers.values()) await reader.close();
    this.#readers.clear();
  }
}

async function readExactly(handle: FileHandle, position: number, length: number): Promise<Buffer | undefined> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) return undefined;
    filled += bytesRead;
  }
  return buffer;
}
