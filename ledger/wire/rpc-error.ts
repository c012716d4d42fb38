/** gRPC errors as Fabric's Gateway gives them: status, text and one `gateway.ErrorDetail` per peer or orderer that was asked. */
import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { gateway } from "@hyperledger/fabric-protos";
import { bytesField, varint } from "./bytes";

export interface PeerDetail {
  readonly address: string;
  readonly mspId: string;
  readonly message: string;
}

export class RpcError extends Error {
  override readonly name = "RpcError";
  constructor(
    readonly code: status,
    message: string,
    readonly details: readonly PeerDetail[] = [],
  ) {
    super(message);
  }
}

/** `google.protobuf.Any` of a `gateway.ErrorDetail`. */
function packDetail(detail: PeerDetail): Buffer {
  const message = new gateway.ErrorDetail();
  message.setAddress(detail.address);
  message.setMspId(detail.mspId);
  message.setMessage(detail.message);
  return Buffer.concat([
    ...bytesField(1, Buffer.from("type.googleapis.com/gateway.ErrorDetail")),
    ...bytesField(2, message.serializeBinary()),
  ]);
}

/** `google.rpc.Status`, written by hand: the bundled messages' `Any` belongs to another copy of the protobuf runtime than ours. */
function richStatus(error: RpcError): Buffer {
  const details = error.details.flatMap((detail) => bytesField(3, packDetail(detail)));
  return Buffer.concat([varint(8), varint(error.code), ...bytesField(2, Buffer.from(error.message)), ...details]);
}

/** The form in which grpc-js sends an error; anything unforeseen becomes INTERNAL without its text. */
export function toServiceError(error: unknown): Partial<ServiceError> {
  if (!(error instanceof RpcError)) return { code: status.INTERNAL, details: "internal error of the embedded ledger" };
  const metadata = new Metadata();
  if (error.details.length > 0) {
    metadata.set("grpc-status-details-bin", richStatus(error));
  }
  return { code: error.code, details: error.message, metadata };
}
