/** Gateway.Evaluate: one endorser's answer, the own organisation's first (Fabric `internal/pkg/gateway/evaluate.go`). */
import { status } from "@grpc/grpc-js";
import { gateway, peer } from "@hyperledger/fabric-protos";
import type { Endorser } from "../endorser/endorser";
import { type PeerDetail, RpcError } from "../wire/rpc-error";
import type { EndorseContext } from "./endorse";
import { detailOf, judge } from "./outcome";

function candidates(context: EndorseContext, request: gateway.EvaluateRequest): Endorser[] {
  const wanted = request.getTargetOrganizationsList();
  const organisations = wanted.length > 0 ? wanted : context.endorsers.organisations;
  const found = organisations.flatMap((mspId) => context.endorsers.of(mspId) ?? []);
  if (found.length === 0) throw new RpcError(status.FAILED_PRECONDITION, "no peers available to evaluate the transaction");
  return found.sort((left, right) => Number(right === context.local) - Number(left === context.local));
}

/** The transaction's result stands in the signed payload; the outer response is its copy. */
function resultOf(answer: peer.ProposalResponse): peer.Response {
  const payload = peer.ProposalResponsePayload.deserializeBinary(answer.getPayload_asU8());
  return peer.ChaincodeAction.deserializeBinary(payload.getExtension_asU8()).getResponse() ?? new peer.Response();
}

export async function evaluate(context: EndorseContext, request: gateway.EvaluateRequest): Promise<gateway.EvaluateResponse> {
  const signed = request.getProposedTransaction();
  if (signed === undefined || signed.getProposalBytes_asU8().length === 0) {
    throw new RpcError(status.INVALID_ARGUMENT, "failed to unpack transaction proposal: a signed proposal is required");
  }
  const checked = context.endorsers.check(signed);
  if ("refusal" in checked && checked.malformed) {
    throw new RpcError(status.INVALID_ARGUMENT, `failed to unpack transaction proposal: ${checked.refusal.message}`);
  }
  const details: PeerDetail[] = [];
  let last = new RpcError(status.UNAVAILABLE, "failed to evaluate transaction, see attached details for more info");
  for (const endorser of candidates(context, request)) {
    const judged = judge(await context.endorsers.process(endorser, checked), endorser === context.local);
    if (judged.ok) {
      const response = new gateway.EvaluateResponse();
      response.setResult(resultOf(judged.answer));
      return response;
    }
    details.push(detailOf(endorser, judged.message));
    if (!judged.retry) throw new RpcError(judged.code, `evaluate call to endorser returned error: ${judged.message}`, details);
    last = new RpcError(judged.code, "failed to evaluate transaction, see attached details for more info", details);
  }
  throw last;
}
