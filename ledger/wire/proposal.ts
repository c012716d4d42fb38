/** Proposals, unpacked and checked for form as in Fabric's `core/endorser/msgvalidation.go`. */
import { common, peer } from "@hyperledger/fabric-protos";
import { sha256 } from "./bytes";
import { HEADER_TYPE, transactionId } from "./transaction";
import { unmarshal } from "./unmarshal";

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

interface ProposalHeaders {
  readonly proposal: peer.Proposal;
  readonly header: common.Header;
  readonly channelHeader: common.ChannelHeader;
}

function readHeaders(signed: peer.SignedProposal): ProposalHeaders {
  const proposal = unmarshal("Proposal", peer.Proposal, signed.getProposalBytes_asU8());
  const header = unmarshal("Header", common.Header, proposal.getHeader_asU8());
  return { proposal, header, channelHeader: unmarshal("ChannelHeader", common.ChannelHeader, header.getChannelHeader_asU8()) };
}

function readInvocation(proposal: peer.Proposal): { payload: peer.ChaincodeProposalPayload; spec: peer.ChaincodeSpec | undefined } {
  const payload = unmarshal("ChaincodeProposalPayload", peer.ChaincodeProposalPayload, proposal.getPayload_asU8());
  const invocation = unmarshal("ChaincodeInvocationSpec", peer.ChaincodeInvocationSpec, payload.getInput_asU8());
  return { payload, spec: invocation.getChaincodeSpec() };
}

/** ms UTC; the beginning of time if there is none. */
function timestampOf(channelHeader: common.ChannelHeader): number {
  const timestamp = channelHeader.getTimestamp();
  return timestamp === undefined ? 0 : timestamp.getSeconds() * 1000 + timestamp.getNanos() / 1_000_000;
}

/** What a Gateway reads of a proposal, to know where it may go. */
export interface ProposalDestination {
  readonly channel: string;
  readonly spec: peer.ChaincodeSpec | undefined;
  /** Name of the contract in the invocation; empty if there is none. */
  readonly chaincode: string;
}

/** Throws an Error if a part is malformed. */
export function readDestination(signed: peer.SignedProposal): ProposalDestination {
  const { proposal, channelHeader } = readHeaders(signed);
  const { spec } = readInvocation(proposal);
  return { channel: channelHeader.getChannelId(), spec, chaincode: spec?.getChaincodeId()?.getName() ?? "" };
}

/** What a peer's authentication filters read of a proposal. Throws an Error in their words if a part is malformed. */
export function readForFilters(signed: peer.SignedProposal): { readonly creator: Uint8Array; readonly timestamp: number } {
  const step = <T>(what: string, read: () => T): T => {
    try {
      return read();
    } catch (cause) {
      throw new Error(`failed parsing ${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  };
  const proposal = step("proposal", () => unmarshal("Proposal", peer.Proposal, signed.getProposalBytes_asU8()));
  const header = step("header", () => unmarshal("Header", common.Header, proposal.getHeader_asU8()));
  const creator = step("signature header", () => unmarshal("SignatureHeader", common.SignatureHeader, header.getSignatureHeader_asU8()));
  const channelHeader = step("channel header", () => unmarshal("ChannelHeader", common.ChannelHeader, header.getChannelHeader_asU8()));
  return { creator: creator.getCreator_asU8(), timestamp: timestampOf(channelHeader) };
}

/** Unpacks down to the contract's arguments. Throws an Error if a part is missing or malformed. */
export function unpackProposal(signed: peer.SignedProposal): UnpackedProposal {
  const bytes = signed.getProposalBytes_asU8();
  const { proposal, header, channelHeader } = readHeaders(signed);
  const signatureHeader = unmarshal("SignatureHeader", common.SignatureHeader, header.getSignatureHeader_asU8());
  const extension = unmarshal("ChaincodeHeaderExtension", peer.ChaincodeHeaderExtension, channelHeader.getExtension_asU8());
  const chaincodeId = extension.getChaincodeId();
  if (chaincodeId === undefined) throw new Error("ChaincodeHeaderExtension.ChaincodeId is nil");
  if (chaincodeId.getName() === "") throw new Error("ChaincodeHeaderExtension.ChaincodeId.Name is empty");
  const { payload, spec } = readInvocation(proposal);
  if (spec === undefined) throw new Error("chaincode invocation spec did not contain chaincode spec");
  const input = spec.getInput();
  if (input === undefined) throw new Error("chaincode input did not contain any input");
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
    timestamp: timestampOf(channelHeader),
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

function headerTypeName(type: number): string {
  return Object.entries(HEADER_TYPE).find(([, value]) => value === type)?.[0] ?? String(type);
}

/** What is wrong with the proposal's form; undefined = nothing. */
export function flawOfForm(proposal: UnpackedProposal): string | undefined {
  if (proposal.type !== HEADER_TYPE.ENDORSER_TRANSACTION && proposal.type !== HEADER_TYPE.CONFIG)
    return `invalid header type ${headerTypeName(proposal.type)}`;
  if (proposal.epoch !== 0) return "epoch is non-zero";
  if (proposal.nonce.length === 0) return "nonce is empty";
  if (proposal.creator.length === 0) return "creator is empty";
  const expected = transactionId(proposal.nonce, proposal.creator);
  if (proposal.transactionId !== expected) return `incorrectly computed txid '${proposal.transactionId}' -- expected '${expected}'`;
  if (proposal.signature.length === 0) return "empty signature bytes";
  return undefined;
}
