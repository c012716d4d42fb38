/**
 * Whether a proposal may be simulated at all: Fabric's authentication filters (expiry, time window), then form, creator, signature,
 * uniqueness and channel Writers. The texts are Fabric's.
 */
import type { peer } from "@hyperledger/fabric-protos";
import { ChannelMembers } from "../msp/channel";
import { type Identity, verifyBy } from "../msp/identity";
import type { ChainStore } from "../store/chain-store";
import { flawOfForm, readForFilters, type UnpackedProposal } from "../wire/proposal";

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

/** `15m0s`, `1h0m30s`, `1.5s`: durations as Go writes them. */
export function goDuration(ms: number): string {
  const seconds = (ms % 60_000) / 1000;
  const minutes = Math.floor(ms / 60_000);
  if (minutes === 0) return `${seconds}s`;
  return `${minutes < 60 ? "" : `${Math.floor(minutes / 60)}h`}${minutes % 60}m${seconds}s`;
}

/** What the authentication filters have against a proposal; undefined = nothing. */
export function refuseByFilters(
  signed: peer.SignedProposal,
  rules: Pick<ProposalRules, "members" | "windowMs" | "now">,
): Refusal | undefined {
  let seen: ReturnType<typeof readForFilters>;
  try {
    seen = readForFilters(signed);
  } catch (error) {
    return { stage: "filter", message: error instanceof Error ? error.message : String(error) };
  }
  const now = rules.now();
  const end = rules.members.endOf(seen.creator);
  if (end !== undefined && now > end) return { stage: "filter", message: "proposal client identity expired" };
  if (Math.abs(seen.timestamp - now) <= rules.windowMs) return undefined;
  const text = (time: number) =>
    Math.abs(time) < 8.64e15 ? new Date(time).toISOString().replace("T", " ").replace("Z", " +0000 UTC") : String(time);
  const window = `peer.authentication.timewindow ${goDuration(rules.windowMs)}`;
  const message = `request unauthorized due to incorrect timestamp ${text(seen.timestamp)}, peer time ${text(now)}, ${window}`;
  return { stage: "filter", message };
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
  const identity = rules.members.find(proposal.creator);
  const flaw = flawOfForm(proposal) ?? creatorRefusal(proposal, identity, proposal.channel);
  if (flaw !== undefined) return { stage: "check", message: `error validating proposal: ${flaw}` };
  if (rules.store.findTransaction(proposal.transactionId) !== undefined) {
    const creator = Buffer.from(proposal.creator).toString("hex");
    return { stage: "check", message: `duplicate transaction found [${proposal.transactionId}]. Creator [${creator}]` };
  }
  const refused = system || identity === undefined ? undefined : rules.members.refusal("Writers", identity);
  return refused === undefined ? undefined : { stage: "check", message: ChannelMembers.onChannel("Writers", refused, rules.channel) };
}
