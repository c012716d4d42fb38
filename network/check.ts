/** What a network needs from this machine, asked before anything starts. */
import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { FabricBinaries } from "./binaries";
import { NetworkError } from "./errors";
import type { Consensus } from "./topology";

/** A new network takes about 20 MiB; below this much a ledger has no future here. */
const DISK_BYTES = 512 * 1024 * 1024;
/** One process that runs on the same ports takes all of them: a few names say as much. */
const MOST_PORTS_NAMED = 4;

export interface Needs {
  readonly binaries: FabricBinaries;
  readonly consensus: Consensus;
  /** Where the network's files will lie; need not exist yet. */
  readonly folder: string;
  /** Every port that a process will listen on, with the process's name. */
  readonly ports: readonly (readonly [name: string, port: number])[];
  isTaken(port: number): Promise<boolean>;
  readonly leastFreeBytes?: number;
}

/** Every finding at once, so that nobody mends one thing only to meet the next. Empty = the network can start. */
export async function checkNeeds({
  binaries,
  consensus,
  folder,
  ports,
  isTaken,
  leastFreeBytes = DISK_BYTES,
}: Needs): Promise<NetworkError[]> {
  const findings: NetworkError[] = [];
  if (consensus === "bft" && binaries.major < 3) {
    findings.push(
      new NetworkError(
        "VERSION_UNSUPPORTED",
        `Fabric ${binaries.version} cannot order by BFT`,
        "use Fabric 3.1, or leave --consensus bft away",
      ),
    );
  }
  const taken = (await Promise.all(ports.map(async ([name, port]) => ((await isTaken(port)) ? `${port} (${name})` : "")))).filter(Boolean);
  const rest = taken.splice(MOST_PORTS_NAMED).length;
  if (taken.length > 0) {
    findings.push(
      new NetworkError(
        "PORT_TAKEN",
        `taken already: port ${taken.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`,
        "choose others with --port N: every port follows it",
      ),
    );
  }
  const { bavail, bsize } = await statfs(nearestFolder(folder));
  if (bavail * bsize < leastFreeBytes) {
    findings.push(
      new NetworkError(
        "DISK_FULL",
        `${Math.floor((bavail * bsize) / 1024 / 1024)} MiB are free at ${folder}, ${Math.ceil(leastFreeBytes / 1024 / 1024)} are needed`,
        "free some space, or choose another folder with --data DIR",
      ),
    );
  }
  return findings;
}

function nearestFolder(path: string): string {
  return existsSync(path) ? path : nearestFolder(dirname(path));
}
