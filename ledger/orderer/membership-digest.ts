/** Compares configurations where they must not silently differ: members, roots and policies. Ports and batch sizes may change. */
import type { common } from "@hyperledger/fabric-protos";
import { sha256 } from "../wire/bytes";

function collect(group: common.ConfigGroup, path: string, into: Map<string, string>): void {
  const root = group.getValuesMap().get("MSP");
  if (root !== undefined) into.set(`${path} MSP`, sha256(root.getValue_asU8()).toString("hex"));
  for (const [name, policy] of group.getPoliciesMap().entries())
    into.set(`${path} policy ${name}`, sha256(policy.serializeBinary()).toString("hex"));
  for (const [name, child] of group.getGroupsMap().entries()) collect(child, `${path}/${name}`, into);
}

/** Names of members and policies in which two configurations differ. */
export function membershipDifferences(stored: common.ConfigGroup, configured: common.ConfigGroup): string[] {
  const left = new Map<string, string>();
  const right = new Map<string, string>();
  collect(stored, "channel", left);
  collect(configured, "channel", right);
  return [...new Set([...left.keys(), ...right.keys()])].filter((name) => left.get(name) !== right.get(name)).sort();
}
