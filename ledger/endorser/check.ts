/**
 * Whether a proposal may be simulated at all: Fabric's authentication filters (expiry, time window), then form, creator, signature,
 * uniqueness and channel Writers. The texts are Fabric's.
 */
import type { ChannelMembers } from "../msp/channel";
import { type Identity, isExpired, verifyBy } from "../msp/identity";
import type { ChainStore } from "../store/chain-store";
import { flawOfForm, type UnpackedProposal } from "../wire/proposal";

export interface ProposalRules {
  readonly members: ChannelMembers;
  readonly store: ChainStore;
  readonly channel: string;
  readonly windowMs: number;
  readonly now: () => number;
}

/** Why a proposal is refused. `filter`: before the endorser sees it; `check`: by the endorser. A peer answers both with a gRPC error. */
export interface Refusal {
  readonly stage: "filter" | "check";
  readonly message: string;
}

function identify(rules: ProposalRules, creator: Uint8Array): Identity | undefined {
  try {
    return rules.members.identify(creator);
  } catch {
    return undefined; // Not a member of any kind: the checks below say so in Fabric's words.
  }
}

function timestampRefusal(proposal: UnpackedProposal, rules: ProposalRules): string | undefined {
  const now = rules.now();
  if (Math.abs(proposal.timestamp - now) <= rules.windowMs) return undefined;
  const text = (time: number) => (Number.isFinite(time) && Math.abs(time) < 8.64e15 ? new Date(time).toISOString() : String(time));
  return `request unauthorized due to incorrect timestamp ${text(proposal.timestamp)}, peer time ${text(now)}, peer.authentication.timewindow ${rules.windowMs / 1000}s`;
}

function creatorRefusal(proposal: UnpackedProposal, identity: Identity | undefined, channel: string): string | undefined {
  if (identity === undefined) return `access denied: channel [${channel}] creator org unknown, creator is malformed`;
  if (identity.problem() !== undefined || !verifyBy(identity, proposal.bytes, proposal.signature)) {
    return `access denied: channel [${channel}] creator org [${identity.mspId}]`;
  }
  return undefined;
}

/** undefined = the proposal may be simulated. `system`: its contract is a system contract, which checks access itself. */
export function refuseProposal(proposal: UnpackedProposal, system: boolean, rules: ProposalRules): Refusal | undefined {
  const identity = identify(rules, proposal.creator);
  if (identity !== undefined && isExpired(identity, rules.now())) return { stage: "filter", message: "proposal client identity expired" };
  const timestamp = timestampRefusal(proposal, rules);
  if (timestamp !== undefined) return { stage: "filter", message: timestamp };
  const flaw = flawOfForm(proposal) ?? creatorRefusal(proposal, identity, proposal.channel);
  if (flaw !== undefined) return { stage: "check", message: `error validating proposal: ${flaw}` };
  if (rules.store.findTransaction(proposal.transactionId) !== undefined) {
    const creator = Buffer.from(proposal.creator).toString("hex");
    return { stage: "check", message: `duplicate transaction found [${proposal.transactionId}]. Creator [${creator}]` };
  }
  const refused = system || identity === undefined ? undefined : rules.members.refusal("Writers", identity);
  return refused === undefined ? undefined : { stage: "check", message: refused };
}
