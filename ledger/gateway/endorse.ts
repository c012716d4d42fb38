/** Gateway.Endorse: enough organisations' endorsements over one equal payload (Fabric `internal/pkg/gateway/endorse.go`). */
import { status } from "@grpc/grpc-js";
import { common, gateway, peer } from "@hyperledger/fabric-protos";
import type { Endorser } from "../endorser/endorser";
import type { CheckedProposal, Endorsers } from "../endorser/endorsers";
import type { ChainStore } from "../store/chain-store";
import { type UnpackedProposal, withoutTransient } from "../wire/proposal";
import { type PeerDetail, RpcError } from "../wire/rpc-error";
import { detailOf, judge } from "./outcome";
import { layouts, policiesOf } from "./plan";

export interface EndorseContext {
  readonly endorsers: Endorsers;
  /** The Gateway's own organisation. */
  readonly local: Endorser;
  /** Distinct organisations that the policy asks for. */
  readonly threshold: number;
  readonly store: Pick<ChainStore, "acquireView">;
}

/** Endorsements collected so far; all over the first payload. */
class Collection {
  readonly asked = new Set<string>();
  readonly details: PeerDetail[] = [];
  payload: Uint8Array | undefined;
  #endorsements = new Map<string, peer.Endorsement>();

  get size(): number {
    return this.#endorsements.size;
  }

  get endorsements(): peer.Endorsement[] {
    return [...this.#endorsements.values()];
  }

  add(endorser: Endorser, answer: peer.ProposalResponse): void {
    const payload = answer.getPayload_asU8();
    const endorsement = answer.getEndorsement();
    this.payload ??= payload;
    if (endorsement === undefined || Buffer.compare(this.payload, payload) !== 0) {
      this.details.push(detailOf(endorser, "ProposalResponsePayloads do not match"));
    } else {
      this.#endorsements.set(endorser.mspId, endorsement);
    }
  }

  /** Keeps these organisations' endorsements alone, if they are all there. */
  keep(organisations: readonly string[]): boolean {
    const kept = organisations.flatMap((mspId) => {
      const endorsement = this.#endorsements.get(mspId);
      return endorsement === undefined ? [] : [[mspId, endorsement] as const];
    });
    if (kept.length < organisations.length) return false;
    this.#endorsements = new Map(kept);
    return true;
  }
}

async function ask(context: EndorseContext, endorser: Endorser, checked: CheckedProposal, into: Collection): Promise<void> {
  into.asked.add(endorser.mspId);
  const judged = judge(await context.endorsers.process(endorser, checked), endorser === context.local);
  if (judged.ok) into.add(endorser, judged.answer);
  else into.details.push(detailOf(endorser, judged.message));
}

function named(context: EndorseContext, organisations: readonly string[]): Endorser[] {
  const found = [...new Set(organisations)].map((mspId) => ({ mspId, endorser: context.endorsers.of(mspId) }));
  const missing = found.filter((entry) => entry.endorser === undefined).map((entry) => entry.mspId);
  if (missing.length > 0) throw new RpcError(status.UNAVAILABLE, `failed to find any endorsing peers for org(s): ${missing.join(", ")}`);
  return found.flatMap((entry) => entry.endorser ?? []);
}

function notEnough(collection: Collection): RpcError {
  return new RpcError(
    status.ABORTED,
    "failed to collect enough transaction endorsements, see attached details for more info",
    collection.details,
  );
}

/** The client names the organisations and answers for the policy. */
async function askNamed(context: EndorseContext, checked: CheckedProposal, organisations: readonly string[]): Promise<Collection> {
  const collection = new Collection();
  const endorsers = named(context, organisations);
  await Promise.all(endorsers.map((endorser) => ask(context, endorser, checked, collection)));
  if (collection.size < endorsers.length) throw notEnough(collection);
  return collection;
}

/** The own organisation first: what it wrote tells which organisations are needed. Where one fails, the next set that does without it. */
async function askEnough(context: EndorseContext, checked: CheckedProposal): Promise<Collection> {
  const collection = new Collection();
  const { local } = context;
  await ask(context, local, checked, collection);
  if (collection.payload === undefined || collection.size === 0) {
    throw new RpcError(status.ABORTED, "failed to endorse transaction, see attached details for more info", collection.details);
  }
  const organisations = shuffled(context.endorsers.organisations);
  for (const layout of layouts(organisations, local.mspId, context.threshold, await keyPolicies(context, collection.payload))) {
    const missing = layout.filter((mspId) => !collection.asked.has(mspId)).flatMap((mspId) => context.endorsers.of(mspId) ?? []);
    await Promise.all(missing.map((endorser) => ask(context, endorser, checked, collection)));
    if (collection.keep(layout)) return collection;
  }
  throw notEnough(collection);
}

async function keyPolicies({ store }: EndorseContext, payload: Uint8Array): Promise<Uint8Array[]> {
  const view = store.acquireView();
  try {
    return policiesOf(payload, view);
  } finally {
    await view.release();
  }
}

/** Spreads the load over the organisations, as discovery does. */
function shuffled<T>(items: readonly T[]): T[] {
  const start = Math.floor(Math.random() * items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}

function prepare(proposal: UnpackedProposal, collection: Collection): common.Envelope {
  const endorsed = new peer.ChaincodeEndorsedAction();
  endorsed.setProposalResponsePayload(collection.payload ?? new Uint8Array());
  endorsed.setEndorsementsList(collection.endorsements);
  const actionPayload = new peer.ChaincodeActionPayload();
  actionPayload.setChaincodeProposalPayload(withoutTransient(proposal.payload).serializeBinary());
  actionPayload.setAction(endorsed);
  const action = new peer.TransactionAction();
  action.setHeader(proposal.header.getSignatureHeader_asU8());
  action.setPayload(actionPayload.serializeBinary());
  const transaction = new peer.Transaction();
  transaction.addActions(action);
  const payload = new common.Payload();
  payload.setHeader(proposal.header);
  payload.setData(transaction.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  return envelope;
}

export async function endorse(context: EndorseContext, request: gateway.EndorseRequest): Promise<gateway.EndorseResponse> {
  const signed = request.getProposedTransaction();
  if (signed === undefined || signed.getProposalBytes_asU8().length === 0) {
    throw new RpcError(status.INVALID_ARGUMENT, "the proposed transaction must contain a signed proposal");
  }
  const checked = context.endorsers.check(signed);
  if ("refusal" in checked && checked.malformed) throw new RpcError(status.INVALID_ARGUMENT, checked.refusal.message);
  const organisations = request.getEndorsingOrganizationsList();
  const collection = organisations.length > 0 ? await askNamed(context, checked, organisations) : await askEnough(context, checked);
  if ("refusal" in checked) throw notEnough(collection);
  const response = new gateway.EndorseResponse();
  response.setPreparedTransaction(prepare(checked.proposal, collection));
  return response;
}
