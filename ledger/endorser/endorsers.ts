/** All organisations' endorsers behind one check of the proposal: what each peer's `ProcessProposal` does. */
import { peer } from "@hyperledger/fabric-protos";
import { ChannelMembers } from "../msp/channel";
import { type UnpackedProposal, unpackProposal } from "../wire/proposal";
import { type ProposalRules, type Refusal, refuseByFilters, refuseProposal } from "./check";
import { type Endorser, notDefined } from "./endorser";
import { failure, QSCC } from "./qscc";

export type Outcome = { readonly refusal: Refusal } | { readonly answer: peer.ProposalResponse };

export type CheckedProposal = Outcome | { readonly proposal: UnpackedProposal; readonly readerRefusal: string | undefined };

export class Endorsers {
  readonly #rules: ProposalRules;
  readonly #byOrganisation: ReadonlyMap<string, Endorser>;

  constructor(rules: ProposalRules, endorsers: readonly Endorser[]) {
    this.#rules = rules;
    this.#byOrganisation = new Map(endorsers.map((endorser) => [endorser.mspId, endorser]));
  }

  get organisations(): readonly string[] {
    return [...this.#byOrganisation.keys()];
  }

  of(mspId: string): Endorser | undefined {
    return this.#byOrganisation.get(mspId);
  }

  /** Form, creator and access, which are the same question for every endorser. */
  check(signed: peer.SignedProposal): CheckedProposal {
    const filtered = refuseByFilters(signed, this.#rules);
    if (filtered !== undefined) return { refusal: filtered };
    let proposal: UnpackedProposal;
    try {
      proposal = unpackProposal(signed);
    } catch (error) {
      return { refusal: { stage: "check", message: error instanceof Error ? error.message : String(error) } };
    }
    const { channel, chaincode } = proposal;
    if (channel !== "" && channel !== this.#rules.channel) return failed(`channel '${channel}' not found`);
    const system = chaincode === QSCC;
    const refusal = refuseProposal(proposal, system, this.#rules);
    if (refusal !== undefined) return { refusal };
    if (channel === "") return failed(notDefined(chaincode, channel, "could not get channel config for channel ''"));
    return { proposal, readerRefusal: system ? this.#readerRefusal(proposal) : undefined };
  }

  #readerRefusal(proposal: UnpackedProposal): string | undefined {
    const { members, channel } = this.#rules;
    const refused = members.refusal("Readers", members.identify(proposal.creator));
    return refused && ChannelMembers.onChannel("Readers", refused, channel);
  }

  async process(endorser: Endorser, checked: CheckedProposal): Promise<Outcome> {
    return "proposal" in checked ? { answer: await endorser.process(checked.proposal, checked.readerRefusal) } : checked;
  }
}

function failed(message: string): Outcome {
  const answer = new peer.ProposalResponse();
  answer.setResponse(failure(message));
  return { answer };
}
