/** Gateway.CommitStatus: what became of a transaction, now or once it commits (Fabric `internal/pkg/gateway/commitstatus.go`). */
import { status } from "@grpc/grpc-js";
import { gateway } from "@hyperledger/fabric-protos";
import { ChannelMembers } from "../msp/channel";
import type { ChainStore } from "../store/chain-store";
import type { TransactionEntry } from "../store/keys";
import { RpcError } from "../wire/rpc-error";

/** Tells waiting requests when their transaction commits. */
export class CommitWaiters {
  readonly #store: ChainStore;
  readonly #waiting = new Map<string, Set<(entry: TransactionEntry) => void>>();

  constructor(store: ChainStore) {
    this.#store = store;
    store.onCommit(({ number, transactions }) => {
      for (const { id, position, code } of transactions) {
        const listeners = this.#waiting.get(id);
        if (listeners === undefined) continue;
        this.#waiting.delete(id);
        for (const listener of listeners) listener({ block: number, position, code });
      }
    });
  }

  /** Calls back once, at once if the transaction is committed already. Returns how to stop waiting. */
  wait(transactionId: string, listener: (entry: TransactionEntry) => void): () => void {
    const known = this.#store.findTransaction(transactionId);
    if (known !== undefined) {
      listener(known);
      return () => undefined;
    }
    const listeners = this.#waiting.get(transactionId) ?? new Set();
    this.#waiting.set(transactionId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#waiting.get(transactionId) === listeners) this.#waiting.delete(transactionId);
    };
  }
}

/** The checked request's transaction id. Throws a {@link RpcError} if it is malformed or its creator is no channel reader. */
export function readStatusRequest(signed: gateway.SignedCommitStatusRequest, channel: string, members: ChannelMembers): string {
  const bytes = signed.getRequest_asU8();
  if (bytes.length === 0) throw new RpcError(status.INVALID_ARGUMENT, "a commit status request is required");
  const request = parseRequest(bytes);
  if (request.getIdentity_asU8().length === 0) throw new RpcError(status.INVALID_ARGUMENT, "no identity provided");
  if (request.getChannelId() === "") throw new RpcError(status.INVALID_ARGUMENT, "no channel ID provided");
  if (request.getTransactionId() === "") throw new RpcError(status.INVALID_ARGUMENT, "transaction ID should not be empty");
  if (request.getChannelId() !== channel)
    throw new RpcError(status.PERMISSION_DENIED, `Failed to get policy manager for channel [${request.getChannelId()}]`);
  const refused = members.refusalOfSigned("Readers", request.getIdentity_asU8(), bytes, signed.getSignature_asU8());
  if (refused !== undefined) throw new RpcError(status.PERMISSION_DENIED, ChannelMembers.onChannel("Readers", refused, channel));
  return request.getTransactionId();
}

function parseRequest(bytes: Uint8Array): gateway.CommitStatusRequest {
  try {
    return gateway.CommitStatusRequest.deserializeBinary(bytes);
  } catch (cause) {
    throw new RpcError(status.INVALID_ARGUMENT, `invalid status request: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

export function statusResponse(entry: TransactionEntry): gateway.CommitStatusResponse {
  const response = new gateway.CommitStatusResponse();
  response.setResult(entry.code as ReturnType<gateway.CommitStatusResponse["getResult"]>);
  response.setBlockNumber(entry.block);
  return response;
}
