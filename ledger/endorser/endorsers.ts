/** All organisations' endorsers behind one check of the proposal: what each peer's `ProcessProposal` does. */
import { peer } from "@hyperledger/fabric-protos";
import { type UnpackedProposal, unpackProposal } from "../wire/proposal";
import { type ProposalRules, type Refusal, refuseProposal } from "./check";
import type { Endorser } from "./endorser";
import { failure, QSCC } from "./qscc";

export type Outcome = { readonly refusal: Refusal } | { readonly answer: peer.ProposalResponse };

export type CheckedProposal =
  | { readonly refusal: Refusal /** Not even its parts could be read. */; readonly malformed: boolean }
  | { readonly proposal: UnpackedProposal; readonly readerRefusal: string | undefined };

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
    let proposal: UnpackedProposal;
    try {
      proposal = unpackProposal(signed);
    } catch (error) {
      return { refusal: { stage: "check", message: error instanceof Error ? error.message : String(error) }, malformed: true };
    }
    const system = proposal.chaincode === QSCC;
    const refusal = refuseProposal(proposal, system, this.#rules);
    if (refusal !== undefined) return { refusal, malformed: false };
    return { proposal, readerRefusal: system ? this.#readerRefusal(proposal) : undefined };
  }

  #readerRefusal(proposal: UnpackedProposal): string | undefined {
    return this.#rules.members.refusal("Readers", this.#rules.members.identify(proposal.creator));
  }

  async process(endorser: Endorser, checked: CheckedProposal): Promise<Outcome> {
    if ("refusal" in checked) return checked;
    if (checked.proposal.channel !== this.#rules.channel) return { answer: channelNotFound(checked.proposal.channel) };
    return { answer: await endorser.process(checked.proposal, checked.readerRefusal) };
  }
}

function channelNotFound(channel: string): peer.ProposalResponse {
  const answer = new peer.ProposalResponse();
  answer.setResponse(failure(`channel '${channel}' not found`));
  return answer;
}
