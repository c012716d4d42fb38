/** Commits the contract's definition, the way Fabric's lifecycle does: a transaction that every organisation endorses. */
import { randomBytes } from "node:crypto";
import { common, peer } from "@hyperledger/fabric-protos";
import type { Chain } from "./chain";
import type { LedgerConfig } from "./config";
import {
  commitArguments,
  type Definition,
  describeCommitted,
  LIFECYCLE,
  readSequence,
  validationInfo,
  writeDefinition,
} from "./endorser/lifecycle";
import { SYSTEM_VERSION } from "./endorser/qscc";
import { Simulator } from "./endorser/simulator";
import type { NodeSigner } from "./msp/signer";
import { bytesField, sha256, varint } from "./wire/bytes";
import { CODE, HEADER_TYPE, transactionId } from "./wire/transaction";

interface Headers {
  readonly id: string;
  readonly header: common.Header;
}

function headers(channel: string, creator: NodeSigner, now: number): Headers {
  const nonce = randomBytes(24);
  const id = transactionId(nonce, creator.serialized);
  const chaincodeId = new peer.ChaincodeID();
  chaincodeId.setName(LIFECYCLE);
  const extension = new peer.ChaincodeHeaderExtension();
  extension.setChaincodeId(chaincodeId);
  // Read from bytes: the messages' own Timestamp belongs to another copy of the protobuf runtime than ours.
  const seconds = Buffer.concat([varint(8), varint(Math.floor(now / 1000))]);
  const channelHeader = common.ChannelHeader.deserializeBinary(Buffer.concat(bytesField(3, seconds)));
  channelHeader.setType(HEADER_TYPE.ENDORSER_TRANSACTION);
  channelHeader.setChannelId(channel);
  channelHeader.setTxId(id);
  channelHeader.setExtension$(extension.serializeBinary());
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(creator.serialized);
  signatureHeader.setNonce(nonce);
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  return { id, header };
}

function proposalPayload(definition: Definition): Uint8Array {
  const chaincodeId = new peer.ChaincodeID();
  chaincodeId.setName(LIFECYCLE);
  const input = new peer.ChaincodeInput();
  input.setArgsList(commitArguments(definition));
  const spec = new peer.ChaincodeSpec();
  spec.setType(peer.ChaincodeSpec.Type.GOLANG);
  spec.setChaincodeId(chaincodeId);
  spec.setInput(input);
  const invocation = new peer.ChaincodeInvocationSpec();
  invocation.setChaincodeSpec(spec);
  const payload = new peer.ChaincodeProposalPayload();
  payload.setInput(invocation.serializeBinary());
  return payload.serializeBinary();
}

function responsePayload(header: common.Header, payload: Uint8Array, results: Uint8Array): Uint8Array {
  const chaincodeId = new peer.ChaincodeID();
  chaincodeId.setName(LIFECYCLE);
  chaincodeId.setVersion(SYSTEM_VERSION);
  const response = new peer.Response();
  response.setStatus(200);
  const action = new peer.ChaincodeAction();
  action.setResults(results);
  action.setResponse(response);
  action.setChaincodeId(chaincodeId);
  const result = new peer.ProposalResponsePayload();
  result.setProposalHash(sha256(header.getChannelHeader_asU8(), header.getSignatureHeader_asU8(), payload));
  result.setExtension$(action.serializeBinary());
  return result.serializeBinary();
}

function transaction(header: common.Header, payload: Uint8Array, results: Uint8Array, peers: readonly NodeSigner[]): Uint8Array {
  const endorsed = new peer.ChaincodeEndorsedAction();
  const endorsedPayload = responsePayload(header, payload, results);
  endorsed.setProposalResponsePayload(endorsedPayload);
  for (const signer of peers) {
    const endorsement = new peer.Endorsement();
    endorsement.setEndorser(signer.serialized);
    endorsement.setSignature(signer.sign(Buffer.concat([endorsedPayload, signer.serialized])));
    endorsed.addEndorsements(endorsement);
  }
  const actionPayload = new peer.ChaincodeActionPayload();
  actionPayload.setChaincodeProposalPayload(payload);
  actionPayload.setAction(endorsed);
  const action = new peer.TransactionAction();
  action.setHeader(header.getSignatureHeader_asU8());
  action.setPayload(actionPayload.serializeBinary());
  const message = new peer.Transaction();
  message.addActions(action);
  return message.serializeBinary();
}

function desired(config: LedgerConfig): Definition {
  const organisations = config.organisations.map((organisation) => organisation.mspId);
  return { ...config.chaincode, endorsements: config.endorsements, organisations };
}

/** Throws if what is committed under the same number is not what the settings say. */
function comparison(simulator: Simulator, definition: Definition): "same" | "older" {
  const { name, sequence, version } = definition;
  const committed = readSequence(simulator, name);
  if (committed < sequence) return "older";
  if (committed > sequence)
    throw new Error(`chaincode.sequence is ${sequence}, but the channel has definition ${committed} of ${name} already`);
  const stored = describeCommitted(simulator, name);
  if (stored.version === version && Buffer.compare(stored.validation, validationInfo(definition)) === 0) return "same";
  throw new Error(`definition ${sequence} of ${name} is committed with another version or policy: raise chaincode.sequence to change it`);
}

/**
 * Makes sure that the settings' definition of the contract is the committed one.
 * @throws Error if the settings contradict what is committed, or the commit is found invalid.
 */
export async function ensureDefinition(chain: Chain, config: LedgerConfig, peers: readonly NodeSigner[], now: number): Promise<void> {
  const definition = desired(config);
  const view = chain.store.acquireView();
  const simulator = new Simulator(view);
  let submitted: Headers;
  try {
    if (comparison(new Simulator(view), definition) === "same") return;
    const [creator] = peers;
    if (creator === undefined) throw new Error("there is no organisation");
    readSequence(simulator, definition.name);
    writeDefinition(simulator, definition);
    submitted = headers(config.channel, creator, now);
    const payload = new common.Payload();
    payload.setHeader(submitted.header);
    payload.setData(transaction(submitted.header, proposalPayload(definition), simulator.encodedResults(), peers));
    const envelope = new common.Envelope();
    envelope.setPayload(payload.serializeBinary());
    envelope.setSignature(creator.sign(envelope.getPayload_asU8()));
    const refused = chain.broadcast(envelope, true);
    if (refused !== undefined) throw new Error(`the contract's definition was not ordered: ${refused.info}`);
  } finally {
    await view.release();
  }
  const code = await committedCode(chain, submitted.id);
  if (code !== CODE.VALID) throw new Error(`the contract's definition was found invalid with code ${code}`);
}

function committedCode(chain: Chain, id: string): Promise<number> {
  return new Promise((resolve) => {
    const look = () => {
      const entry = chain.store.findTransaction(id);
      if (entry === undefined) return;
      stop();
      resolve(entry.code);
    };
    const stop = chain.store.onCommit(look);
    look();
  });
}
