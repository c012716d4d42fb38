import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";

/** Commit and machine: without them a figure says nothing. */
export function provenance(): { commit: string; machine: string } {
  const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" }).trim();
  const dirty = git("status", "--porcelain") === "" ? "" : "+changes";
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model.trim() ?? "unknown"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${process.platform}`;
  return { commit: `${git("rev-parse", "--short", "HEAD")}${dirty}`, machine };
}

/** Value below which `share` of the samples lie (nearest rank). */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Resident memory of a process and all below it, bytes (Linux: proportional set size, so that shared pages count once). */
export function memoryOf(pid: number): number {
  const all = [pid, ...descendants(pid)];
  return all.reduce((sum, one) => sum + proportional(one), 0);
}

function proportional(pid: number): number {
  const found = /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`));
  return Number(found?.[1] ?? 0) * 1024;
}

function descendants(pid: number): number[] {
  const children = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => Number(read(`/proc/${candidate}/stat`).split(") ")[1]?.split(" ")[1]) === pid);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** A process may end between being listed and being read: then it counts nothing. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw error;
  }
}
