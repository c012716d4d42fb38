/** Proposals, unpacked and checked for form as in Fabric's `core/endorser/msgvalidation.go`. */
import { common, peer } from "@hyperledger/fabric-protos";
import { sha256 } from "./bytes";
import { HEADER_TYPE, transactionId } from "./transaction";

export interface ProposalInvocation {
  readonly transactionId: string;
  readonly input: Uint8Array;
  readonly proposal: Uint8Array;
}

export interface UnpackedProposal {
  /** Bytes for a contract: input and signed proposal. Written once, however many endorsers run it. */
  invocation(): ProposalInvocation;
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
  readonly header: common.Header;
  readonly payload: peer.ChaincodeProposalPayload;
  readonly channel: string;
  readonly chaincode: string;
  readonly transactionId: string;
  /** ms UTC; the beginning of time if the proposal has none, as Fabric reads it. */
  readonly timestamp: number;
  readonly type: number;
  readonly epoch: number;
  readonly creator: Uint8Array;
  readonly nonce: Uint8Array;
  readonly input: peer.ChaincodeInput;
  /** Over channel header, signature header and the payload without transient data. */
  readonly hash: Buffer;
}

/** Unpacks down to the contract's arguments. Throws an Error if a part is missing or malformed. */
export function unpackProposal(signed: peer.SignedProposal): UnpackedProposal {
  const bytes = signed.getProposalBytes_asU8();
  const proposal = peer.Proposal.deserializeBinary(bytes);
  const header = common.Header.deserializeBinary(proposal.getHeader_asU8());
  const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
  const signatureHeader = common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8());
  const extension = peer.ChaincodeHeaderExtension.deserializeBinary(channelHeader.getExtension_asU8());
  const chaincodeId = extension.getChaincodeId();
  if (chaincodeId === undefined) throw new Error("ChaincodeHeaderExtension.ChaincodeId is nil");
  if (chaincodeId.getName() === "") throw new Error("ChaincodeHeaderExtension.ChaincodeId.Name is empty");
  const payload = peer.ChaincodeProposalPayload.deserializeBinary(proposal.getPayload_asU8());
  const spec = peer.ChaincodeInvocationSpec.deserializeBinary(payload.getInput_asU8()).getChaincodeSpec();
  if (spec === undefined) throw new Error("chaincode invocation spec did not contain chaincode spec");
  const input = spec.getInput();
  if (input === undefined) throw new Error("chaincode input did not contain any input");
  const timestamp = channelHeader.getTimestamp();
  let invocation: ProposalInvocation | undefined;
  return {
    invocation() {
      invocation ??= { transactionId: channelHeader.getTxId(), input: input.serializeBinary(), proposal: signed.serializeBinary() };
      return invocation;
    },
    bytes,
    signature: signed.getSignature_asU8(),
    header,
    payload,
    channel: channelHeader.getChannelId(),
    chaincode: chaincodeId.getName(),
    transactionId: channelHeader.getTxId(),
    timestamp: timestamp === undefined ? 0 : timestamp.getSeconds() * 1000 + timestamp.getNanos() / 1_000_000,
    type: channelHeader.getType(),
    epoch: channelHeader.getEpoch(),
    creator: signatureHeader.getCreator_asU8(),
    nonce: signatureHeader.getNonce_asU8(),
    input,
    hash: sha256(header.getChannelHeader_asU8(), header.getSignatureHeader_asU8(), withoutTransient(payload).serializeBinary()),
  };
}

export function withoutTransient(payload: peer.ChaincodeProposalPayload): peer.ChaincodeProposalPayload {
  const stripped = new peer.ChaincodeProposalPayload();
  stripped.setInput(payload.getInput_asU8());
  return stripped;
}

/** What is wrong with the proposal's form; undefined = nothing. */
export function flawOfForm(proposal: UnpackedProposal): string | undefined {
  if (proposal.type !== HEADER_TYPE.ENDORSER_TRANSACTION && proposal.type !== HEADER_TYPE.CONFIG)
    return `invalid header type ${proposal.type}`;
  if (proposal.epoch !== 0) return "epoch is non-zero";
  if (proposal.nonce.length === 0) return "nonce is empty";
  if (proposal.creator.length === 0) return "creator is empty";
  const expected = transactionId(proposal.nonce, proposal.creator);
  if (proposal.transactionId !== expected) return `incorrectly computed txid '${proposal.transactionId}' -- expected '${expected}'`;
  if (proposal.signature.length === 0) return "empty signature bytes";
  return undefined;
}
