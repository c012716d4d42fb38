import { peer as messages } from "@hyperledger/fabric-protos";
import { call, METHODS } from "./call";
import type { Peer } from "./connection";
import { FabricError, fabricError } from "./errors";
import type { SigningIdentity } from "./identity-node";
import { signedProposal } from "./transaction";

/** The contract's definition in force: what all organisations approved. */
export interface ContractDefinition {
  readonly version: string;
  /** Rises by one with every change of the definition. */
  readonly sequence: number;
}

/**
 * The definition that one peer goes by, from `_lifecycle` (which the channel must let readers ask, as ours does).
 * @throws FabricError stage `read`
 */
export async function contractDefinition(
  peer: Peer,
  identity: SigningIdentity,
  channel: string,
  chaincode: string,
  deadlineMs: number,
): Promise<ContractDefinition> {
  try {
    const question = new messages.lifecycle.QueryChaincodeDefinitionArgs();
    question.setName(chaincode);
    const proposal = signedProposal(identity, channel, "_lifecycle", ["QueryChaincodeDefinition", question.serializeBinary()]);
    const response = messages.ProposalResponse.deserializeBinary(await call(peer, METHODS.processProposal, proposal.bytes, { deadlineMs }));
    const answer = response.getResponse();
    if (answer === undefined || answer.getStatus() >= 400) {
      throw new FabricError("ACCESS_DENIED", answer?.getMessage() ?? "no answer", "read", undefined, []);
    }
    const result = messages.lifecycle.QueryChaincodeDefinitionResult.deserializeBinary(answer.getPayload_asU8());
    return { version: result.getVersion(), sequence: result.getSequence() };
  } catch (error) {
    throw fabricError(error, "read");
  }
}
