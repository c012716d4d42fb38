import { type ServiceError, status } from "@grpc/grpc-js";
import { gateway, google } from "@hyperledger/fabric-protos";
import { type ErrorCode, findErrorCode, WintersealError } from "../messages/errors";
import type { Stage } from "../messages/link";

/** What one peer or orderer said. */
export interface EndpointDetail {
  readonly address: string;
  readonly mspId: string;
  readonly message: string;
}

export interface FabricErrorOptions extends ErrorOptions {
  readonly retryAfterMs?: number | undefined;
}

/** A refusal or failure on the way to the ledger: which stage, which gRPC status, what each endpoint said. */
export class FabricError extends WintersealError {
  constructor(
    code: ErrorCode,
    message: string,
    readonly stage: Stage,
    readonly grpcStatus: number | undefined,
    readonly details: readonly EndpointDetail[],
    options: FabricErrorOptions = {},
  ) {
    const { retryAfterMs } = options;
    const facts = {
      stage,
      ...(grpcStatus === undefined ? {} : { grpc: status[grpcStatus] ?? grpcStatus }),
      ...(retryAfterMs === undefined ? {} : { retryAfter: Math.ceil(retryAfterMs) }),
    };
    super(code, message, facts, options);
    this.retryAfterMs = retryAfterMs;
  }

  /** When it is worth its while to come again, ms, where that is known. */
  readonly retryAfterMs: number | undefined;
}

const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && typeof (error as Partial<ServiceError>).code === "number" && "metadata" in error;

/**
 * Any failure of a call → {@link FabricError}. Contract codes are found by {@link findErrorCode} wherever Fabric wrapped them;
 * the rest is told apart by gRPC status. {@link FOREIGN_TEXTS} is the one place that looks at Fabric's own prose, where Fabric has nothing else.
 */
export function fabricError(error: unknown, stage: Stage): FabricError {
  if (error instanceof FabricError) return error;
  if (error instanceof WintersealError) return new FabricError(error.code, error.message, stage, undefined, [], { cause: error });
  if (!isServiceError(error)) {
    const text = error instanceof Error ? error.message : String(error);
    return new FabricError("INTERNAL", text, stage, undefined, [], { cause: error });
  }
  const details = endpointDetails(error);
  const texts = details.length > 0 ? details.map((detail) => detail.message) : [error.details || error.message];
  const code = codeOfTexts(texts) ?? codeOfStatus(error.code, stage);
  const said = details.map((detail) => `${detail.mspId}: ${detail.message}`).join("; ");
  return new FabricError(code, said || error.details || error.message, stage, error.code, details, { cause: error });
}

/** The code for what a peer's chaincode or checks answered in words. */
export function codeOfTexts(texts: readonly string[]): ErrorCode | undefined {
  for (const text of texts) {
    const code = findErrorCode(text);
    if (code !== undefined) return code;
  }
  for (const [pattern, code] of FOREIGN_TEXTS) {
    if (texts.some((text) => pattern.test(text))) return code;
  }
  return undefined;
}

/** Fabric gives these as text only: core/endorser, msp/mspimplvalidate, internal/pkg/gateway/endorsement.go, orderer/common/msgprocessor (2.5 and 3.1). */
const FOREIGN_TEXTS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/ProposalResponsePayloads do not match/i, "ENDORSEMENT_MISMATCH"],
  [/duplicate transaction found/i, "DUPLICATE"],
  // A peer still simulates the same proposal for an attempt that was given up (core/chaincode/transaction_contexts.go).
  [/txid: \S+ exists/i, "BUSY"],
  [/(identity|certificate) (is |has )?expired/i, "IDENTITY_EXPIRED"],
  [/incorrect timestamp/i, "TIMESTAMP_OFF"],
  [/signature is invalid/i, "SIGNATURE_INVALID"],
  // Whoever may not write is told so in the words of a signature policy (docs/conformance.md, the cases of sender/).
  [/access denied|permission denied|signature set did not satisfy|implicit policy evaluation failed|is not a member/i, "ACCESS_DENIED"],
  [
    /could not launch chaincode|chaincode stream terminated|timeout expired while executing|no combination of peers can be derived|failed constructing descriptor|no peers available|no raft leader|no orderers? |connection refused|connection closed|connection is closing|code = (Unavailable|Canceled)/i,
    "UNAVAILABLE",
  ],
  [/code = DeadlineExceeded|context deadline exceeded/i, "DEADLINE"],
];

function codeOfStatus(grpcStatus: number, stage: Stage): ErrorCode {
  switch (grpcStatus) {
    case status.UNAVAILABLE:
    case status.CANCELLED:
    case status.UNIMPLEMENTED:
      return "UNAVAILABLE";
    case status.DEADLINE_EXCEEDED:
      return stage === "commit" ? "COMMIT_UNKNOWN" : "DEADLINE";
    case status.RESOURCE_EXHAUSTED:
      return "BUSY";
    case status.PERMISSION_DENIED:
    case status.UNAUTHENTICATED:
      return "ACCESS_DENIED";
    case status.INVALID_ARGUMENT:
      return "MESSAGE_MALFORMED";
    default:
      return STAGE_CODES[stage];
  }
}

const STAGE_CODES: Readonly<Record<Stage, ErrorCode>> = {
  receive: "INTERNAL",
  endorse: "ENDORSEMENT_FAILED",
  submit: "SUBMIT_FAILED",
  commit: "COMMIT_UNKNOWN",
  read: "ENDORSEMENT_FAILED",
};

/** `gateway.ErrorDetail`s that the Gateway attaches, one per endorser or orderer that it asked. */
function endpointDetails(error: ServiceError): EndpointDetail[] {
  const found: EndpointDetail[] = [];
  for (const value of error.metadata.get("grpc-status-details-bin")) {
    if (typeof value === "string") continue;
    for (const any of readStatus(value)) {
      const detail = readDetail(any.getValue_asU8());
      if (detail !== undefined) found.push({ address: detail.getAddress(), mspId: detail.getMspId(), message: detail.getMessage() });
    }
  }
  return found;
}

/** A peer may send anything in a trailer: details that do not decode are left out, the status itself still counts. */
function decodeOrNothing<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}
const readStatus = (bytes: Uint8Array) => decodeOrNothing(() => google.rpc.Status.deserializeBinary(bytes).getDetailsList()) ?? [];
const readDetail = (bytes: Uint8Array) => decodeOrNothing(() => gateway.ErrorDetail.deserializeBinary(bytes));
