/** Endorsement policies at commit: distinct organisations' peers whose signatures over the payload verify. */
import type { ChannelMembers } from "../msp/channel";
import { type Identity, verifyBy } from "../msp/identity";
import type { EndorsedAction } from "../wire/transaction";

export interface EndorsementPolicy {
  /** Distinct organisations that must have endorsed. */
  readonly threshold: number;
  /** Organisations that count. */
  readonly organisations: ReadonlySet<string>;
}

/** Every endorser whose signature holds, each identity once: what key-level policies are asked about. */
export function endorsedBy(action: Pick<EndorsedAction, "endorsements" | "responsePayload">, members: ChannelMembers): Identity[] {
  const found = new Map<string, Identity>();
  for (const endorsement of action.endorsements) {
    const serialized = endorsement.getEndorser_asU8();
    const name = Buffer.from(serialized).toString("base64");
    const identity = members.find(serialized);
    if (found.has(name) || identity === undefined || identity.problem() !== undefined) continue;
    if (verifyBy(identity, Buffer.concat([action.responsePayload, serialized]), endorsement.getSignature_asU8())) found.set(name, identity);
  }
  return [...found.values()];
}

/** Organisations of `action`'s endorsers whose endorsement counts. Signatures are verified only until the policy is satisfied. */
export function satisfies(
  policy: EndorsementPolicy,
  action: Pick<EndorsedAction, "endorsements" | "responsePayload">,
  members: ChannelMembers,
): boolean {
  const endorsed = new Set<string>();
  for (const endorsement of action.endorsements) {
    if (endorsed.size >= policy.threshold) break;
    const serialized = endorsement.getEndorser_asU8();
    const identity = members.find(serialized); // An endorsement by a stranger does not count; it does not harm either.
    if (identity === undefined || identity.role !== "peer" || identity.problem() !== undefined) continue;
    if (endorsed.has(identity.mspId) || !policy.organisations.has(identity.mspId)) continue;
    if (verifyBy(identity, Buffer.concat([action.responsePayload, serialized]), endorsement.getSignature_asU8()))
      endorsed.add(identity.mspId);
  }
  return endorsed.size >= policy.threshold;
}
