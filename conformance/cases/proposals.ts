/** Proposals that are not what they should be, before any contract runs. */
import { peer } from "@hyperledger/fabric-protos";
import type { BuiltProposal, RawProposal } from "../../ledger/testing/raw";
import type { Bench } from "../bench";
import { signatureOf } from "../bench";
import type { Case, Facts } from "../case";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

async function signedAtEachStage(bench: Bench, signed: peer.SignedProposal): Promise<Facts> {
  return {
    endorser: await bench.toldAnswer(bench.process(signed)),
    "Gateway Evaluate": await bench.told(bench.evaluate(signed)),
    "Gateway Endorse": await bench.told(bench.endorse(signed)),
    "Gateway Endorse, at another organisation alone": await bench.told(bench.endorse(signed, [1])),
  };
}

function proposed(raw: (bench: Bench) => RawProposal): Case["run"] {
  return async (bench) => await signedAtEachStage(bench, bench.sign(bench.propose({ args: ["get", "nothing"], ...raw(bench) })));
}

/** The proposal's bytes replaced by other ones, and honestly signed. */
function rewritten(change: (proposal: BuiltProposal) => Uint8Array): Case["run"] {
  return async (bench) => {
    const proposal = bench.propose({ args: ["get", "nothing"] });
    const bytes = change(proposal);
    const signed = new peer.SignedProposal();
    signed.setProposalBytes(bytes);
    signed.setSignature(signatureOf(bench.member, bytes));
    return await signedAtEachStage(bench, signed);
  };
}

function withPart(proposal: BuiltProposal, change: (message: peer.Proposal) => void): Uint8Array {
  const message = peer.Proposal.deserializeBinary(proposal.bytes);
  change(message);
  return message.serializeBinary();
}

const GARBAGE = Buffer.from("this is no message of any kind");

export const proposalCases: readonly Case[] = [
  {
    id: "proposal/transaction-id",
    title: "a transaction id that is not the hash of nonce and creator is refused",
    why: "An id belongs to one sender and one nonce: nobody can occupy another's.",
    run: proposed(() => ({ transactionId: "00".repeat(32) })),
  },
  {
    id: "proposal/no-nonce",
    title: "a proposal without nonce is refused",
    why: "Its id could be foreseen.",
    run: proposed(() => ({ nonce: new Uint8Array() })),
  },
  {
    id: "proposal/epoch",
    title: "a proposal of another epoch than 0 is refused",
    why: "The light client writes none.",
    run: proposed(() => ({ epoch: 1 })),
  },
  {
    id: "proposal/header-type",
    title: "a proposal whose header is not that of a transaction is refused",
    why: "A signature under one kind of message is no signature under another.",
    run: proposed(() => ({ type: 5 })),
  },
  {
    id: "proposal/channel",
    title: "a channel that does not exist is told as such",
    why: "A wrong setting must be found by its error.",
    run: proposed(() => ({ channel: "elsewhere" })),
  },
  {
    id: "proposal/no-channel",
    title: "a proposal without channel",
    why: "A wrong setting must be found by its error.",
    run: proposed(() => ({ channel: "" })),
  },
  {
    id: "proposal/contract",
    title: "a contract that does not exist is told as such",
    why: "A wrong setting must be found by its error.",
    run: proposed(() => ({ chaincode: "nothing" })),
  },
  {
    id: "proposal/no-contract",
    title: "a proposal that names no contract is refused",
    why: "A wrong setting must be found by its error.",
    run: proposed(() => ({ chaincode: "" })),
  },
  {
    id: "proposal/early",
    title: "a timestamp an hour behind the peer's clock is refused, where there is a time window",
    why: "The time window bounds what a sensor's link can claim; Fabric 2.5 has none, so the contract has one of its own.",
    run: proposed(() => ({ timestamp: Date.now() - HOUR })),
  },
  {
    id: "proposal/late",
    title: "a timestamp an hour ahead of the peer's clock is refused, where there is a time window",
    why: "The same bound into the future.",
    run: proposed(() => ({ timestamp: Date.now() + HOUR })),
  },
  {
    id: "proposal/within-window",
    title: "a timestamp fourteen minutes off is taken",
    why: "A sensor's clock is set over its link and may be off.",
    run: proposed(() => ({ timestamp: Date.now() - 14 * MINUTE })),
  },
  {
    id: "proposal/not-signed-bytes",
    title: "no proposal at all is refused",
    why: "Bad input does no harm.",
    run: rewritten(() => new Uint8Array()),
  },
  {
    id: "proposal/garbage",
    title: "bytes that are no proposal are refused",
    why: "Bad input does no harm.",
    run: rewritten(() => GARBAGE),
  },
  {
    id: "proposal/garbage-header",
    title: "a proposal whose header cannot be read is refused",
    why: "Bad input does no harm.",
    run: rewritten((proposal) => withPart(proposal, (message) => message.setHeader(GARBAGE))),
  },
  {
    id: "proposal/no-header",
    title: "a proposal without header is refused",
    why: "Bad input does no harm.",
    run: rewritten((proposal) => withPart(proposal, (message) => message.setHeader(""))),
  },
  {
    id: "proposal/garbage-payload",
    title: "a proposal whose payload cannot be read is refused",
    why: "Bad input does no harm.",
    run: rewritten((proposal) => withPart(proposal, (message) => message.setPayload(GARBAGE))),
  },
  {
    id: "proposal/no-payload",
    title: "a proposal without payload is refused",
    why: "Bad input does no harm.",
    run: rewritten((proposal) => withPart(proposal, (message) => message.setPayload(""))),
  },
  {
    id: "proposal/unknown-organisation",
    title: "endorsement by an organisation that is not on the channel is told as such",
    why: "Applications may name who must endorse.",
    async run(bench) {
      const signed = bench.sign(bench.propose({ args: ["get", "nothing"] }));
      return {
        "Gateway Endorse": await bench.told(bench.endorseAt(signed, ["NobodyMSP"])),
        "Gateway Endorse, one of two unknown": await bench.told(bench.endorseAt(signed, [bench.mspId(0), "NobodyMSP"])),
        "Gateway Endorse, at the operator": await bench.told(bench.endorseAt(signed, [bench.target.operatorMspId])),
        "Gateway Evaluate": await bench.told(bench.evaluateAt(signed, ["NobodyMSP"])),
      };
    },
  },
];
