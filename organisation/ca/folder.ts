/** Files of an organisation: private ones readable by their owner alone, each written whole or not at all. */
import { randomBytes } from "node:crypto";
import { chmod, mkdir, open, readdir, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";

const isMissing = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT";

/** Creates a folder that only its owner may enter, parents included. */
export async function makePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
}

/** Flushes a folder's own entries: without it a new file's name may be gone after power loss. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes a file atomically and durably: a reader sees the old content, the new, or no file. */
export async function writeWhole(path: string, content: string, mode: 0o600 | 0o644): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}`;
  const handle = await open(temporary, "wx", mode);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

/** Text of a file, or undefined when there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Paths of a folder's files with an ending, by name; none where there is no folder. */
export async function filesIn(path: string, ending: string): Promise<readonly string[]> {
  try {
    return (await readdir(path))
      .filter((name) => name.endsWith(ending))
      .sort()
      .map((name) => join(path, name));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
