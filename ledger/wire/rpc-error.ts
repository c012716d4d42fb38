/** gRPC errors as Fabric's Gateway gives them: status, text and one `gateway.ErrorDetail` per peer or orderer that was asked. */
import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { gateway, google } from "@hyperledger/fabric-protos";
import anyProto from "google-protobuf/google/protobuf/any_pb.js";

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

function packDetail(detail: PeerDetail) {
  const message = new gateway.ErrorDetail();
  message.setAddress(detail.address);
  message.setMspId(detail.mspId);
  message.setMessage(detail.message);
  const packed = new anyProto.Any();
  packed.pack(message.serializeBinary(), "gateway.ErrorDetail");
  return packed;
}

/** The form in which grpc-js sends an error; anything unforeseen becomes INTERNAL without its text. */
export function toServiceError(error: unknown): Partial<ServiceError> {
  if (!(error instanceof RpcError)) return { code: status.INTERNAL, details: "internal error of the embedded ledger" };
  const metadata = new Metadata();
  if (error.details.length > 0) {
    const rich = new google.rpc.Status();
    rich.setCode(error.code);
    rich.setMessage(error.message);
    rich.setDetailsList(error.details.map(packDetail));
    metadata.set("grpc-status-details-bin", Buffer.from(rich.serializeBinary()));
  }
  return { code: error.code, details: error.message, metadata };
}
