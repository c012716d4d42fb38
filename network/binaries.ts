/** Finds the official programs and asks each folder its release. */
import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { NetworkError } from "./errors";

export const PROGRAMS = ["peer", "orderer", "configtxgen", "configtxlator", "osnadmin"] as const;
export type Program = (typeof PROGRAMS)[number];

/** What this product was run on; others are refused rather than half working. */
export const SUPPORTED = "2.5.x and 3.1.x";
const isSupported = (version: string): boolean => /^(2\.5|3\.1)\.\d+$/.test(version);

export interface FabricBinaries {
  readonly folder: string;
  /** As `peer version` says: `3.1.5`. */
  readonly version: string;
  /** 2 or 3. */
  readonly major: number;
  path(program: Program): string;
}

/** Folders to look in: those of `FABRIC_BIN`, else those of `PATH`. */
function folders(env: Readonly<Record<string, string | undefined>>): string[] {
  const named = env.FABRIC_BIN;
  const list = (named === undefined || named === "" ? (env.PATH ?? "") : named).split(delimiter).filter(Boolean);
  return [...new Set(list.filter(existsSync).map((folder) => realpathSync(folder)))];
}

/** The version that a program of Fabric tells, or undefined when it tells none. */
function versionOf(program: string): string | undefined {
  const { status, stdout } = spawnSync(program, ["version"], { encoding: "utf8", timeout: 10_000 });
  return status === 0 ? /^ Version: v?(\S+)$/m.exec(stdout)?.[1] : undefined;
}

/**
 * The programs in one folder.
 * @throws NetworkError BINARIES_MISSING naming the missing ones, VERSION_UNSUPPORTED naming the version found
 */
export function openBinaries(folder: string): FabricBinaries {
  const missing = PROGRAMS.filter((program) => !existsSync(join(folder, program)));
  if (missing.length > 0) {
    throw new NetworkError(
      "BINARIES_MISSING",
      `${folder} lacks ${missing.join(", ")}`,
      `install Hyperledger Fabric's official binaries (${SUPPORTED}) and let FABRIC_BIN name their folder`,
    );
  }
  const version = versionOf(join(folder, "peer"));
  if (version === undefined || !isSupported(version)) {
    throw new NetworkError(
      "VERSION_UNSUPPORTED",
      `${join(folder, "peer")} is version ${version ?? "unknown"}`,
      `use Fabric ${SUPPORTED}; FABRIC_BIN names the folder of its binaries`,
    );
  }
  return { folder, version, major: Number(version.split(".")[0]), path: (program) => join(folder, program) };
}

/** Every folder of `FABRIC_BIN` (else `PATH`) that holds a peer: one per release. Empty where there is none. */
export function findBinaries(env: Readonly<Record<string, string | undefined>> = process.env): FabricBinaries[] {
  return folders(env)
    .filter((folder) => existsSync(join(folder, "peer")) && existsSync(join(folder, "configtxgen")))
    .map(openBinaries);
}

/**
 * One release: the wanted one (`2.5`, `3.1`, `3.1.5`), or the newest.
 * @throws NetworkError BINARIES_MISSING, VERSION_UNSUPPORTED
 */
export function chooseBinaries(wanted?: string, env: Readonly<Record<string, string | undefined>> = process.env): FabricBinaries {
  const found = findBinaries(env).sort((a, b) => b.version.localeCompare(a.version, "en", { numeric: true }));
  const chosen = found.find(({ version }) => wanted === undefined || version === wanted || version.startsWith(`${wanted}.`));
  if (chosen !== undefined) return chosen;
  const what =
    found.length === 0 ? "no Fabric binaries were found" : `found ${found.map(({ version }) => version).join(", ")}, not ${wanted}`;
  throw new NetworkError(
    "BINARIES_MISSING",
    `${what} in ${env.FABRIC_BIN ? `FABRIC_BIN (${env.FABRIC_BIN})` : "PATH"}`,
    `install Hyperledger Fabric's official binaries (${SUPPORTED}: peer, orderer, configtxgen, configtxlator, osnadmin) and let FABRIC_BIN name their folder`,
  );
}
