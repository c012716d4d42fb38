/** A further organisation on the channel: its membership, and the policies that name the organisations (docs/decisions/0101). */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { common } from "@hyperledger/fabric-protos";
import type { FabricBinaries } from "../binaries";
import { channelSettings, PROFILE } from "../config/channel";
import { writeSettings } from "../msp";
import { run } from "../run";
import type { Topology } from "../topology";
import { type Change, readConfig } from "./update";

/**
 * Admits one organisation. What it takes is read from the configuration that the same channel would be founded with today, so that both
 * come from one description; what the channel has changed since (lists, roots, orderers) stays.
 * @param after the network with the organisation in it, its membership folder written
 */
export async function admitOrganisation(after: Topology, binaries: FabricBinaries, mspId: string): Promise<Change> {
  const founded = await foundedToday(after, binaries);
  return (config) => {
    const groups = (from: common.Config) => from.getChannelGroup() as common.ConfigGroup;
    const application = (from: common.Config) => groups(from).getGroupsMap().get("Application") as common.ConfigGroup;
    const group = application(founded).getGroupsMap().get(mspId);
    if (group === undefined) throw new Error(`the description of the network has no ${mspId}`);
    if (!application(config).getGroupsMap().has(mspId)) application(config).getGroupsMap().set(mspId, group);
    for (const part of [groups, application]) {
      for (const [name, policy] of part(founded).getPoliciesMap().entries()) {
        // Who signs differs; how often the policy was changed is the channel's own count.
        part(config).getPoliciesMap().get(name)?.setPolicy(policy.getPolicy());
      }
    }
  };
}

async function foundedToday(topology: Topology, binaries: FabricBinaries): Promise<common.Config> {
  const folder = mkdtempSync(join(topology.folder, "founded-"));
  try {
    writeSettings(join(folder, "configtx.yaml"), channelSettings(topology, binaries.major));
    const block = join(folder, "genesis.block");
    await run(binaries, "configtxgen", ["-profile", PROFILE, "-channelID", topology.channel, "-outputBlock", block, "-configPath", folder]);
    return readConfig(readFileSync(block));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
