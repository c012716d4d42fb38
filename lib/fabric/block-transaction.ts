import { createHash } from "node:crypto";
import type common from "@hyperledger/fabric-protos/lib/common/common_pb.js";
import commonMessages from "@hyperledger/fabric-protos/lib/common/common_pb.js";
import kvrwset from "@hyperledger/fabric-protos/lib/ledger/rwset/kvrwset/kv_rwset_pb.js";
import rwset from "@hyperledger/fabric-protos/lib/ledger/rwset/rwset_pb.js";
import identities from "@hyperledger/fabric-protos/lib/msp/identities_pb.js";
import chaincodeEvents from "@hyperledger/fabric-protos/lib/peer/chaincode_event_pb.js";
import chaincodes from "@hyperledger/fabric-protos/lib/peer/chaincode_pb.js";
import proposals from "@hyperledger/fabric-protos/lib/peer/proposal_pb.js";
import responses from "@hyperledger/fabric-protos/lib/peer/proposal_response_pb.js";
import transactions from "@hyperledger/fabric-protos/lib/peer/transaction_pb.js";

export interface SerializedIdentity {
  readonly mspId: string;
  readonly pem: string;
}

export interface Endorsement {
  /** `msp.SerializedIdentity` as signed. */
  readonly endorser: Uint8Array;
  readonly identity: SerializedIdentity;
  /** DER, over response payload ‖ endorser. */
  readonly signature: Uint8Array;
}

export interface Read {
  readonly key: string;
  /** undefined: the key did not exist. */
  readonly version: { readonly block: number; readonly position: number } | undefined;
}

export interface Write {
  readonly key: string;
  /** undefined: deleted. */
  readonly value: Uint8Array | undefined;
}

/** Fabric's name for the metadata that is a key's endorsement policy. */
const VALIDATION_PARAMETER = "VALIDATION_PARAMETER";

export interface NamespaceSet {
  readonly namespace: string;
  readonly reads: readonly Read[];
  readonly writes: readonly Write[];
  /** Key-level endorsement policies that keys get. */
  readonly policies: readonly { readonly key: string; readonly value: Uint8Array }[];
  /** Range reads, other key metadata or private collections: things that our contract never does. */
  readonly other: boolean;
}

/** A transaction of a contract, taken apart. What is signed stands here as the bytes that were signed. */
export interface EndorserTransaction {
  readonly channel: string;
  /** The transaction's own timestamp, ms UTC. */
  readonly timestamp: number;
  readonly nonce: Uint8Array;
  /** `msp.SerializedIdentity` as it stands in the header. */
  readonly creatorBytes: Uint8Array;
  readonly creator: SerializedIdentity;
  /** `common.Payload`: what the creator signed. */
  readonly payload: Uint8Array;
  /** DER */
  readonly signature: Uint8Array;
  /** Contract named in the header, in the invocation and in the endorsed action. */
  readonly chaincode: { readonly header: string; readonly invoked: string; readonly endorsed: string };
  /** Function, then its arguments as raw bytes. */
  readonly function: string;
  readonly args: readonly Uint8Array[];
  /** `protos.ProposalResponsePayload`: what the endorsers signed. */
  readonly responsePayload: Uint8Array;
  /** Hash of the proposal as the endorsers state it, and as it follows from this transaction. */
  readonly proposalHash: { readonly endorsed: Uint8Array; readonly actual: Uint8Array };
  readonly endorsements: readonly Endorsement[];
  readonly response: { readonly status: number; readonly payload: Uint8Array };
  readonly sets: readonly NamespaceSet[];
  readonly event: ChaincodeEvent | undefined;
}

export interface ChaincodeEvent {
  readonly chaincode: string;
  readonly transaction: string;
  readonly name: string;
  readonly payload: Uint8Array;
}

/** @throws Error on anything that is not one well-formed action; block.ts turns it into `unreadable`. */
export function decodeTransaction(
  envelope: common.Envelope,
  payload: common.Payload,
  header: common.Header,
  channelHeader: common.ChannelHeader,
): EndorserTransaction {
  const signatureHeader = commonMessages.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8());
  const creatorBytes = signatureHeader.getCreator_asU8();
  const action = readAction(payload.getData_asU8(), header.getSignatureHeader_asU8());
  const proposalPayload = action.getChaincodeProposalPayload_asU8();
  const endorsed = present(action.getAction(), "endorsed action");
  const responsePayload = endorsed.getProposalResponsePayload_asU8();
  const response = responses.ProposalResponsePayload.deserializeBinary(responsePayload);
  const chaincodeAction = proposals.ChaincodeAction.deserializeBinary(response.getExtension_asU8());
  const invocation = readInvocation(proposalPayload);
  const extension = proposals.ChaincodeHeaderExtension.deserializeBinary(channelHeader.getExtension_asU8());
  const actual = createHash("sha256")
    .update(header.getChannelHeader_asU8())
    .update(header.getSignatureHeader_asU8())
    .update(proposalPayload)
    .digest();
  return {
    channel: channelHeader.getChannelId(),
    timestamp: readTimestamp(channelHeader),
    nonce: signatureHeader.getNonce_asU8(),
    creatorBytes,
    creator: readIdentity(creatorBytes),
    payload: envelope.getPayload_asU8(),
    signature: envelope.getSignature_asU8(),
    chaincode: {
      header: extension.getChaincodeId()?.getName() ?? "",
      invoked: invocation.chaincode,
      endorsed: chaincodeAction.getChaincodeId()?.getName() ?? "",
    },
    function: invocation.function,
    args: invocation.args,
    responsePayload,
    proposalHash: { endorsed: response.getProposalHash_asU8(), actual },
    endorsements: endorsed.getEndorsementsList().map(readEndorsement),
    response: readResponse(chaincodeAction),
    sets: readSets(chaincodeAction.getResults_asU8()),
    event: readEvent(chaincodeAction.getEvents_asU8()),
  };
}

function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new TypeError(`no ${what}`);
  return value;
}

/** Fabric takes one action per transaction, under the same signature header as the envelope's. */
function readAction(data: Uint8Array, signatureHeader: Uint8Array): InstanceType<typeof transactions.ChaincodeActionPayload> {
  const actions = transactions.Transaction.deserializeBinary(data).getActionsList();
  const [first] = actions;
  if (!first || actions.length !== 1) throw new TypeError(`${actions.length} actions instead of one`);
  if (!Buffer.from(first.getHeader_asU8()).equals(signatureHeader)) throw new TypeError("the action's header is not the envelope's");
  return transactions.ChaincodeActionPayload.deserializeBinary(first.getPayload_asU8());
}

function readInvocation(proposalPayload: Uint8Array): { chaincode: string; function: string; args: Uint8Array[] } {
  const input = proposals.ChaincodeProposalPayload.deserializeBinary(proposalPayload).getInput_asU8();
  const spec = present(chaincodes.ChaincodeInvocationSpec.deserializeBinary(input).getChaincodeSpec(), "invocation");
  const [name, ...args] = spec.getInput()?.getArgsList_asU8() ?? [];
  return { chaincode: spec.getChaincodeId()?.getName() ?? "", function: Buffer.from(name ?? []).toString("utf8"), args };
}

/** Whole milliseconds, as the contract sees them. */
function readTimestamp(channelHeader: common.ChannelHeader): number {
  const timestamp = present(channelHeader.getTimestamp(), "timestamp");
  return timestamp.getSeconds() * 1000 + Math.floor(timestamp.getNanos() / 1_000_000);
}

function readIdentity(bytes: Uint8Array): SerializedIdentity {
  const identity = identities.SerializedIdentity.deserializeBinary(bytes);
  return { mspId: identity.getMspid(), pem: Buffer.from(identity.getIdBytes_asU8()).toString("utf8") };
}

function readEndorsement(message: { getEndorser_asU8(): Uint8Array; getSignature_asU8(): Uint8Array }): Endorsement {
  const endorser = message.getEndorser_asU8();
  return { endorser, identity: readIdentity(endorser), signature: message.getSignature_asU8() };
}

function readResponse(action: InstanceType<typeof proposals.ChaincodeAction>): EndorserTransaction["response"] {
  const response = present(action.getResponse(), "contract response");
  return { status: response.getStatus(), payload: response.getPayload_asU8() };
}

function readSets(results: Uint8Array): NamespaceSet[] {
  return rwset.TxReadWriteSet.deserializeBinary(results)
    .getNsRwsetList()
    .map((set) => {
      const inner = kvrwset.KVRWSet.deserializeBinary(set.getRwset_asU8());
      const extras = [inner.getRangeQueriesInfoList(), set.getCollectionHashedRwsetList()];
      const metadata = inner.getMetadataWritesList().map((write) => ({ key: write.getKey(), entries: write.getEntriesList() }));
      const isPolicy = ({ entries }: (typeof metadata)[number]) => entries.length === 1 && entries[0]?.getName() === VALIDATION_PARAMETER;
      return {
        namespace: set.getNamespace(),
        reads: inner.getReadsList().map((read) => {
          const version = read.getVersion();
          return { key: read.getKey(), version: version && { block: version.getBlockNum(), position: version.getTxNum() } };
        }),
        writes: inner.getWritesList().map((write) => ({
          key: write.getKey(),
          value: write.getIsDelete() ? undefined : write.getValue_asU8(),
        })),
        policies: metadata.filter(isPolicy).map(({ key, entries }) => ({ key, value: entries[0]?.getValue_asU8() ?? new Uint8Array() })),
        other: extras.some((list) => list.length > 0) || !metadata.every(isPolicy),
      };
    });
}

function readEvent(bytes: Uint8Array): ChaincodeEvent | undefined {
  if (bytes.length === 0) return undefined;
  const event = chaincodeEvents.ChaincodeEvent.deserializeBinary(bytes);
  return {
    chaincode: event.getChaincodeId(),
    transaction: event.getTxId(),
    name: event.getEventName(),
    payload: event.getPayload_asU8(),
  };
}
