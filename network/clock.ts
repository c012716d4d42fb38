/** Clocks that disagree: the contract refuses what is signed too far from its own time, and certificates begin and end by it. */
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { NetworkError } from "./errors";
import type { Topology } from "./topology";

/** Far below the contract's window (minutes) and above what an HTTP date and a busy machine blur (a second each). */
const TOLERATED_MS = 5_000;

/**
 * How far the clock of a node's operations address is ahead of ours, ms; accurate to about a second.
 * Undefined where it does not answer or names no time.
 */
export async function clockOffset(address: string): Promise<number | undefined> {
  const asked = Date.now();
  const answer = await fetch(address, { signal: AbortSignal.timeout(3_000) }).catch(() => undefined);
  const named = Date.parse(answer?.headers.get("date") ?? "");
  if (Number.isNaN(named)) return undefined;
  return named + 500 - (asked + Date.now()) / 2;
}

/** Nodes whose clock is off ours by more than five seconds. */
export async function clockProblems(nodes: readonly { readonly name: string; readonly health: string }[]): Promise<NetworkError[]> {
  const offsets = await Promise.all(nodes.map(async ({ name, health }) => ({ name, ms: await clockOffset(health) })));
  return offsets.flatMap(({ name, ms }) =>
    ms !== undefined && Math.abs(ms) > TOLERATED_MS ? [skew(`the clock of ${name} is ${told(ms)} ours`)] : [],
  );
}

/** Before a start: the clock of this machine against what the network itself wrote here last. */
export function clockWentBack({ folder }: Pick<Topology, "folder">, now = Date.now()): NetworkError[] {
  const witness = join(folder, "state.json");
  if (!existsSync(witness)) return [];
  const wrote = statSync(witness).mtimeMs;
  if (now >= wrote - TOLERATED_MS) return [];
  return [skew(`this machine's clock is ${told(now - wrote)} the time at which the network was made`)];
}

/** Whether the system says that its clock is not kept by a time server; undefined where it says nothing. */
export function clockNote(): string | undefined {
  const { status, stdout } = spawnSync("timedatectl", ["show", "-p", "NTPSynchronized", "--value"], { encoding: "utf8", timeout: 3_000 });
  if (status !== 0 || stdout.trim() !== "no") return undefined;
  return "this machine's clock is not kept by a time server: organisations on several machines need one each";
}

const told = (ms: number): string => `${Math.round(Math.abs(ms) / 1000)} s ${ms < 0 ? "behind" : "ahead of"}`;
const skew = (what: string): NetworkError =>
  new NetworkError("CLOCK_SKEW", what, "let a time server keep the clocks (chrony, systemd-timesyncd), then try again");
