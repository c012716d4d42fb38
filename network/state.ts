/** The contract's code, kept with the network: building anew changes nothing that runs. */
export interface ContractCode {
  /** SHA-256 of the bundle, hex; stands in every organisation's package. */
  readonly sha256: string;
  /** The copy, relative to the network's folder. */
  readonly file: string;
}

/** What the organisations agreed on. */
interface InForce {
  readonly definition: { readonly version: string; readonly sequence: number; readonly policy?: string };
  readonly code: ContractCode;
}

/** What a network that was made once remembers of itself: without this file it is half made, and is made afresh. */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Consensus, Topology } from "./topology";

export interface NetworkState extends InForce {
  /** Release that made the channel: `3.1.5`. */
  readonly version: string;
  readonly consensus: Consensus;
  /** MSP id → package id and address of the contract process that the organisation approved. */
  readonly contracts: Readonly<Record<string, { readonly packageId: string; readonly address: string }>>;
  /** What was in force before the last change: where a roll-back leads. */
  readonly previous?: InForce;
}

const fileOf = ({ folder }: Pick<Topology, "folder">): string => join(folder, "state.json");

export function readState(topology: Pick<Topology, "folder">): NetworkState | undefined {
  const file = fileOf(topology);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as NetworkState) : undefined;
}

/** Written whole or not at all. */
export function writeState(topology: Pick<Topology, "folder">, state: NetworkState): void {
  const file = fileOf(topology);
  writeFileSync(`${file}.next`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${file}.next`, file);
}

export const sha256Of = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");

/** Keeps a copy of a contract's bundle with the network. */
export function keepCode({ folder }: Pick<Topology, "folder">, bundle: string): ContractCode {
  const sha256 = sha256Of(bundle);
  const file = join("contracts", sha256.slice(0, 16), basename(bundle));
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  if (!existsSync(join(folder, file))) copyFileSync(bundle, join(folder, file));
  return { sha256, file };
}
