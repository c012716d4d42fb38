/** Gateway.Evaluate: one endorser's answer, the own organisation's first (Fabric `internal/pkg/gateway/evaluate.go`). */
import { status } from "@grpc/grpc-js";
import { gateway, peer } from "@hyperledger/fabric-protos";
import type { Endorser } from "../endorser/endorser";
import { type ProposalDestination, readDestination } from "../wire/proposal";
import { type PeerDetail, RpcError } from "../wire/rpc-error";
import { type EndorseContext, isServed } from "./endorse";
import { detailOf, judge } from "./outcome";
import { noConfig } from "./submit";

/** Throws an Error in Fabric's words if a part is missing or malformed. */
function wholeDestination(signed: peer.SignedProposal): ProposalDestination {
  if (signed.getProposalBytes_asU8().length === 0) throw new Error("a signed proposal is required");
  const destination = readDestination(signed);
  const { channel, spec, chaincode } = destination;
  if (channel === "") throw new Error("no channel id provided");
  if (spec === undefined) throw new Error(`no chaincode spec is provided, channel id [${channel}]`);
  if (spec.getChaincodeId() === undefined) throw new Error(`no chaincode id is provided, channel id [${channel}]`);
  if (chaincode === "") throw new Error(`no chaincode name is provided, channel id [${channel}]`);
  return destination;
}

function candidates(context: EndorseContext, destination: ProposalDestination, wanted: readonly string[]): Endorser[] {
  const { channel, chaincode } = destination;
  if (channel !== context.channel) throw new RpcError(status.UNAVAILABLE, noConfig(channel));
  const organisations = wanted.length > 0 ? wanted : context.endorsers.organisations;
  const found = isServed(context, destination) ? organisations.flatMap((mspId) => context.endorsers.of(mspId) ?? []) : [];
  if (found.length === 0) {
    throw new RpcError(status.FAILED_PRECONDITION, `no peers available to evaluate chaincode ${chaincode} in channel ${channel}`);
  }
  return found.sort((left, right) => Number(right === context.local) - Number(left === context.local));
}

/** The transaction's result stands in the signed payload; the outer response is its copy. */
function resultOf(answer: peer.ProposalResponse): peer.Response {
  const payload = peer.ProposalResponsePayload.deserializeBinary(answer.getPayload_asU8());
  return peer.ChaincodeAction.deserializeBinary(payload.getExtension_asU8()).getResponse() ?? new peer.Response();
}

export async function evaluate(context: EndorseContext, request: gateway.EvaluateRequest): Promise<gateway.EvaluateResponse> {
  const signed = request.getProposedTransaction() ?? new peer.SignedProposal();
  let destination: ProposalDestination;
  try {
    destination = wholeDestination(signed);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RpcError(status.INVALID_ARGUMENT, `failed to unpack transaction proposal: ${reason}`);
  }
  const endorsers = candidates(context, destination, request.getTargetOrganizationsList());
  const checked = context.endorsers.check(signed);
  const details: PeerDetail[] = [];
  let last = new RpcError(status.UNAVAILABLE, "failed to evaluate transaction, see attached details for more info");
  for (const endorser of endorsers) {
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
