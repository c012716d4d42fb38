/** A tar.gz whose bytes depend on its content alone, so that every organisation computes the same package id. */
import { gzipSync } from "node:zlib";

const BLOCK = 512;

export type Entries = Readonly<Record<string, Uint8Array | string>>;

/** POSIX.1-1988 ustar, regular files in the given order, mode 0644, time 0. */
function tar(entries: Entries): Buffer {
  const parts = Object.entries(entries).flatMap(([name, content]) => {
    const data = Buffer.from(content);
    return [header(name, data.length), data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK)];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const put = (offset: number, text: string) => block.write(text, offset, "latin1");
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
  put(0, name);
  put(100, `${octal(0o100644, 7)}\0`);
  put(108, `${octal(0, 7)}\0${octal(0, 7)}\0`);
  put(124, `${octal(size, 11)}\0${octal(0, 11)}\0`);
  // The checksum is computed with its own field as spaces.
  put(148, "        ");
  put(156, "0");
  put(257, "ustar\x0000");
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${octal(sum, 6)}\0 `);
  return block;
}

/** zlib writes no time into the gzip header; only its byte for the operating system differs, and is set to "unknown". */
export function tarGz(entries: Entries): Buffer {
  const zipped = gzipSync(tar(entries), { level: 9 });
  zipped[9] = 255;
  return zipped;
}
