#!/usr/bin/env node
/** `verify FILE`: the checks of lib/evidence on a command line. Reads the named files and nothing else. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { WintersealError } from "../../messages/errors";
import { MAX_FILE_BYTES } from "../file";
import { mergePins, type Pins, readPins } from "../pins";
import type { Report } from "../report";
import { verifyEvidence } from "../verify";
import { webVerify } from "../verify-web";
import { HELP, type Options, readOptions } from "./options";
import { printReport } from "./print";

const EXIT = { verified: 0, refused: 1, open: 3 } as const;
const NOT_UNDERSTOOD = 2;
/** Roots and lists of fingerprints are short. */
const MAX_PIN_BYTES = 64 * 1024;

async function readPinsFrom(path: string): Promise<Pins> {
  const found = await stat(path);
  if (!found.isDirectory()) return readPinFile(path);
  const names = (await readdir(path)).filter((name) => /\.(?:pem|crt|cer|txt)$/i.test(name)).sort();
  if (names.length === 0) throw new WintersealError("ROOTS_MALFORMED", `${path} holds no certificate and no list of fingerprints`);
  return mergePins(await Promise.all(names.map((name) => readPinFile(join(path, name)))));
}

async function readPinFile(path: string): Promise<Pins> {
  if ((await stat(path)).size > MAX_PIN_BYTES) throw new WintersealError("ROOTS_MALFORMED", `${path} is too large for a root`);
  return readPins(path, await readFile(path, "utf8"));
}

async function check({ file, roots, lines, acceptDemonstration, endorsements }: Options): Promise<Report> {
  const pins = mergePins([readPins("command line", lines.join("\n")), ...(await Promise.all(roots.map(readPinsFrom)))]);
  if ((await stat(file)).size > MAX_FILE_BYTES) throw new WintersealError("EVIDENCE_TOO_LARGE");
  return verifyEvidence(await readFile(file), { pins, acceptDemonstration, endorsements, verify: webVerify() });
}

/** Readings are many; whoever wants them computes them from the file. */
const toJson = ({ record, ...report }: Report): string => {
  if (record === null) return JSON.stringify({ ...report, record });
  const { readings: _, ...rest } = record;
  return JSON.stringify({ ...report, record: rest });
};

async function main(): Promise<number> {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options === undefined) {
      process.stdout.write(`${HELP}\n`);
      return 0;
    }
    const report = await check(options);
    process.stdout.write(`${options.json ? toJson(report) : printReport(report)}\n`);
    return EXIT[report.outcome];
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code !== "string") throw error;
    process.stderr.write(`${code}: ${(error as Error).message}\n`);
    return NOT_UNDERSTOOD;
  }
}

process.exitCode = await main();
