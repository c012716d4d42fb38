/** Gateway.ChaincodeEvents: a contract's events of valid transactions, block by block, resumable (Fabric `chaincodeevents.go`). */
import { status } from "@grpc/grpc-js";
import { common, gateway, orderer, peer } from "@hyperledger/fabric-protos";
import { ChannelMembers } from "../msp/channel";
import type { ChainStore } from "../store/chain-store";
import { METADATA, readEnvelopes, readMetadata } from "../wire/block";
import { RpcError } from "../wire/rpc-error";
import { CODE, HEADER_TYPE, unpackAction, unpackEnvelope } from "../wire/transaction";

function eventOf(bytes: Uint8Array): peer.ChaincodeEvent | undefined {
  const header = unpackEnvelope(common.Envelope.deserializeBinary(bytes));
  if (header.type !== HEADER_TYPE.ENDORSER_TRANSACTION) return undefined;
  const event = unpackAction(header).action.getEvents_asU8();
  return event.length === 0 ? undefined : peer.ChaincodeEvent.deserializeBinary(event);
}

/** Events of a block's valid transactions, in their order. */
export function eventsOf(block: common.Block): peer.ChaincodeEvent[] {
  const codes = readMetadata(block, METADATA.transactionsFilter);
  return readEnvelopes(block).flatMap((bytes, position) => (codes[position] === CODE.VALID ? (eventOf(bytes) ?? []) : []));
}

/** The checked request. Throws a {@link RpcError} if it is malformed or its creator is no channel reader. */
export function readEventsRequest(
  signed: gateway.SignedChaincodeEventsRequest,
  channel: string,
  members: ChannelMembers,
): gateway.ChaincodeEventsRequest {
  const bytes = signed.getRequest_asU8();
  if (bytes.length === 0) throw new RpcError(status.INVALID_ARGUMENT, "a chaincode events request is required");
  let request: gateway.ChaincodeEventsRequest;
  try {
    request = gateway.ChaincodeEventsRequest.deserializeBinary(bytes);
  } catch (cause) {
    throw new RpcError(
      status.INVALID_ARGUMENT,
      `invalid chaincode events request: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
  if (request.getChannelId() !== channel)
    throw new RpcError(status.PERMISSION_DENIED, `Failed to get policy manager for channel [${request.getChannelId()}]`);
  const refused = members.refusalOfSigned("Readers", request.getIdentity_asU8(), bytes, signed.getSignature_asU8());
  if (refused !== undefined) throw new RpcError(status.PERMISSION_DENIED, ChannelMembers.onChannel("Readers", refused, channel));
  return request;
}

/** Block from which on to look. */
export function eventsStart(request: gateway.ChaincodeEventsRequest, store: ChainStore): number {
  const after = store.findTransaction(request.getAfterTransactionId());
  if (request.getAfterTransactionId() !== "" && after !== undefined) return after.block;
  const position = request.getStartPosition();
  const { TypeCase } = orderer.SeekPosition;
  switch (position?.getTypeCase() ?? TypeCase.TYPE_NOT_SET) {
    case TypeCase.TYPE_NOT_SET:
    case TypeCase.NEXT_COMMIT:
      return store.height;
    case TypeCase.SPECIFIED:
      return position?.getSpecified()?.getNumber() ?? 0;
    case TypeCase.OLDEST:
      throw new RpcError(status.INVALID_ARGUMENT, "invalid start position type: *orderer.SeekPosition_Oldest");
    default:
      throw new RpcError(status.INVALID_ARGUMENT, "invalid start position type: *orderer.SeekPosition_Newest");
  }
}

/** Tells the wanted events from others; remembers whether the last one that the client saw has gone by. */
export function eventMatcher(request: gateway.ChaincodeEventsRequest): (event: peer.ChaincodeEvent) => boolean {
  const after = request.getAfterTransactionId();
  let passed = after === "";
  return (event) => {
    if (passed) return event.getChaincodeId() === request.getChaincodeId();
    passed = event.getTxId() === after;
    return false;
  };
}

export function eventsResponse(number: number, events: readonly peer.ChaincodeEvent[]): gateway.ChaincodeEventsResponse {
  const response = new gateway.ChaincodeEventsResponse();
  response.setBlockNumber(number);
  response.setEventsList([...events]);
  return response;
}
