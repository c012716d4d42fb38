/**
 * An append-only file of JSON lines. An entry counts once it is flushed to disk; a torn last line (power loss while appending) never
 * counted and is cut by the next append. Several processes may append: each entry is one write with O_APPEND.
 */
import { open, truncate } from "node:fs/promises";
import type * as z from "zod";
import { WintersealError } from "../../lib/messages/errors";
import { readIfThere } from "./folder";

const NEWLINE = 0x0a;

export class AppendLog<T> {
  readonly #path: string;
  readonly #schema: z.ZodType<T>;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(path: string, schema: z.ZodType<T>) {
    this.#path = path;
    this.#schema = schema;
  }

  /** Appends one entry and resolves when it is on disk; in the order of calls. */
  append(entry: T): Promise<void> {
    const next = this.#tail.then(() => this.#write(`${JSON.stringify(entry)}\n`));
    this.#tail = next.catch(() => undefined);
    return next;
  }

  /**
   * Every whole entry, oldest first, read from disk: another process may have appended.
   * @throws WintersealError JOURNAL_DAMAGED when a line in the middle is unreadable.
   */
  async entries(): Promise<readonly T[]> {
    const text = (await readIfThere(this.#path)) ?? "";
    const lines = text.split("\n").slice(0, -1);
    return lines.map((line, index) => this.#parse(line, index + 1));
  }

  #parse(line: string, number: number): T {
    try {
      return this.#schema.parse(JSON.parse(line));
    } catch (cause) {
      throw new WintersealError("JOURNAL_DAMAGED", `line ${number} of ${this.#path} cannot be read`, { line: number }, { cause });
    }
  }

  async #write(line: string): Promise<void> {
    await this.#cutTornTail();
    const handle = await open(this.#path, "a", 0o600);
    try {
      await handle.write(line);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  async #cutTornTail(): Promise<void> {
    const text = await readIfThere(this.#path);
    if (text === undefined || text === "") return;
    const bytes = Buffer.from(text);
    if (bytes.at(-1) !== NEWLINE) await truncate(this.#path, bytes.lastIndexOf(NEWLINE) + 1);
  }
}
