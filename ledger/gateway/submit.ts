/** Gateway.Submit: hands a signed transaction to the orderer (Fabric `internal/pkg/gateway/submit.go`). */
import { status } from "@grpc/grpc-js";
import { common, gateway } from "@hyperledger/fabric-protos";
import type { BroadcastRefusal } from "../orderer/broadcast";
import { RpcError } from "../wire/rpc-error";

export interface SubmitContext {
  readonly channel: string;
  readonly broadcast: (envelope: common.Envelope) => BroadcastRefusal | undefined;
  readonly orderer: { readonly address: string; readonly mspId: string };
}

function statusName(code: number): string {
  return Object.entries(common.Status).find(([, value]) => value === code)?.[0] ?? String(code);
}

/** A peer's discovery of a channel that it is not on. */
export function noConfig(channel: string): string {
  return `failed to get config for channel [${channel}]: could not get last config for channel ${channel}`;
}

export function submit(context: SubmitContext, request: gateway.SubmitRequest): gateway.SubmitResponse {
  const envelope = request.getPreparedTransaction();
  if (envelope === undefined) throw new RpcError(status.INVALID_ARGUMENT, "a prepared transaction is required");
  if (envelope.getSignature_asU8().length === 0) throw new RpcError(status.INVALID_ARGUMENT, "prepared transaction must be signed");
  const channel = request.getChannelId();
  if (channel !== context.channel) throw new RpcError(status.FAILED_PRECONDITION, noConfig(channel));
  const refused = context.broadcast(envelope);
  if (refused === undefined) return new gateway.SubmitResponse();
  const text = `received unsuccessful response from orderer: status=${statusName(refused.status)}, info=${refused.info}`;
  if (refused.status >= 400 && refused.status < 500) throw new RpcError(status.ABORTED, text);
  throw new RpcError(status.UNAVAILABLE, "no orderers could successfully process transaction", [{ ...context.orderer, message: text }]);
}
