/** Gateway.Endorse: enough organisations' endorsements over one equal payload (Fabric `internal/pkg/gateway/endorse.go`). */
import { status } from "@grpc/grpc-js";
import { common, gateway, peer } from "@hyperledger/fabric-protos";
import type { Endorser } from "../endorser/endorser";
import type { CheckedProposal, Endorsers } from "../endorser/endorsers";
import { QSCC } from "../endorser/qscc";
import type { ChainStore } from "../store/chain-store";
import { type ProposalDestination, readDestination, type UnpackedProposal, withoutTransient } from "../wire/proposal";
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
  readonly channel: string;
  /** The application's contract. */
  readonly chaincode: string;
}

/** Whether any peer runs the contract that a proposal is for; system contracts run on all. */
export function isServed({ channel, chaincode }: EndorseContext, destination: ProposalDestination): boolean {
  return destination.channel === channel && (destination.chaincode === chaincode || destination.chaincode === QSCC);
}

/** Discovery's answer for what it does not know. */
function noPlan({ channel, chaincode }: ProposalDestination): RpcError {
  const reason = `No metadata was found for chaincode ${chaincode} in channel ${channel}`;
  const text = `no combination of peers can be derived which satisfy the endorsement policy: ${reason}`;
  return new RpcError(status.FAILED_PRECONDITION, channel === "" ? "" : text);
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

function named(context: EndorseContext, destination: ProposalDestination, organisations: readonly string[]): Endorser[] {
  const served = isServed(context, destination);
  const found = [...new Set(organisations)].map((mspId) => ({ mspId, endorser: served ? context.endorsers.of(mspId) : undefined }));
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
async function askNamed(context: EndorseContext, checked: CheckedProposal, endorsers: readonly Endorser[]): Promise<Collection> {
  const collection = new Collection();
  await Promise.all(endorsers.map((endorser) => ask(context, endorser, checked, collection)));
  if (collection.size < endorsers.length) throw notEnough(collection);
  return collection;
}

/** The own organisation first: what it wrote tells which organisations are needed. Where one fails, the next set that does without it. */
async function askEnough(context: EndorseContext, checked: CheckedProposal, destination: ProposalDestination): Promise<Collection> {
  if (!isServed(context, destination)) throw noPlan(destination);
  const collection = new Collection();
  const { local } = context;
  await ask(context, local, checked, collection);
  if (collection.payload === undefined || collection.size === 0) {
    throw new RpcError(status.ABORTED, "failed to endorse transaction, see attached details for more info", collection.details);
  }
  if (destination.chaincode === QSCC) throw noPlan(destination); // Only discovery finds out that its answers are no transactions.
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
  let destination: ProposalDestination;
  try {
    destination = readDestination(signed);
  } catch (cause) {
    throw new RpcError(status.INVALID_ARGUMENT, cause instanceof Error ? cause.message : String(cause));
  }
  const organisations = request.getEndorsingOrganizationsList();
  const endorsers = organisations.length > 0 ? named(context, destination, organisations) : undefined;
  const checked = context.endorsers.check(signed);
  const collection = endorsers === undefined ? await askEnough(context, checked, destination) : await askNamed(context, checked, endorsers);
  if (!("proposal" in checked)) throw notEnough(collection);
  const response = new gateway.EndorseResponse();
  response.setPreparedTransaction(prepare(checked.proposal, collection));
  return response;
}
