/** What a network that was made once remembers of itself: without this file it is half made, and is made afresh. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Consensus, Topology } from "./topology";

export interface NetworkState {
  /** Release that made the channel: `3.1.5`. */
  readonly version: string;
  readonly consensus: Consensus;
  /** The contract's definition in force. */
  readonly definition: { readonly version: string; readonly sequence: number; readonly policy?: string };
  /** MSP id → package id and address of the contract process that the organisation approved. */
  readonly contracts: Readonly<Record<string, { readonly packageId: string; readonly address: string }>>;
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
