/** Runs one of Fabric's command-line programs. */
import { spawn } from "node:child_process";
import type { FabricBinaries, Program } from "./binaries";
import { NetworkError } from "./errors";

const TAIL = 6;

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * @throws NetworkError COMMAND_FAILED with the program's last words
 */
export async function run(
  binaries: FabricBinaries,
  program: Program,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  withinMs = 60_000,
): Promise<Output> {
  const { PATH = "", HOME = "", TMPDIR } = process.env;
  const child = spawn(binaries.path(program), [...args], {
    env: { NODE_ENV: "production", PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), FABRIC_LOGGING_SPEC: "error", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: withinMs,
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const outcome = await new Promise<number | NodeJS.Signals | Error>((resolve) => {
    child.once("error", resolve);
    child.once("close", (code, signal) => resolve(code ?? signal ?? 0));
  });
  if (outcome === 0) return { stdout, stderr };
  const words = `${stdout}\n${stderr}`
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^(Usage:|\s+-|Flags:|Global Flags:)/.test(line));
  const why = outcome instanceof Error ? outcome.message : `ended with ${outcome}`;
  throw new NetworkError(
    "COMMAND_FAILED",
    [`${program} ${args.slice(0, 3).join(" ")} ${why}`, ...words.slice(-TAIL)].join("\n  "),
    "read its last words above and the logs in the data folder",
  );
}
