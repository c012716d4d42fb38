/** What the Gateway makes of an endorser's answer (Fabric `internal/pkg/gateway/apiutils.go`). */
import { status } from "@grpc/grpc-js";
import type { peer } from "@hyperledger/fabric-protos";
import type { Endorser } from "../endorser/endorser";
import type { Outcome } from "../endorser/endorsers";
import type { PeerDetail } from "../wire/rpc-error";

export type Judged =
  | { readonly ok: true; readonly answer: peer.ProposalResponse }
  | { readonly ok: false; readonly code: status; readonly message: string /** Another peer may do better. */; readonly retry: boolean };

/** @param local whether the endorser is the Gateway's own peer, whose refusals arrive unwrapped. */
export function judge(outcome: Outcome, local: boolean): Judged {
  if ("refusal" in outcome) {
    const { stage, message } = outcome.refusal;
    if (local && stage === "check") return { ok: false, code: status.FAILED_PRECONDITION, message, retry: false };
    // A filter's refusal comes without an answer, as if the peer could not be reached: others are asked.
    return { ok: false, code: status.UNAVAILABLE, message: local ? message : `rpc error: code = Unknown desc = ${message}`, retry: true };
  }
  const { answer } = outcome;
  const response = answer.getResponse();
  const code = response?.getStatus() ?? 500;
  if (code >= 200 && code < 400) return { ok: true, answer };
  const message = response?.getMessage() ?? "";
  if (answer.getPayload_asU8().length === 0 && code === 500) return { ok: false, code: status.ABORTED, message, retry: true };
  return { ok: false, code: status.UNKNOWN, message: `chaincode response ${code}, ${message}`, retry: false };
}

export function detailOf(endorser: Endorser, message: string): PeerDetail {
  return { address: endorser.address, mspId: endorser.mspId, message };
}
