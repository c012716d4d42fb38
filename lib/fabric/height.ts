import { common, peer as messages } from "@hyperledger/fabric-protos";
import { call, METHODS } from "./call";
import type { Peer } from "./connection";
import { FabricError, fabricError } from "./errors";
import type { SigningIdentity } from "./identity-node";
import { signedProposal } from "./transaction";

/**
 * Number of blocks on one peer's channel, by `qscc.GetChainInfo` (a channel reader may ask).
 * @throws FabricError stage `read`
 */
export async function chainHeight(peer: Peer, identity: SigningIdentity, channel: string, deadlineMs: number): Promise<number> {
  try {
    const proposal = signedProposal(identity, channel, "qscc", ["GetChainInfo", channel]);
    const response = messages.ProposalResponse.deserializeBinary(await call(peer, METHODS.processProposal, proposal.bytes, { deadlineMs }));
    const answer = response.getResponse();
    if (answer === undefined || answer.getStatus() >= 400) {
      throw new FabricError("ACCESS_DENIED", answer?.getMessage() ?? "no answer", "read", undefined, []);
    }
    return common.BlockchainInfo.deserializeBinary(answer.getPayload_asU8()).getHeight();
  } catch (error) {
    throw fabricError(error, "read");
  }
}
