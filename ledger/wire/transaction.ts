/** Endorser transactions, unpacked once into what validation, events and filtered blocks ask for. */
import { common, peer } from "@hyperledger/fabric-protos";
import { sha256 } from "./bytes";
import { unmarshal } from "./unmarshal";

export const CODE = peer.TxValidationCode;
export type Code = peer.TxValidationCodeMap[keyof peer.TxValidationCodeMap];
export const HEADER_TYPE = common.HeaderType;

export interface EnvelopeHeader {
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  readonly type: number;
  readonly channel: string;
  readonly transactionId: string;
  readonly epoch: number;
  readonly extension: Uint8Array;
  readonly channelHeader: Uint8Array;
  readonly timestamp: number | undefined;
  readonly creator: Uint8Array;
  readonly nonce: Uint8Array;
  readonly data: Uint8Array;
}

/**
 * Unpacks an envelope down to its headers.
 * @throws Error if a part is missing or malformed.
 */
export function unpackEnvelope(envelope: common.Envelope): EnvelopeHeader {
  const payloadBytes = envelope.getPayload_asU8();
  const payload = unmarshal("Payload", common.Payload, payloadBytes);
  const header = payload.getHeader();
  if (header === undefined) throw new Error("header not set");
  const channelHeader = unmarshal("ChannelHeader", common.ChannelHeader, header.getChannelHeader_asU8());
  const signatureHeader = unmarshal("SignatureHeader", common.SignatureHeader, header.getSignatureHeader_asU8());
  const timestamp = channelHeader.getTimestamp();
  return {
    payload: payloadBytes,
    signature: envelope.getSignature_asU8(),
    type: channelHeader.getType(),
    channel: channelHeader.getChannelId(),
    transactionId: channelHeader.getTxId(),
    epoch: channelHeader.getEpoch(),
    extension: channelHeader.getExtension_asU8(),
    channelHeader: header.getChannelHeader_asU8(),
    timestamp: timestamp && timestamp.getSeconds() * 1000 + timestamp.getNanos() / 1_000_000,
    creator: signatureHeader.getCreator_asU8(),
    nonce: signatureHeader.getNonce_asU8(),
    data: payload.getData_asU8(),
  };
}

export function transactionId(nonce: Uint8Array, creator: Uint8Array): string {
  return sha256(nonce, creator).toString("hex");
}

export interface EndorsedAction {
  readonly responsePayload: Uint8Array;
  readonly endorsements: readonly peer.Endorsement[];
  readonly action: peer.ChaincodeAction;
}

/** Whether and how an action departs from its form. */
export class MalformedTransactionError extends Error {
  override readonly name = "MalformedTransactionError";
  constructor(
    readonly code: Code,
    message: string,
  ) {
    super(message);
  }
}

/**
 * The single action of an endorser transaction, its hash held against the headers.
 * @throws MalformedTransactionError
 */
export function unpackAction(envelope: EnvelopeHeader): EndorsedAction {
  try {
    return readAction(envelope);
  } catch (cause) {
    if (cause instanceof MalformedTransactionError) throw cause;
    throw new MalformedTransactionError(CODE.INVALID_ENDORSER_TRANSACTION, cause instanceof Error ? cause.message : String(cause));
  }
}

function readAction(envelope: EnvelopeHeader): EndorsedAction {
  const actions = unmarshal("Transaction", peer.Transaction, envelope.data).getActionsList();
  const [first] = actions;
  if (first === undefined || actions.length !== 1)
    throw new Error(`only one action per transaction is supported, tx contains ${actions.length}`);
  const signatureHeader = unmarshal("SignatureHeader", common.SignatureHeader, first.getHeader_asU8());
  if (signatureHeader.getNonce_asU8().length === 0 || signatureHeader.getCreator_asU8().length === 0)
    throw new Error("incomplete signature header");
  const payload = unmarshal("ChaincodeActionPayload", peer.ChaincodeActionPayload, first.getPayload_asU8());
  const endorsed = payload.getAction();
  if (endorsed === undefined) throw new Error("no endorsed action");
  const responsePayload = endorsed.getProposalResponsePayload_asU8();
  const response = unmarshal("ProposalResponsePayload", peer.ProposalResponsePayload, responsePayload);
  const hash = sha256(envelope.channelHeader, first.getHeader_asU8(), payload.getChaincodeProposalPayload_asU8());
  if (!hash.equals(response.getProposalHash_asU8())) throw new Error("proposal hash does not match");
  let action: peer.ChaincodeAction;
  try {
    action = unmarshal("ChaincodeAction", peer.ChaincodeAction, response.getExtension_asU8());
  } catch (cause) {
    throw new MalformedTransactionError(CODE.BAD_RESPONSE_PAYLOAD, cause instanceof Error ? cause.message : String(cause));
  }
  return { responsePayload, endorsements: endorsed.getEndorsementsList(), action };
}
