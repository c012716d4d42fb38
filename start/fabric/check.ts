/** The checks of room network/ with what this set-up would take. */
import { chooseBinaries } from "../../network/binaries";
import { checkNeeds } from "../../network/check";
import { clockWentBack } from "../../network/clock";
import { NetworkError } from "../../network/errors";
import { layoutOf } from "../layout";
import { isTaken } from "../ports";
import type { FabricNetworkOptions } from "./network";
import { listFabricPorts } from "./ports";

/** Every reason why the network cannot start now; empty = it can. Starts nothing and writes nothing. */
export async function checkFabric({
  data,
  basePort,
  bin,
  consensus = "etcdraft",
  peers = 1,
}: FabricNetworkOptions): Promise<NetworkError[]> {
  try {
    const binaries = typeof bin === "object" ? bin : chooseBinaries(bin);
    const ports = listFabricPorts(basePort, consensus, peers);
    const layout = layoutOf(data);
    const needs = await checkNeeds({ binaries, consensus, folder: layout.data, ports, isTaken });
    return [...needs, ...clockWentBack({ folder: layout.fabric })];
  } catch (error) {
    if (error instanceof NetworkError) return [error];
    throw error;
  }
}
