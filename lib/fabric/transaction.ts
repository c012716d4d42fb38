import { common, peer as messages } from "@hyperledger/fabric-protos";
import { type AttestedAnswer, attestedRead } from "./attested-read";
import type { CallOptions } from "./call";
import type { Connection } from "./connection";
import { newHeader } from "./header";
import type { SigningIdentity } from "./identity-node";

/**
 * A signed proposal of this identity, as `protos.SignedProposal` bytes. For reads: the operator is no channel writer, so peers refuse it
 * for any contract of the channel.
 */
export function signedProposal(
  identity: SigningIdentity,
  channel: string,
  chaincode: string,
  args: readonly (string | Uint8Array)[],
): { readonly bytes: Uint8Array; readonly transactionId: string } {
  const id = new messages.ChaincodeID();
  id.setName(chaincode);
  const extension = new messages.ChaincodeHeaderExtension();
  extension.setChaincodeId(id);
  const type = common.HeaderType.ENDORSER_TRANSACTION;
  const { channelHeader, signatureHeader, transactionId } = newHeader(identity, channel, type, extension.serializeBinary());
  const header = new common.Header();
  header.setChannelHeader(channelHeader);
  header.setSignatureHeader(signatureHeader);

  const input = new messages.ChaincodeInput();
  input.setArgsList(args.map((arg) => Buffer.from(arg)));
  const spec = new messages.ChaincodeSpec();
  spec.setType(messages.ChaincodeSpec.Type.NODE);
  spec.setChaincodeId(id);
  spec.setInput(input);
  const invocation = new messages.ChaincodeInvocationSpec();
  invocation.setChaincodeSpec(spec);
  const payload = new messages.ChaincodeProposalPayload();
  payload.setInput(invocation.serializeBinary());

  const proposal = new messages.Proposal();
  proposal.setHeader(header.serializeBinary());
  proposal.setPayload(payload.serializeBinary());
  const bytes = proposal.serializeBinary();
  const signed = new messages.SignedProposal();
  signed.setProposalBytes(bytes);
  signed.setSignature(identity.sign(bytes));
  return { bytes: signed.serializeBinary(), transactionId };
}

/**
 * Asks the endorsers of k organisations for one transaction by `qscc.GetTransactionByID`: the validation code stands inside the payload that
 * they sign, so the answer proves that the transaction is VALID (fabric.md, "What two organisations can and cannot do").
 * The result inside the payload is `protos.ProcessedTransaction`.
 * @throws FabricError stage `read`
 */
export function readTransaction(
  connection: Connection,
  identity: SigningIdentity,
  channel: string,
  transactionId: string,
  options: CallOptions & { readonly organisations: number },
): Promise<AttestedAnswer> {
  const proposal = signedProposal(identity, channel, "qscc", ["GetTransactionByID", channel, transactionId]);
  return attestedRead(connection, proposal.bytes, options);
}
